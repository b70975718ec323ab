"""The whole story of the demo: its time and most memory; and a platform that has nothing to do."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import Row
from renkei.demo.processes import platform

ROOT = Path(__file__).parents[1]
FIRST_PAGE, SECONDS, MEGABYTES, IDLE_MEGABYTES = 90.0, 240.0, 2048.0, 450.0
SETTLE = 10.0


def run():
    with tempfile.TemporaryDirectory(prefix="rk", ignore_cleanup_errors=True) as folder:
        yield Row("story", "idle web + worker", _idle(Path(folder, "i")), "", None, "MB",
                  goal=IDLE_MEGABYTES)  # fmt: skip
        at, peak = _tell(Path(folder, "d"))
    yield Row("story", "first page", at["begin"], "", None, "s", goal=FIRST_PAGE)
    yield Row("story", "whole story", at["open"], "", None, "s", goal=SECONDS)
    yield Row("story", "most memory", peak, "", None, "MB", goal=MEGABYTES)


def _idle(data):
    """Return the resident memory of web server and worker together, without the database's."""
    data.mkdir()
    with platform(data, 0) as running:
        time.sleep(SETTLE)
        return sum(memory.rss for memory in running.memory()) / 2**20


def _tell(data):
    """Return the seconds from the start to each step's line, and the most memory in MB."""
    command = [sys.executable, "-m", "renkei", "demo", "--exit", "--json"]
    started, at, peak = time.monotonic(), {}, 0.0
    with subprocess.Popen(
        [*command, "--data", data, "--port", "0"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as story:  # fmt: skip
        for line in story.stdout:
            told = json.loads(line)
            at[told.get("step") or next(iter(told))] = time.monotonic() - started
            peak = max(peak, float(told.get("peak_mb", 0)))
    if story.returncode:
        raise SystemExit(f"the story ended with {story.returncode}")
    return at, peak
