"""A million slice hashes: faiss beside numpy's popcount, and one whole case against all others."""

import os
import resource
import time

import faiss
import numpy as np

from bench.measure import Row, cpu_in_turns
from renkei.select.near import NEAR_BITS, likely
from renkei.select.prints import BYTES, POSITIONS, CasePrint

COUNT, SLICES, FEW = 1_000_000, 300, 8
GOAL_SECONDS = 10.0


def run():
    random = np.random.default_rng(0)
    held = random.integers(0, 256, (COUNT, BYTES), np.uint8)
    views = random.integers(0, 256, (SLICES, POSITIONS, BYTES), np.uint8)
    planted = held[5000 : 5000 + SLICES].copy()
    planted[:, 0] ^= 255
    views[:, 0] = planted
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    index = faiss.IndexBinaryFlat(BYTES * 8)
    index.add(held)
    yield Row("duplicates", "1e6 hashes, built", time.perf_counter() - start, "", None, "s")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    yield Row("duplicates", "1e6 hashes, memory", grown, "", None, "MiB")
    words = held.view(np.uint64)
    queries = np.ascontiguousarray(views[:FEW, 0])

    def counted():
        return [
            np.flatnonzero(np.bitwise_count(words ^ one).sum(axis=1, dtype=np.uint16) <= NEAR_BITS)
            for one in queries.view(np.uint64)
        ]

    mine, theirs = cpu_in_turns(
        lambda: index.range_search(queries, NEAR_BITS + 1), counted, rounds=3
    )
    scale = SLICES / FEW
    case = f"{SLICES} slices in 1e6 hashes"
    yield Row("duplicates", case, mine * scale, "numpy popcount", theirs * scale, "CPU s", 1.0)
    ours = CasePrint(views[:, 0], views, (512, 512))
    owns = np.split(held, range(SLICES, COUNT, SLICES))
    start = time.perf_counter()
    found = likely(ours, owns)
    taken = time.perf_counter() - start
    wanted = sorted({5000 // SLICES, (5000 + SLICES - 1) // SLICES})
    if found != wanted:
        raise RuntimeError(f"The planted case was not found: {found}, not {wanted}.")
    case = f"one case in {len(owns)} cases, 8 positions, {os.cpu_count()} cores"
    yield Row("duplicates", case, taken, "", None, "s", GOAL_SECONDS)
