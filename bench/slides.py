"""De-identify a slide of 2 GB, made by laying the sample's tiles side by side, beside `cp`.

Wall time, in turns, since tiles are proved clean by threads beside the copy; CPU is given too.
"""

import os
import resource
import shutil
import statistics
import struct
import subprocess
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench.measure import Row
from renkei.deid import PseudonymKey, State
from renkei.deid.slide import deidentify_slide
from renkei.deid.slidepages import WANTED
from renkei.deid.tiff import read_tiff

SAMPLE = Path(__file__).parents[1] / "samples" / "wsi" / "cmu_small_region.svs"
BYTES = int(os.environ.get("RENKEI_BENCH_SLIDE_BYTES", str(2 << 30)))
ROUNDS, TILE, ACROSS = 5, 240, 320
KEY = PseudonymKey({1: bytes(range(32))})


def large_slide(path, size):
    """Write an SVS of at least `size` bytes; each tile of the sample comes as often as needed."""
    with SAMPLE.open("rb") as file:
        page = read_tiff(file, WANTED).pages[0]
        tiles = []
        for offset, length in page.parts().tolist():
            file.seek(offset)
            tiles.append(file.read(length))
    places = []
    with path.open("wb", buffering=8 << 20) as out:
        out.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 0))
        while out.tell() < size or len(places) % ACROSS:
            tile = tiles[len(places) % len(tiles)]
            places.append((out.tell(), len(tile)))
            out.write(tile)
        # The sample's picture in its own tags, with the new size and the new places.
        entries = {tag: (e.kind, e.count, e.raw) for tag, e in page.entries.items()}
        values = {256: ACROSS * TILE, 257: len(places) // ACROSS * TILE}
        entries |= {tag: (4, 1, struct.pack("<I", value)) for tag, value in values.items()}
        for tag, column in ((324, 0), (325, 1)):
            raw = np.array(places, "<u8")[:, column].tobytes()
            entries[tag] = (16, len(places), raw)
        rows = b""
        for tag, (kind, count, raw) in sorted(entries.items()):
            value = raw.ljust(8, b"\0")
            if len(raw) > 8:
                value = struct.pack("<Q", out.tell())
                out.write(raw)
            rows += struct.pack("<HHQ8s", tag, kind, count, value)
        start = out.tell()
        out.write(struct.pack("<Q", len(entries)) + rows + bytes(8) + b"trailing")
        out.seek(8)
        out.write(struct.pack("<Q", start))
    return len(places)


def _clean(source, target):
    result = deidentify_slide(Path(source), Path(target), KEY, patient="7")
    assert result.state is State.CLEAN, result.reasons


def _memory(small, large, target):
    """Return how much more memory (MB) the large slide takes than a small one."""
    _clean(small, target)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _clean(large, target)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def run():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, source, target = folder / "small.svs", folder / "in.svs", folder / "out"
        large_slide(small, min(BYTES, 64 << 20))
        tiles = large_slide(source, BYTES)
        case = f"{source.stat().st_size / 2**30:.2f} GB SVS, {tiles:,} tiles"
        taken = {_cp: ([], []), _clean: ([], [])}
        for _ in range(ROUNDS):
            for work, (wall, cpu) in taken.items():
                target.unlink(missing_ok=True)
                os.sync()
                started, before = time.perf_counter(), _cpu()
                work(source, target)
                wall.append(time.perf_counter() - started)
                cpu.append(_cpu() - before)
        for at, unit, goal in ((0, "s wall", 1.3), (1, "CPU s", None)):
            mine, theirs = (statistics.median(taken[work][at]) for work in (_clean, _cp))
            yield Row("slides", case, mine, "cp", theirs, unit, goal=goal)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            grown = pool.submit(_memory, str(small), str(source), str(target)).result()
        yield Row(
            "slides", f"memory above a slide of 64 MB, {case}", grown, "", None, "MB", goal=64
        )


def _cpu():
    return sum(
        sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )


def _cp(source, target):
    if os.name == "nt":
        shutil.copyfile(source, target)
    else:
        subprocess.run(["cp", source, target], check=True)
