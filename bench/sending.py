"""A real platform on loopback with one hospital that may send, and what its processes cost."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from renkei.demo.organise import APPROVAL, Cast, govern, make_hospital, organise
from renkei.demo.processes import Platform, free_port, platform, run_tool
from renkei.hospital.site import Site, open_site
from renkei.settings import Settings

HOSPITAL = "first"


@dataclass(frozen=True)
class Receiving:
    """The platform, who plays in it, and the hospital's own folder."""

    data: Path
    cast: Cast
    running: Platform
    site: Site

    def cpu(self):
        """Return the CPU seconds so far of the platform's processes and of its database."""
        postmaster = int((self.data / "pg" / "postmaster.pid").read_text().split("\n", 1)[0])
        return cpu_of(self.running.process.pid) + cpu_of(postmaster)


@contextmanager
def receiving(folder: Path) -> Iterator[Receiving]:
    """Start the platform below a folder and make the hospital's tool ready."""
    data, port = folder / "d", free_port()
    data.mkdir()
    cast = asyncio.run(organise(Settings(data=data), f"http://127.0.0.1:{port}"))
    with platform(data, port) as running:
        site = govern(cast)[HOSPITAL]
        run_tool(*make_hospital(cast, HOSPITAL, site, folder / "site", APPROVAL))
        yield Receiving(data, cast, running, open_site(folder / "site"))


def cpu_of(pid):
    """Return the CPU seconds of a process and all below it, also of those that have ended."""
    top, taken = psutil.Process(pid), 0.0
    for process in (top, *top.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            taken += sum(process.cpu_times()[:4])
    return taken
