"""Slides: colour error after a simulated second scanner, and memory and time of a large slide.

The peer is Macenko as the textbook has it, in numpy: fitted to each tile, what two stains do not
explain dropped. The large slide is the sample's tiles side by side, of RENKEI_BENCH_SLIDE_BYTES
(2 GB: about an hour of one core); stain and mpp run in a process of their own.
"""

import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench.measure import Row, cpu_in_turns
from bench.slides import BYTES, SAMPLE, large_slide
from renkei.imaging.slide import open_slide
from renkei.preprocess import SlideScan
from renkei.preprocess.slides import BLOCK
from renkei.preprocess.stain import look_of, to_stains, to_statistics, to_white
from renkei.preprocess.steps import mpp, stain
from renkei.select.tiles import tissue_mask

MOST_MB = 1024
TILE = 512
SHOWN = 1024  # rows of the sample, from its tissue
SCANNERS = 4
WANTED_MPP = 1.0


def second_scanner(rgb, look, seed):
    """Return a slide as another scanner and laboratory would show it."""
    drawn = np.random.default_rng(seed)
    other = look.stains + drawn.normal(0, 0.06, (2, 3))
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    density = -np.log(np.maximum(rgb, 1) / look.white)
    amounts = density @ np.linalg.pinv(look.stains)
    density += (amounts * drawn.uniform(0.75, 1.3, 2)) @ other - amounts @ look.stains
    mixed = np.eye(3) * 0.95 + drawn.dirichlet([1, 1, 1], 3) * 0.05
    seen = np.clip(np.exp(-density), 0, 1.1) @ mixed.T
    seen = seen ** drawn.uniform(0.95, 1.05, 3) * drawn.uniform(218, 248, 3)
    return np.clip(seen + 0.5, 0, 255).astype(np.uint8)


def textbook(rgb, stains, maxima):
    """Normalise tile by tile: 240 as white, two stains by SVD, what is left dropped."""
    out = np.full_like(rgb, 255)
    for top in range(0, len(rgb), TILE):
        for left in range(0, rgb.shape[1], TILE):
            tile = rgb[top : top + TILE, left : left + TILE]
            density = _density(tile)
            fitted = _fitted(density)
            if fitted is None:
                out[top : top + TILE, left : left + TILE] = tile
                continue
            own, strongest = fitted
            amounts = np.linalg.lstsq(own.T, density.T, rcond=None)[0]
            amounts *= (maxima / strongest)[:, None]
            moved = 240 * np.exp(-(stains.T @ amounts))
            out[top : top + TILE, left : left + TILE] = np.clip(moved, 0, 255).T.reshape(tile.shape)
    return out


def _density(rgb):
    return -np.log((rgb.reshape(-1, 3).astype(float) + 1) / 240)


def _fitted(density):
    """Return the textbook's two stains and the 99th percentiles of their amounts."""
    strong = density[(density > 0.15).all(axis=1)]
    if len(strong) < 100:
        return None
    plane = np.linalg.eigh(np.cov(strong.T))[1][:, 1:]
    plane *= np.where(plane.sum(axis=0) < 0, -1, 1)
    flat = strong @ plane
    phi = np.arctan2(flat[:, 1], flat[:, 0])
    low, high = (plane @ [np.cos(a), np.sin(a)] for a in np.percentile(phi, [1, 99]))
    stains = np.array([low, high] if low[0] > high[0] else [high, low])
    amounts = np.linalg.lstsq(stains.T, density.T, rcond=None)[0]
    return stains, np.percentile(amounts, 99, axis=1)


def run():
    with open_slide(SAMPLE) as slide:
        level = slide.levels[0]
        truth = slide.read_region(0, 0, 1000, level.width, SHOWN)
    yield from _colours(truth)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "large.svs")
        large_slide(path, BYTES)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            yield from pool.submit(_large, str(path)).result()


def _colours(truth):
    look = look_of(truth)
    tissue = tissue_mask(truth)
    shown = [second_scanner(truth, look, seed) for seed in range(SCANNERS)]
    ways = {
        "macenko": lambda rgb: to_stains(look_of(rgb), look)(rgb),
        "reinhard": lambda rgb: to_statistics(look_of(rgb), look)(rgb),
        "white": lambda rgb: to_white(look_of(rgb), look)(rgb),
    }
    target = _fitted(_density(truth))
    before = np.mean([_error(rgb, truth, tissue) for rgb in shown], axis=0)
    peer = np.mean([_error(textbook(rgb, *target), truth, tissue) for rgb in shown], axis=0)
    found = {
        name: np.mean([_error(way(rgb), truth, tissue) for rgb in shown], axis=0)
        for name, way in ways.items()
    }
    for at, where in enumerate(("tissue", "glass")):
        yield Row("stain", f"no change, {where}", before[at], "", None, "dE")
        for name in ways:
            goal = 1.0 if name == "macenko" else None
            case = f"{name}, {where}, mean of {SCANNERS} scanners"
            yield Row(
                "stain", case, found[name][at], "textbook per tile", peer[at], "dE", goal=goal
            )
    works = [partial(way, shown[0]) for way in ways.values()]
    *ours, theirs = cpu_in_turns(*works, partial(textbook, shown[0], *target), rounds=3)
    size = truth[..., 0].size / 1e6
    for name, mine in zip(ways, ours, strict=True):
        case = f"{name}, fit on all pixels and change"
        yield Row("stain", case, mine / size, "textbook per tile", theirs / size, "s/Mpx", goal=1.0)


def _error(found, truth, tissue):
    """Return the mean dE (CIE 1976) of tissue and of glass."""
    from skimage.color import rgb2lab

    off = np.linalg.norm(rgb2lab(found[::4, ::4]) - rgb2lab(truth[::4, ::4]), axis=2)
    inside = tissue[::4, ::4]
    return off[inside].mean(), off[~inside].mean()


def _large(name):
    """Run stain and mpp on a large slide; peak memory is that of this process."""
    path = Path(name)
    size = path.stat().st_size / 2**30
    scan, rows = SlideScan(path, path.parent), []
    with open_slide(path) as slide:
        pixels = slide.levels[0].width * slide.levels[0].height / 1e6
    for step, params in ((stain, {}), (mpp, {"mpp": WANTED_MPP})):
        before = time.process_time()
        scan = step.STEP.run(scan, step.STEP.settle(params)).scan
        taken = (time.process_time() - before) / pixels
        case = f"{step.STEP.name}, {size:.2f} GB, {pixels:,.0f} Mpx, blocks of {BLOCK}"
        rows.append(Row("stain", case, taken, "", None, "s/Mpx"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append(Row("stain", f"peak memory, {size:.2f} GB", peak, "", None, "MB", goal=MOST_MB))
    return rows
