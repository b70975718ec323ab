"""Simulated readers of known error: what each protocol catches. Writes the table of the docs.

The organ is real (the liver of samples/seg), the lesions are real structures made small and put
into it, so that every error is known. Whoever decides a dispute is taken to decide rightly, and
whoever signs to see nothing: the figures are of the protocol alone.
"""

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy import ndimage

from bench.annotate import SEG
from bench.measure import Row
from renkei.annotate.compare import compare, label_set
from renkei.annotate.skill import passes_gold
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet
from renkei.imaging.nifti import read_nifti

WORDS = load_vocabulary("abdomen-ct")
DOCS = Path(__file__).parents[1] / "docs" / "explanation" / "double-check.md"
START, END = "<!-- written by ./dev bench readers -->", "<!-- end -->"
CASES, LESIONS = 10, 5
SMALL_MM = 8.0
LIVER, SHAPES = 5, (1, 7, 8, 64)
PROTOCOLS = {"single": 1, "double": 2, "triple": 3, "four": 4}
TAKES_OVER = 0.7  # share of the others' true lesions that somebody adds when seeing them


@dataclass(frozen=True)
class Habit:
    """How somebody errs: share missed (small lesions, others), false lesions a case, mm of edge.

    `shared` is the same for all readers of a case: mm that all draw too wide, and how many lesions
    all take for normal tissue.
    """

    small: float
    large: float
    extra: float
    edge_mm: float
    shared_mm: float = 0.0
    shared_missed: int = 0


HABITS = {
    "careful": Habit(0.10, 0.02, 0.1, 0.6),
    "misses lesions": Habit(0.50, 0.20, 0.1, 0.6),
    "shaky hand": Habit(0.10, 0.02, 0.1, 3.0),
    "shared bias": Habit(0.10, 0.02, 0.1, 0.6, shared_mm=4.0, shared_missed=1),
}


def depth_mm(mask, spacing):
    """Return the distance to the edge in mm, positive inside."""
    inside, outside = (ndimage.distance_transform_edt(m, spacing) for m in (mask, ~mask))
    return inside - outside


