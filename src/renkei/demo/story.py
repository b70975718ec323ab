"""The story: every step of the line in order, by the people who would do it."""

import asyncio
from pathlib import Path

from renkei.demo import hospitals
from renkei.demo.organise import govern, organise
from renkei.demo.processes import Platform, free_port, platform
from renkei.demo.tell import Teller
from renkei.settings import load_settings


async def tell(data: Path, port: int, *, as_json: bool, stay: bool) -> None:
    """Start the platform, tell the story, and stay open until interrupted."""
    data.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    settings = load_settings(data=data, port=port, demo=True)
    cast = await organise(settings, f"http://127.0.0.1:{port}")
    teller = Teller(as_json=as_json)
    with platform(data, port) as running:
        watch = asyncio.create_task(_watch(running))
        sites = govern(cast)
        await asyncio.to_thread(hospitals.de_identify, data, cast, sites, teller)
        await asyncio.to_thread(hospitals.send, data, cast, teller)
        watch.cancel()
        if not as_json:
            teller.table()
        teller.line({"step": "open", "url": running.address}) if as_json else None
        if stay:
            await asyncio.Event().wait()


async def _watch(running: Platform) -> None:
    while True:
        running.sample_memory()
        await asyncio.sleep(0.5)
