"""The story: every step of the line in order, by the people who would do it."""

import asyncio
import threading
import time
from pathlib import Path

from renkei.demo import curate, hospitals, learn, reading, sell, withdraw
from renkei.demo.organise import Cast, govern, organise
from renkei.demo.processes import Platform, free_port, platform
from renkei.demo.tell import Teller
from renkei.settings import load_settings

SAMPLE_SECONDS = 2.0


def tell(data: Path, port: int, *, as_json: bool, stay: bool) -> None:
    """Start the platform, tell the story, and stay open until interrupted."""
    data.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    settings = load_settings(data=data, port=port, demo=True)
    cast = asyncio.run(organise(settings, f"http://127.0.0.1:{port}"))
    teller = Teller(as_json=as_json)
    with platform(data, port) as running:
        teller.begin(running.address)
        threading.Thread(target=_watch, args=(running,), daemon=True).start()
        walk(data, cast, teller)
        teller.end(running.address, running.peak_mb)
        if stay:
            threading.Event().wait()


def walk(data: Path, cast: Cast, teller: Teller) -> None:
    """Walk the line from the hospitals' originals to the withdrawal at its end."""
    sites = govern(cast)
    hospitals.extract(data, cast, sites, teller)
    hospitals.de_identify(data, cast, sites, teller)
    hospitals.send(data, cast, teller)
    curate.select(cast, teller)
    reading.read(data, cast, teller)
    curate.process(cast, teller)
    version = curate.publish(cast, teller)
    listing = sell.list_version(cast, version, teller)
    licence = sell.license_version(data, cast, listing, teller)
    bought = sell.deliver(data, cast, licence, teller)
    sell.settle(cast, licence, teller)
    learn.train(cast, version, teller)
    learn.synthesize(cast, version, teller)
    withdraw.withdraw(cast, version, bought, teller)


def _watch(running: Platform) -> None:
    while running.process.poll() is None:
        running.sample_memory()
        time.sleep(SAMPLE_SECONDS)
