"""Open and close the platform: database, object store, telemetry."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from renkei.log import get_logger
from renkei.server import install, postgres, telemetry, vault
from renkei.server.db import Engine
from renkei.settings import Settings

log = get_logger(__name__)
WATCH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the database is: its folder when it is embedded, and its address as the owner."""

    folder: Path | None
    url: str


def locate(settings: Settings) -> Place:
    """Start the embedded database, or take the configured one; create database and role."""
    if settings.database_url is not None:
        url = settings.database_url
        install.create_role(url)
        return Place(None, url)
    vault.keys_folder(settings.data)
    folder = settings.data.absolute() / "pg"
    url = install.create_database(postgres.start(folder))
    install.create_role(url)
    return Place(folder, url)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Engine]:
    """Open everything that the web server and the worker need."""
    place = await asyncio.to_thread(locate, settings)
    telemetry.configure(settings)
    vault.open_vault(settings)
    engine = Engine.start(place.url)
    watch = asyncio.create_task(_watch(place))
    try:
        yield engine
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await engine.stop()
        vault.use(None)
        if place.folder is not None:
            await asyncio.to_thread(postgres.stop, place.folder)


async def _watch(place: Place) -> None:
    """Start the embedded database again when somebody killed it."""
    while place.folder is not None:
        await asyncio.sleep(WATCH_SECONDS)
        if not postgres.is_running(place.folder):
            log.warning("database_gone")
            try:
                await asyncio.to_thread(postgres.start, place.folder)
            except Exception as error:  # noqa: BLE001  it is tried again
                log.warning("database_failed", error=type(error).__name__)
