"""Runs on many cases: overhead beside the process itself, scaling, and random patches from disk."""

import os
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.measure import Row, cpu_in_turns
from renkei import child
from renkei.compute import map_cases
from renkei.imaging.nifti import read_nifti, write_nifti
from renkei.imaging.volume import Volume, read_series
from renkei.preprocess.batch import Limits, run_batch
from renkei.preprocess.folder import find_cases
from renkei.preprocess.patches import Patches, write_patches
from renkei.preprocess.plan import parse_plan

ROOT = Path(__file__).parents[1]
CASES = 10
SIDE, READS = 96, 40
PLAN = """
schema = "renkei.plan/1"
name = "window"
version = "1"
results = ["b"]
[inputs.ct]
modality = "CT"
[[step]]
name = "window"
input = "ct"
output = "b"
"""


def run():
    yield from _cases()
    yield from _patches()


def _cases():
    plan = parse_plan(PLAN)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        volume = read_nifti(ROOT / "samples" / "ct_nifti" / "example_ct.nii.gz", modality="CT")
        small = Volume(volume.voxels[:16, :32, :32], _cut(volume, (16, 32, 32)), "CT")
        for n in range(CASES):
            (place / "in" / f"{n:02}").mkdir(parents=True)
            write_nifti(small, place / "in" / f"{n:02}" / "ct.nii.gz")
        cases = find_cases(place / "in", plan)
        child.preload(run_batch.__module__)
        child.call(os.getpid)
        limits = Limits(jobs=1)

        def start():
            return [child.call(os.getpid) for _ in cases]

        def whole():
            return list(run_batch(plan, cases, place / "out", limits=limits))

        whole()
        # CPU of this process: what runs beside it does not count, nor does the case's own work.
        start_cpu, start_wall = _taken(start)
        whole_cpu, whole_wall = _taken(whole)
        over = (whole_cpu - start_cpu) / CASES * 1e3
        yield Row("scale", "overhead beyond the process", over, "", None, "CPU ms/case", 20.0)
        for name, wall in (
            ("start and end of a process", start_wall),
            ("a small case", whole_wall),
        ):
            yield Row("scale", name, wall / CASES * 1e3, "", None, "ms/case")
    cores = len(os.sched_getaffinity(0))
    _, one = _taken(lambda: list(map_cases(spin, range(2 * cores), jobs=1)))
    _, many = _taken(lambda: list(map_cases(spin, range(2 * cores), jobs=cores)))
    yield Row("scale", f"speed of {cores} processes", one / many, "one process", None, "times")


def spin(seed):
    """Work for about a second of CPU."""
    ended = time.process_time() + 1.0
    while time.process_time() < ended:
        seed += 1
    return seed


def _patches():
    slices = read_series(sorted((ROOT / "samples" / "ct_dicom").glob("*.dcm")))
    # Each copy shifted, or the compressor would find the slice that it has seen.
    copies = [np.roll(slices.voxels, (41 * k, 67 * k), (1, 2)) for k in range(10)]
    voxels = np.concatenate(copies)
    volume = Volume(voxels, _cut(slices, voxels.shape), "CT")
    name = "memory-mapped npy"
    with tempfile.TemporaryDirectory() as folder:
        blocks, plain = Path(folder, "ct.b2nd"), Path(folder, "ct.npy")
        write_patches(blocks, volume)
        np.save(plain, voxels)
        size, whole = (path.stat().st_size / 1e6 for path in (blocks, plain))
        yield Row("scale", "CT 200 × 512², 20 slices shifted", size, name, whole, "MB", 1 / 3)
        random = np.random.default_rng(0)
        starts = random.integers(0, np.array(voxels.shape) - SIDE + 1, (READS, 3)).tolist()
        with Patches(blocks) as patches:

            def ours():
                return [patches.read(tuple(at), (SIDE,) * 3) for at in starts]

            def theirs():
                return [_box(plain, at) for at in starts]

            mine, other = cpu_in_turns(ours, theirs, rounds=3)
        each = 1e3 / READS
        what = f"random {SIDE}³, file in memory"
        yield Row("scale", what, mine * each, name, other * each, "CPU ms", 1.0)
        cold = [_cold(blocks, _read_blocks, starts), _cold(plain, _box, starts)]
        what = f"random {SIDE}³, file on disk"
        yield Row("scale", what, cold[0] * each, name, cold[1] * each, "ms", 1.0)


def _box(path, at):
    where = tuple(slice(a, a + SIDE) for a in at)
    return np.array(np.load(path, mmap_mode="r")[where])


def _read_blocks(path, at):
    with Patches(path) as patches:
        return patches.read(tuple(at), (SIDE,) * 3)


def _cold(path, read, starts):
    """Return the wall seconds of all reads, each from a file that the system has let go."""
    taken = 0.0
    for at in starts:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        started = time.perf_counter()
        read(path, at)
        taken += time.perf_counter() - started
    return taken


def _cut(volume, shape):
    geometry = volume.geometry
    return type(geometry)(tuple(shape), geometry.spacing, geometry.origin, geometry.direction)


def _taken(work):
    """Return the CPU seconds of this process, and the wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall
