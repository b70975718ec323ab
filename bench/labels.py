"""Learned scores against human labels, as docs/explanation/human-labels.md fixes it.

The tables are read from the package `mriqc-learn` in the peers' environment; nothing is kept.
"""

import subprocess
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, roc_auc_score, roc_curve
from sklearn.model_selection import GroupKFold

from bench.deid import PEER_PYTHON
from bench.measure import Row

GOALS = {("ABIDE", "absolute"): 0.898, ("DS030", "relative"): 0.77}
FOLDS, DRAWS, BINS = 3, 1000, 10
NOT_QUALITY = ("size_", "spacing_")
WHERE = (
    "import importlib.util as u; print(u.find_spec('mriqc_learn').submodule_search_locations[0])"
)


@dataclass(frozen=True)
class Table:
    """Metrics (scans, features), whether a rater excludes each scan, its site, and all raters."""

    x: np.ndarray
    y: np.ndarray
    site: np.ndarray
    raters: dict[str, np.ndarray]
    names: tuple[str, ...]

    def relative(self):
        """Return the metrics as robust z within each site."""
        z = np.zeros_like(self.x)
        for one in np.unique(self.site):
            own = self.x[self.site == one]
            middle = np.nanmedian(own, axis=0)
            spread = 1.4826 * np.nanmedian(np.abs(own - middle), axis=0)
            z[self.site == one] = (own - middle) / np.where(spread > 0, spread, np.inf)
        return np.clip(z, -10, 10)


def read_table(path, rater, names=None):
    table = pl.read_csv(path, separator="\t", null_values=["n/a"], infer_schema_length=None)
    table = table.filter(pl.col(rater).is_not_null())
    first = table.columns.index("cjv")
    names = names or tuple(c for c in table.columns[first:] if not c.startswith(NOT_QUALITY))
    raters = {c: table[c].cast(pl.Float64).to_numpy() for c in table.columns if "rater" in c}
    x = table.select(pl.col(names).cast(pl.Float64)).to_numpy().copy()
    x[~np.isfinite(x)] = np.nan
    return Table(x, raters[rater] == -1, table["site"].to_numpy(), raters, names)


def features(table, name):
    kinds = {"absolute": [table.x], "relative": [table.relative()]}
    kinds["both"] = kinds["absolute"] + kinds["relative"]
    return np.concatenate(kinds[name], axis=1)


def fit(x, y):
    """Return a function from metrics to the forest's share of excludes."""
    middle = np.nanmedian(x, axis=0)
    forest = RandomForestClassifier(
        200, min_samples_leaf=5, class_weight="balanced", max_features="sqrt", random_state=0
    ).fit(np.where(np.isnan(x), middle, x), y)
    return lambda new: forest.predict_proba(np.where(np.isnan(new), middle, new))[:, 1]


def trained(x, y, site):
    """Return a function to calibrated probabilities, and the threshold, from these sites alone."""
    out = np.zeros(len(y))
    for train, held in GroupKFold(FOLDS).split(x, y, site):
        out[held] = fit(x[train], y[train])(x[held])
    curve = LogisticRegression(C=1e6).fit(log_odds(out), y)
    low, high, limits = roc_curve(y, curve.predict_proba(log_odds(out))[:, 1])
    whole = fit(x, y)
    said = lambda new: curve.predict_proba(log_odds(whole(new)))[:, 1]  # noqa: E731
    return said, limits[int(np.argmax(high - low))]


def log_odds(share):
    share = np.clip(share, 1e-3, 1 - 1e-3)
    return np.log(share / (1 - share))[:, None]


def single(x, y, new):
    """Return the best single metric of the training sites as its rank among them."""
    x, new = (np.where(np.isnan(a), np.nanmedian(x, axis=0), a) for a in (x, new))
    aucs = np.array([roc_auc_score(y, column) for column in x.T])
    best = int(np.argmax(np.abs(aucs - 0.5)))
    rank = np.searchsorted(np.sort(x[:, best]), new[:, best]) / len(x)
    return rank if aucs[best] > 0.5 else 1 - rank