class Truth:
    """A case whose liver and lesions are known."""

    def __init__(self, random):
        volume = read_nifti(SEG.read_bytes())
        self.spacing = volume.geometry.spacing
        box = ndimage.find_objects((volume.voxels == LIVER).astype(np.uint8))[0]
        self.liver = np.pad(volume.voxels[box] == LIVER, ((0, 0), (12, 12), (12, 12)))
        self.depth = depth_mm(self.liver, self.spacing)
        self.grid = Geometry(self.liver.shape, self.spacing, (0.0, 0.0, 0.0))
        free = self.depth > 5
        self.lesions, self.extra = [], []
        for n in range(LESIONS + 4):
            size = random.uniform(5, 25) if n < LESIONS else random.uniform(5, 9)
            lesion = self._placed(volume.voxels, free, size, random)
            free &= ~ndimage.binary_dilation(lesion, iterations=4)
            (self.lesions if n < LESIONS else self.extra).append((lesion, size))

    def _placed(self, voxels, free, size_mm, random):
        shape = voxels == random.choice(SHAPES)
        cut = shape[ndimage.find_objects(shape.astype(np.uint8))[0]]
        long = max(n * s for n, s in zip(cut.shape, self.spacing, strict=True))
        small = ndimage.zoom(cut.astype(float), size_mm / long, order=1) > 0.3
        small = small if small.any() else np.ones((1, 3, 3), bool)
        at = random.choice(np.argwhere(free))
        start = [
            int(np.clip(a - n // 2, 0, whole - n))
            for a, n, whole in zip(at, small.shape, free.shape, strict=True)
        ]
        found = np.zeros_like(self.liver)
        found[tuple(slice(a, a + n) for a, n in zip(start, small.shape, strict=True))] = small
        return found

    def labels(self, liver, lesions):
        either = np.zeros_like(self.liver)
        for lesion in lesions:
            either |= lesion
        return label_set(LabelSet(self.grid, ()), {"liver": liver, "lesion": either}, WORDS)


def drawn(depth, spacing, habit, random):
    """Return a mask whose edge wanders smoothly by the habit's mm, and lies its bias outside."""
    noise = ndimage.gaussian_filter(random.normal(size=depth.shape), [6 / s for s in spacing])
    return depth + habit.shared_mm + habit.edge_mm * noise / (noise.std() or 1.0) > 0


def read(truth, habit, blind, random):
    """Return which lesions and false lesions a reader draws, and the drawings."""
    seen = []
    for n, (_, size) in enumerate(truth.lesions):
        missed = random.random() < (habit.small if size < SMALL_MM else habit.large)
        if not missed and n not in blind:
            seen.append(n)
    false = [n for n in range(len(truth.extra)) if random.random() < habit.extra / 4]
    return seen, false, drawn(truth.depth, truth.spacing, habit, random)


def edged(truth, lesion, habit, random):
    edge = Habit(0, 0, 0, min(habit.edge_mm, 1.0), habit.shared_mm / 4)
    box = tuple(
        slice(max(0, cut.start - 6), cut.stop + 6)
        for cut in ndimage.find_objects(lesion.astype(np.uint8))[0]
    )
    found = np.zeros_like(lesion)
    found[box] = drawn(depth_mm(lesion[box], truth.spacing), truth.spacing, edge, random)
    return found if found.any() else lesion


def case(habit, seed):
    """Yield for each protocol the figures of one case."""
    random = np.random.default_rng(seed)
    truth = Truth(random)
    blind = set(random.permutation(LESIONS)[: habit.shared_missed].tolist())
    reads = [read(truth, habit, blind, random) for _ in range(4)]
    sets = [
        truth.labels(
            liver,
            [edged(truth, truth.lesions[n][0], habit, random) for n in seen]
            + [truth.extra[n][0] for n in false],
        )
        for seen, false, liver in reads
    ]
    gold = truth.labels(truth.liver, [lesion for lesion, _ in truth.lesions])
    held = [compare(one, gold, WORDS) for one in sets]
    wrong = [any(d.key == "liver" for d in found.disputes) for found in held]
    pairs = {(i, j): compare(sets[i], sets[j], WORDS) for i, j in combinations(range(4), 2)}
    for name, count in PROTOCOLS.items():
        found = {n for seen, _, _ in reads[:count] for n in seen}
        false = {n for _, false, _ in reads[:count] for n in false}
        if name == "four":
            # Nobody decides: what half of them have, after each saw the others' lesions.
            votes = [sum(n in seen for seen, _, _ in reads) for n in range(LESIONS)]
            taken = [v + random.binomial(4 - v, TAKES_OVER) if v else 0 for v in votes]
            found = {n for n, v in enumerate(taken) if v >= 2}
            false = {n for n in false if sum(n in one[1] for one in reads) >= 2}
        elif count > 1:
            false = set.intersection(*(set(one[1]) for one in reads[:count]))
        mine = [found for pair, found in pairs.items() if max(pair) < count]
        caught = any(d.key == "liver" for one in mine for d in one.disputes)
        yield (
            name,
            {
                "missed": (LESIONS - len(found)) / LESIONS,
                "false": len(false),
                "edge": float(wrong[0] and not caught),
                "disputes": float(np.mean([len(one.disputes) for one in mine])) if mine else 0.0,
                "dice": _dice(mine),
                "truth": _dice(held[:count]),
                "gold": float(np.mean([not passes_gold(one) for one in held[:count]])),
            },
        )


def _dice(comparisons):
    values = [t.overlap.dice for one in comparisons for t in one.terms if t.key == "liver"]
    return float(np.mean(values)) if values else float("nan")


def figures():
    """Return for each habit and protocol the mean figures over the cases."""
    found = {}
    for habit_name, habit in HABITS.items():
        for seed in range(CASES):
            for name, row in case(habit, seed):
                found.setdefault((habit_name, name), []).append(row)
    return {
        key: {k: np.mean([row[k] for row in rows]) for k in rows[0]} for key, rows in found.items()
    }


HEAD = (
    "| readers | protocol | lesions still missed | false lesions left a case "
    "| wrong outline, undisputed | disputes a pair | Dice between readers | Dice to the truth "
    "| readings that fail hidden gold |\n|---|---|---|---|---|---|---|---|---|"
)


def table(found):
    """Return the figures as the table of the docs."""
    lines = [HEAD]
    for (habit, name), row in found.items():
        between = "none" if np.isnan(row["dice"]) else f"{row['dice']:.3f}"
        lines.append(
            f"| {habit} | {name} | {row['missed']:.0%} | {row['false']:.2f} | {row['edge']:.0%} "
            f"| {row['disputes']:.1f} | {between} | {row['truth']:.3f} | {row['gold']:.0%} |"
        )
    return "\n".join(lines)


def run():
    found = figures()
    before, _, rest = DOCS.read_text("utf-8").partition(START)
    after = rest.partition(END)[2]
    DOCS.write_text(f"{before}{START}\n\n{table(found)}\n\n{END}{after}", "utf-8")
    for (habit, name), row in found.items():
        for key, about in (("missed", "lesions missed"), ("gold", "readings that fail gold")):
            yield Row("readers", f"{habit}, {name}: {about}", 100 * row[key], "", None, "%")
