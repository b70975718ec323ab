"""The workbench's figures: comparing, saving, polygons and, in headless Chromium, drawing."""

import shutil
import statistics
import time
from pathlib import Path

import numpy as np
from scipy import ndimage

from bench import slide_polygons, volume_desk
from bench.measure import Row
from renkei.annotate.compare import compare
from renkei.annotate.vocabulary import parse_vocabulary
from renkei.imaging.codes import Code
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.nifti import read_nifti

ROOT = Path(__file__).parents[1]
SEG = ROOT / "samples" / "seg" / "example_seg_dicom.nii.gz"
SLICES = 300
SPACING = (1.0, 0.9765625, 0.9765625)
CODE = Code("99RENKEI", "BENCH", "Structure")
TERM = '[[term]]\nkey = "s{n}"\nnumber = {n}\nja = "s{n}"\nen = "s{n}"\ntau_mm = 2.0\n'
MORE = 'code = ["99RENKEI", "BENCH", "Structure"]\ncolour = "#888888"\ngroup = "g{n}"\n'


def structures():
    """Return the sample's 31 real structures (20 slices) stretched to 300 slices, as masks."""
    flat = read_nifti(SEG.read_bytes()).voxels
    at = np.linspace(0, len(flat) - 1, SLICES)
    low = np.floor(at).astype(int)
    high, share = np.minimum(low + 1, len(flat) - 1), (at - np.floor(at))[:, None, None]
    for n in (int(n) for n in np.unique(flat) if n):
        inside = flat == n
        box = ndimage.find_objects(inside.astype(np.uint8))[0][1:]
        # Signed distances between two slices, as a reader's drawing is filled.
        depth = np.stack(
            [
                ndimage.distance_transform_edt(one) - ndimage.distance_transform_edt(~one)
                if one.any()
                else np.full(one.shape, -20.0)
                for one in inside[(slice(None), *box)]
            ]
        )
        mask = np.zeros((SLICES, *flat.shape[1:]), dtype=bool)
        mask[(slice(None), *box)] = (1 - share) * depth[low] + share * depth[high] > 0
        yield n, mask


def readings():
    """Return two readings of 512 × 512 × 300: the second a voxel larger and half a voxel aside."""
    first, second = [], []
    for n, mask in structures():
        first.append(Segment(n, f"s{n}", CODE, mask))
        other = np.zeros_like(mask)
        other[:, :, 1:] = mask[:, :, 1:] | mask[:, :, :-1]
        second.append(Segment(n, f"s{n}", CODE, other))
    grid = Geometry((SLICES, 512, 512), SPACING, (0.0, 0.0, 0.0))
    words = parse_vocabulary(
        'name = "bench"\nversion = 1\nja = "b"\nen = "b"\n'
        + "".join((TERM + MORE).format(n=segment.number) for segment in first)
    )
    return LabelSet(grid, tuple(first)), LabelSet(grid, tuple(second)), words


def median_seconds(work, rounds=3):
    work()
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def comparing():
    a, b, words = readings()
    voxels = sum(int(s.mask.sum()) for s in a.segments)
    case = f"compare 512 × 512 × 300, {len(words.terms)} labels, {voxels / 1e6:.0f} M voxels"
    yield Row("annotate", case, median_seconds(lambda: compare(a, b, words)), "", None, "s", goal=2)


def run():
    yield from comparing()
    if shutil.which("chromium"):
        yield from slide_polygons.run()
        yield from volume_desk.run()
