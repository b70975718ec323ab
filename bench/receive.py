"""Receive 300 CT of 530 KB by C-STORE: this tool's listener beside storescp and Orthanc.

Sender is dcmtk's storescu each time. Every receiver writes whole files; only this tool's also waits
for the disk before it answers success.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from tests.hospital.pacs import MISSING, TOOL, ct, dcmtk, free_port, orthanc
from tests.hospital.site_made import make_site

from bench.measure import Row

FILES, ROUNDS = 300, 3
# Throughput of storescp with TCP_NODELAY on its side.
GOAL = 1.0
_LISTEN = """
import sys
from pathlib import Path
from renkei.hospital.listen import listen
from renkei.hospital.site import open_site
from renkei.log import configure
configure("error")
listen(open_site(Path(sys.argv[1])))
"""


def write_slices(folder, files=FILES):
    """Write real slices with new identifiers; return their size together."""
    folder.mkdir()
    for n in range(files):
        (folder / f"{n:04d}.dcm").write_bytes(ct(n, StudyInstanceUID="1.2.9"))
    return sum(p.stat().st_size for p in folder.iterdir())


def _environment(*, no_delay):
    # dcmtk reads it as "switch Nagle off"; unset means on.
    more = {"TCP_NODELAY": "1"} if no_delay else {}
    return {**{k: v for k, v in os.environ.items() if k != "TCP_NODELAY"}, **more}


@contextmanager
def _ended(command, port, **more):
    process = subprocess.Popen(command, **more)
    try:
        _await(port)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _await(port):
    echo = [dcmtk("echoscu"), "-aet", TOOL, "-aec", TOOL, "127.0.0.1", str(port)]
    for _ in range(150):
        if subprocess.run(echo, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError("the receiver does not answer")


@contextmanager
def _storescp(folder, *, no_delay, pdu=()):
    port = free_port()
    command = [dcmtk("storescp"), "-aet", TOOL, *pdu, "+xa", "-od", str(folder), str(port)]
    with _ended(command, port, env=_environment(no_delay=no_delay)):
        yield port


@contextmanager
def _ours(folder):
    port = free_port()
    make_site(folder / "site", port=port, known_aes=(TOOL,))
    with _ended([sys.executable, "-c", _LISTEN, str(folder / "site")], port):
        yield port


@contextmanager
def _orthanc(folder, *, no_delay):
    with orthanc(folder, no_delay=no_delay) as pacs:
        yield pacs.port


def _send(slices, port, *, no_delay=False, pdu=(), called=TOOL):
    titles = ("-aet", TOOL, "-aec", called)
    command = [dcmtk("storescu"), *titles, *pdu, "+sd", "127.0.0.1", str(port), str(slices)]
    began = time.perf_counter()
    subprocess.run(command, check=True, env=_environment(no_delay=no_delay))
    return time.perf_counter() - began


def _cases():
    pdu = ("-pdu", "131072")
    return {
        "storescp, default": (lambda f: _storescp(f, no_delay=False), {}),
        "storescp, no delay on it": (lambda f: _storescp(f, no_delay=True), {}),
        "storescp, no delay at both ends, PDU 128 KB": (
            lambda f: _storescp(f, no_delay=True, pdu=pdu), {"no_delay": True, "pdu": pdu}),
        "Orthanc, no delay on it": (lambda f: _orthanc(f, no_delay=True), {"called": "ORTHANC"}),
        "ours": (_ours, {}),
        "ours, sender no delay, PDU 128 KB": (_ours, {"no_delay": True, "pdu": pdu}),
    }  # fmt: skip


def _seconds(root, slices):
    """Return the best of some rounds each, taken in turns; the slow default is taken once."""
    taken = {name: [] for name in _cases()}
    for turn in range(ROUNDS):
        for name, (receiver, sender) in _cases().items():
            if turn and name in {"storescp, default", "Orthanc, no delay on it"}:
                continue
            folder = Path(tempfile.mkdtemp(dir=root))
            with receiver(folder) as port:
                taken[name].append(_send(slices, port, **sender))
    return {name: min(times) for name, times in taken.items()}


def run():
    if MISSING or dcmtk("storescp") is None:
        print("receive: apt-get install orthanc orthanc-dicomweb dcmtk")
        return
    with tempfile.TemporaryDirectory() as root:
        slices = Path(root, "slices")
        megabytes = write_slices(slices) / 1e6
        rates = {name: megabytes / s for name, s in _seconds(Path(root), slices).items()}
    case = f"{FILES} CT, {megabytes:.0f} MB, storescu"
    mine = rates["ours"]
    for name in ("storescp, default", "Orthanc, no delay on it"):
        yield Row("receive", case, mine, name, rates[name], "MB/s", higher=True)
    name = "storescp, no delay on it"
    yield Row("receive", case, mine, name, rates[name], "MB/s", goal=GOAL, higher=True)
    both = rates["ours, sender no delay, PDU 128 KB"]
    name = "storescp, no delay at both ends, PDU 128 KB"
    yield Row("receive", f"{case}, both tuned", both, name, rates[name], "MB/s", higher=True)