def left_out(table, name):
    """Return probability, exclude or not, and the best single metric, each site unseen."""
    x = features(table, name)
    p, alone = np.zeros(len(x)), np.zeros(len(x))
    flags = np.zeros(len(x), dtype=bool)
    for one in np.unique(table.site):
        held, train = table.site == one, table.site != one
        said, limit = trained(x[train], table.y[train], table.site[train])
        p[held] = said(x[held])
        flags[held] = p[held] >= limit
        alone[held] = single(x[train], table.y[train], x[held])
    return p, flags, alone


def across(old, new, name):
    """Return the same for another table, tested once."""
    x, there = features(old, name), features(new, name)
    said, limit = trained(x, old.y, old.site)
    p = said(there)
    return p, p >= limit, single(x, old.y, there)


def over_sites(site, figure, random):
    """Return the interval of a figure of scan numbers, over draws of whole sites."""
    groups = [np.flatnonzero(site == one) for one in np.unique(site)]
    draws = (random.integers(len(groups), size=len(groups)) for _ in range(DRAWS))
    return interval(figure(np.concatenate([groups[i] for i in draw])) for draw in draws)


def within_sites(site, figure, random):
    """Return the interval over draws of scans within each site."""
    groups = [np.flatnonzero(site == one) for one in np.unique(site)]
    return interval(
        figure(np.concatenate([random.choice(g, len(g)) for g in groups])) for _ in range(DRAWS)
    )


def interval(figures):
    return np.nanpercentile(list(figures), [2.5, 97.5])


def ece(y, p):
    bins = np.array_split(np.argsort(p, kind="stable"), BINS)
    return sum(len(b) * abs(p[b].mean() - y[b].mean()) for b in bins) / len(y)


def rows(data, table, name, found, draw):
    p, flags, alone = found
    y = table.y

    def interval_of(figure):
        low, high = draw(table.site, figure, np.random.default_rng(0))
        return f"({low:.3f} to {high:.3f})"

    make = partial(Row, "labels", higher=True)
    auc = roc_auc_score(y, p)
    spread = interval_of(lambda at: roc_auc_score(y[at], p[at]))
    goal = GOALS.get((data, name))
    yield make(f"{data} {name}, AUC {spread}", auc, "", None, "", goal=goal)
    own = roc_auc_score(y, alone)
    yield make(f"{data} {name}, AUC beside one metric", auc, "best single metric", own, "")
    yield Row("labels", f"{data} {name}, Brier", np.mean((p - y) ** 2), "base rate",
              y.mean() * (1 - y.mean()), "")  # fmt: skip
    yield Row("labels", f"{data} {name}, ECE", ece(y, p), "", None, "")
    kappa = cohen_kappa_score(y, flags)
    spread = interval_of(lambda at: cohen_kappa_score(y[at], flags[at]))
    yield make(f"{data} {name}, κ with the rater {spread}", kappa, "", None, "")
    balanced = (flags[y].mean() + (~flags[~y]).mean()) / 2
    yield make(f"{data} {name}, balanced accuracy", balanced, "", None, "")
    yield make(f"{data} {name}, accuracy", np.mean(flags == y), "", None, "")


def agreement(table):
    for one, two in combinations(sorted(table.raters), 2):
        a, b = table.raters[one], table.raters[two]
        both = np.isfinite(a) & np.isfinite(b)
        kappa = cohen_kappa_score(a[both] == -1, b[both] == -1)
        yield Row("labels", f"ABIDE {one} and {two}, κ of {both.sum()}", kappa, "", None, "")


def run():
    where = subprocess.run(
        [PEER_PYTHON, "-c", WHERE], check=True, capture_output=True, text=True
    ).stdout.strip()
    folder = Path(where) / "datasets"
    abide = read_table(folder / "abide.tsv", "rater_3")
    other = read_table(folder / "ds030.tsv", "rater_1", abide.names)
    yield from agreement(abide)
    for name in ("absolute", "relative", "both"):
        yield from rows("ABIDE", abide, name, left_out(abide, name), over_sites)
        there = across(abide, other, name)
        yield from rows("DS030", other, name, there, within_sites)
        for one in np.unique(other.site):
            own = other.site == one
            auc = roc_auc_score(other.y[own], there[0][own])
            yield Row("labels", f"DS030 {name}, AUC of {one}", auc, "", None, "")
