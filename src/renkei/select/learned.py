"""A learned score as one more metric: allowed only with a card that says how far to trust it.

A model is JSON: plain numbers of a logistic regression or of a forest's trees, and its card. A card
without named training data, validation on sites that were left out, calibration, and a threshold
from other data than the test is refused. Nothing is unpickled.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from renkei.errors import DataRefusedError
from renkei.select.case import Case
from renkei.select.metric import Measured, Metric, not_applicable

Name = Annotated[str, Meta(min_length=1)]
Unit = Annotated[float, Meta(ge=0, le=1)]
LEAST_SITES = 3
CLIP = 1e-6


class BadModelError(DataRefusedError):
    """The file is no learned score that may be used."""


class Validation(Struct, frozen=True, forbid_unknown_fields=True):
    """How it was tested on sites that it had not seen; the interval is over sites."""

    scheme: Literal["leave-site-out", "other-sites"]
    sites: Annotated[tuple[Name, ...], Meta(min_length=1)]
    auc: Unit
    auc_low: Unit
    auc_high: Unit


class Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    """How true its probabilities are: `reliability` holds (said, seen, n) per bin."""

    brier: Unit
    ece: Unit
    reliability: Annotated[tuple[tuple[Unit, Unit, int], ...], Meta(min_length=2)]


class Threshold(Struct, frozen=True, forbid_unknown_fields=True):
    """The limit that is suggested, and the data it was chosen on."""

    value: Unit
    chosen_on: Annotated[tuple[Name, ...], Meta(min_length=1)]


class ModelCard(Struct, frozen=True, forbid_unknown_fields=True):
    """What must be known of a learned score; `features` are metrics, or facts as `metric.fact`."""

    name: Name
    version: Name
    modality: Name
    predicts: Name
    trained_on: Annotated[tuple[Name, ...], Meta(min_length=1)]
    licence: Name
    features: Annotated[tuple[Name, ...], Meta(min_length=1)]
    validation: Validation
    calibration: Calibration
    threshold: Threshold


class Logistic(Struct, frozen=True, forbid_unknown_fields=True, tag="logistic"):
    """log-odds = intercept + sum of weight x (feature - centre) / scale."""

    centre: tuple[float, ...]
    scale: tuple[float, ...]
    weight: tuple[float, ...]
    intercept: float

    def log_odds(self, x: NDArray[np.float64]) -> float:
        """Return the log-odds of one case."""
        z = (x - np.array(self.centre)) / np.array(self.scale)
        return float(self.intercept + z @ np.array(self.weight))


class Tree(Struct, frozen=True, forbid_unknown_fields=True):
    """Nodes of one tree; a leaf has feature -1 and its share of the class as value."""

    feature: tuple[int, ...]
    limit: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[Unit, ...]


class Forest(Struct, frozen=True, forbid_unknown_fields=True, tag="forest"):
    """The mean of the trees' leaves, calibrated: slope x log-odds + intercept."""

    trees: Annotated[tuple[Tree, ...], Meta(min_length=1)]
    slope: float
    intercept: float

    def log_odds(self, x: NDArray[np.float64]) -> float:
        """Return the log-odds of one case."""
        share = float(np.mean([_leaf(tree, x) for tree in self.trees]))
        share = min(max(share, CLIP), 1 - CLIP)
        return self.slope * float(np.log(share / (1 - share))) + self.intercept


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """A card and its numbers."""

    schema: Literal["renkei.learned/1"]
    card: ModelCard
    numbers: Logistic | Forest


def _leaf(tree: Tree, x: NDArray[np.float64]) -> float:
    node = 0
    while tree.feature[node] >= 0:
        # As the trees were grown: scikit-learn compares in single precision.
        goes_left = np.float32(x[tree.feature[node]]) <= tree.limit[node]
        node = (tree.left if goes_left else tree.right)[node]
    return tree.value[node]


def load_model(path: Path) -> Model:
    """Read a learned score.

    Raises:
        BadModelError: The file lacks something that its card must say, or its numbers do not fit.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        model = msgspec.convert(said, Model)
    except (ValueError, msgspec.ValidationError) as error:
        raise BadModelError(f"This is no learned score: {error}.") from error
    _check(model)
    return model


def _check(model: Model) -> None:
    card = model.card
    seen = set(card.trained_on) if card.validation.scheme == "other-sites" else set()
    if both := seen & set(card.validation.sites):
        raise BadModelError(f"{min(both)!r} trained and tested it; test on other sites.")
    if card.validation.scheme == "leave-site-out" and len(card.validation.sites) < LEAST_SITES:
        raise BadModelError("Leave-site-out needs at least three sites; test on other sites.")
    if card.validation.scheme == "other-sites" and (
        both := set(card.threshold.chosen_on) & set(card.validation.sites)
    ):
        raise BadModelError(f"The threshold was chosen on {min(both)!r}, where it was tested.")
    if not _fits(model.numbers, len(card.features)):
        raise BadModelError("The numbers of the model do not fit its features; export it again.")


def _fits(numbers: Logistic | Forest, features: int) -> bool:
    if isinstance(numbers, Logistic):
        sizes = {len(numbers.centre), len(numbers.scale), len(numbers.weight)}
        return sizes == {features} and all(s > 0 for s in numbers.scale)
    return all(_tree_fits(tree, features) for tree in numbers.trees)


def _tree_fits(tree: Tree, features: int) -> bool:
    nodes = len(tree.feature)
    if {len(tree.limit), len(tree.left), len(tree.right), len(tree.value)} != {nodes} or not nodes:
        return False
    # A child stands behind its parent, so that every walk ends.
    return all(
        f == -1 or (0 <= f < features and i < tree.left[i] < nodes and i < tree.right[i] < nodes)
        for i, f in enumerate(tree.feature)
    )


def score(model: Model, values: Mapping[str, float]) -> Measured:
    """Return the probability of one case from its features; not applicable if one is missing."""
    missing = [name for name in model.card.features if name not in values]
    if missing:
        return not_applicable("feature_missing")
    x = np.array([values[name] for name in model.card.features], dtype=np.float64)
    if not np.isfinite(x).all():
        return not_applicable("feature_missing")
    odds = model.numbers.log_odds(x)
    return Measured(value=round(float(1 / (1 + np.exp(-odds))), 4), n=len(x))


def as_metric(model: Model, sources: Sequence[Metric]) -> Metric:
    """Return a learned score as a metric that looks where its sources look."""

    def look(part: Any) -> list[Any]:
        return [source.look(part) if source.look else None for source in sources]

    def sum_up(case: Case, said: Sequence[list[Any]]) -> Measured:
        values: dict[str, float] = {}
        for i, source in enumerate(sources):
            own = source.sum_up(case, [one[i] for one in said] if source.look else [])
            values |= {f"{source.name}.{fact}": value for fact, value in own.facts.items()}
            if own.value is not None:
                values[source.name] = own.value
        return score(model, values)

    card = model.card
    applies = frozenset({card.modality})
    return Metric(card.name, "", applies, worse="high", look=look, sum_up=sum_up,
                  version=card.version)  # fmt: skip
