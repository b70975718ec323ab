"""The story of the demo, told once in real processes; tests look at what it left."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.shape.source import ROOT

SECONDS = 900


@dataclass(frozen=True)
class Story:
    """Where the story was told: its folder, its address, its steps by name."""

    folder: Path
    url: str
    steps: dict


def steps_of(log: Path):
    lines = [json.loads(x) for x in log.read_text("utf-8").splitlines() if x.endswith("}")]
    return {line.get("step") or next(iter(line)): line for line in lines}


@pytest.fixture(scope="session")
def story():
    """Take the story that `./dev test` has told, or tell one."""
    if "RENKEI_STORY" in os.environ:
        folder = Path(os.environ["RENKEI_STORY"])
        yield Story(folder, os.environ["RENKEI_STORY_URL"], steps_of(folder / "story.jsonl"))
        return
    folder = Path(tempfile.mkdtemp(prefix="rk"))
    log = folder / "story.jsonl"
    command = [sys.executable, "-m", "renkei", "demo", "--json", "--data", folder, "--port", "0"]
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out)
    end = time.monotonic() + SECONDS
    while "open" not in steps_of(log):
        assert process.poll() is None, "the story ended before its end"
        assert time.monotonic() < end
        time.sleep(1)
    steps = steps_of(log)
    yield Story(folder, steps["open"]["open"], steps)
    process.terminate()
    process.wait(60)
    shutil.rmtree(folder, ignore_errors=True)
