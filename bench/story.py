"""The whole story of the demo: its time, and the most memory that its platform held."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import Row

ROOT = Path(__file__).parents[1]
SECONDS, MEGABYTES = 240.0, 2048.0


def run():
    with tempfile.TemporaryDirectory(prefix="rk") as folder:
        command = [sys.executable, "-m", "renkei", "demo", "--exit", "--json"]
        started = time.monotonic()
        told = subprocess.run(
            [*command, "--data", folder, "--port", "0"],
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        taken = time.monotonic() - started
    last = json.loads(told.stdout.splitlines()[-1])
    yield Row("story", "whole story", taken, "goal", None, "s", goal=SECONDS)
    peak = float(last["peak_mb"])
    yield Row("story", "most memory", peak, "goal", None, "MB", goal=MEGABYTES)
