"""How fast the command line answers: `renkei --help` beside importing what it stands on."""

import resource
import subprocess
import sys

from bench.measure import Row

MOST = 1.5


def _cpu(*command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def run():
    ours = (sys.executable, "-m", "renkei", "--help")
    peer = (sys.executable, "-c", "import typer, rich")
    taken = [(_cpu(*ours), _cpu(*peer)) for _ in range(9)][1:]
    mine, theirs = (sorted(column)[len(column) // 2] for column in zip(*taken, strict=True))
    name = "import typer, rich"
    yield Row("start", "renkei --help", mine * 1e3, name, theirs * 1e3, "CPU ms", goal=MOST)
