"""Send 300 de-identified CT to a real platform, beside STOW-RS of the same files to Orthanc.

The tool's own sender serves both, over as many connections. Only the platform checks consents,
decodes and hashes the pixels, and encrypts what it stores.
"""

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
from tests.hospital.pacs import MISSING, ct, orthanc
from tests.hospital.site_made import CONSENTS, read_through
from tests.hospital.test_add import added

from bench.measure import Row
from bench.sending import HOSPITAL, Receiving, cpu_of, receiving
from renkei.client import Client
from renkei.hospital.send import send
from renkei.hospital.transfer import transfer
from renkei.hospital.vault import opened

FILES = int(os.environ.get("RENKEI_BENCH_FILES", "300"))
# MB per second: a line of 100 Mbit/s, so that the line and not the platform is what one waits for.
GOAL = 12.5


@dataclass(frozen=True)
class Taken:
    """What a sending took: seconds, and CPU seconds of the receiver."""

    seconds: float
    cpu: float


def _fill(site, folder):
    """De-identify real slices into the outbox; return their size together."""
    folder.mkdir()
    (folder / "consent.csv").write_text(CONSENTS, "utf-8")
    for n in range(FILES):
        (folder / f"{n:04d}.dcm").write_bytes(ct(n, StudyDate="20240615"))
    states = {one.state for one in added(site, folder).values()}
    assert states == {"clean"}, states
    read_through(site)
    with opened(site.folder) as vault:
        return sum(item.bytes for item in vault.waiting())


def _copied(site, folder):
    began = time.perf_counter()
    shutil.copytree(site.outbox, folder)
    return time.perf_counter() - began


def _to_platform(here: Receiving):
    cpu, began = here.cpu(), time.perf_counter()
    with here.cast.client(HOSPITAL) as client, opened(here.site.folder) as vault:
        (found,) = send(here.site, vault, client)
    seconds = time.perf_counter() - began
    assert (found.sent, found.stored, found.quarantined) == (FILES, FILES, {})
    return Taken(seconds, here.cpu() - cpu)


def _to_orthanc(site, folder):
    """Store the same files in Orthanc; no answer where it is not installed."""
    if MISSING:
        return None
    with orthanc(folder) as pacs, opened(site.folder) as vault:
        process = next(c for c in psutil.Process().children() if c.name().startswith("Orthanc"))
        base = f"http://127.0.0.1:{pacs.web_port}"
        cpu, began = cpu_of(process.pid), time.perf_counter()
        with Client(base, "none") as client:
            transfer(site, client, "", "/dicom-web", vault.waiting())
        taken = Taken(time.perf_counter() - began, cpu_of(process.pid) - cpu)
        held = httpx2.get(f"{base}/statistics", timeout=60).json()["CountInstances"]
        assert held == FILES, held
        return taken


def run():
    with tempfile.TemporaryDirectory(prefix="rk", ignore_cleanup_errors=True) as name:
        root = Path(name)
        with receiving(root) as here:
            megabytes = _fill(here.site, root / "ward") / 1e6
            copied = _copied(here.site, root / "copy")
            peer = _to_orthanc(here.site, root / "pacs")
            ours = _to_platform(here)
    case = f"{FILES} CT, {megabytes:.0f} MB"
    rate, name = megabytes / ours.seconds, "Orthanc, STOW-RS"
    yield Row(
        "upload", f"{case}, of a 100 Mbit/s line", rate, None, None, "MB/s", GOAL, higher=True
    )
    their = peer and megabytes / peer.seconds
    yield Row("upload", f"{case}, throughput", rate, name, their, "MB/s", higher=True)
    yield Row("upload", f"{case}, opened to closed", ours.seconds, "copy of the files", copied, "s")
    each = peer and peer.cpu / FILES * 1e3
    yield Row("upload", "CPU of the receiver", ours.cpu / FILES * 1e3, name, each, "CPU ms/file")
