"""A learned score says what it was trained to say, and is refused without a whole card."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from renkei.select.case import Case, Plane
from renkei.select.learned import BadModelError, as_metric, load_model, score
from renkei.select.metric import Measured, Metric, measure

CARD: dict[str, Any] = {
    "name": "learned",
    "version": "1",
    "modality": "CT",
    "predicts": "a rater leaves the case out",
    "trained_on": ["A", "B", "C"],
    "licence": "CC0-1.0",
    "features": ["a", "b"],
    "validation": {
        "scheme": "leave-site-out",
        "sites": ["A", "B", "C"],
        "auc": 0.8,
        "auc_low": 0.7,
        "auc_high": 0.9,
    },
    "calibration": {"brier": 0.1, "ece": 0.02, "reliability": [[0.2, 0.1, 50], [0.7, 0.8, 50]]},
    "threshold": {"value": 0.5, "chosen_on": ["A", "B", "C"]},
}
NUMBERS = {"type": "logistic", "centre": [0, 0], "scale": [1, 1], "weight": [1, -1], "intercept": 0}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(numbers: Any = NUMBERS, **card: Any) -> Path:
        said = {"schema": "renkei.learned/1", "card": CARD | card, "numbers": numbers}
        path = tmp_path / "model.json"
        path.write_text(json.dumps(said))
        return path

    return to_file


def without(part: str, key: str) -> dict[str, Any]:
    return {part: {k: v for k, v in CARD[part].items() if k != key}}


@pytest.mark.parametrize(
    "card",
    [
        {"trained_on": []},
        without("calibration", "ece"),
        without("calibration", "brier"),
        without("calibration", "reliability"),
        without("validation", "sites"),
        without("threshold", "chosen_on"),
        {"validation": CARD["validation"] | {"scheme": "random"}},
        {"validation": CARD["validation"] | {"sites": ["A", "B"]}},
        {"validation": CARD["validation"] | {"scheme": "other-sites"}},
        {
            "validation": CARD["validation"] | {"scheme": "other-sites", "sites": ["D"]},
            "threshold": {"value": 0.5, "chosen_on": ["D"]},
        },
        {"features": ["a", "b", "c"]},
    ],
)
def test_a_card_that_lacks_something_is_refused(write: Write, card: dict[str, Any]) -> None:
    with pytest.raises(BadModelError):
        load_model(write(**card))


def test_a_pickle_and_a_tree_that_runs_in_circles_are_refused(write: Write) -> None:
    path = write()
    path.write_bytes(b"\x80\x04\x95")
    with pytest.raises(BadModelError):
        load_model(path)
    tree = {"feature": [0, 0], "limit": [0, 0], "left": [1, 0], "right": [1, 0], "value": [0, 0]}
    with pytest.raises(BadModelError):
        load_model(write({"type": "forest", "trees": [tree], "slope": 1, "intercept": 0}))


def test_a_logistic_says_what_scikit_learn_says(write: Write) -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(200, 2))
    y = x[:, 0] + random.normal(size=200) > 0
    fitted = LogisticRegression().fit(x, y)
    numbers = NUMBERS | {
        "weight": fitted.coef_[0].tolist(),
        "intercept": float(fitted.intercept_[0]),
    }
    model = load_model(write(numbers))
    said = [score(model, {"a": a, "b": b}).value for a, b in x[:20]]
    assert said == pytest.approx(fitted.predict_proba(x[:20])[:, 1], abs=1e-4)


def test_a_forest_says_what_scikit_learn_says(write: Write) -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(200, 2))
    y = x[:, 0] * x[:, 1] > 0
    fitted = RandomForestClassifier(5, min_samples_leaf=5, random_state=0).fit(x, y)
    trees = [
        {
            "feature": np.maximum(t.feature, -1).tolist(),
            "limit": t.threshold.tolist(),
            "left": t.children_left.tolist(),
            "right": t.children_right.tolist(),
            "value": (t.value[:, 0, 1] / t.value[:, 0].sum(axis=1)).tolist(),
        }
        for t in (one.tree_ for one in fitted.estimators_)
    ]
    model = load_model(write({"type": "forest", "trees": trees, "slope": 1, "intercept": 0}))
    said = [score(model, {"a": a, "b": b}).value for a, b in x[:20]]
    assert said == pytest.approx(fitted.predict_proba(x[:20])[:, 1], abs=1e-4)


def test_a_missing_feature_is_not_applicable(write: Write) -> None:
    model = load_model(write())
    for values in ({"a": 1.0}, {"a": 1.0, "b": float("nan")}):
        assert score(model, values) == Measured(None, reason="feature_missing")


def test_as_a_metric_it_looks_where_its_sources_look(write: Write) -> None:
    brightest = Metric(
        "a",
        "HU",
        frozenset({"CT"}),
        "high",
        lambda _, said: Measured(max(said), len(said)),
        look=lambda plane: float(plane.pixels.max()),
    )
    count = Metric("b", "n", frozenset({"CT"}), "high", lambda c, _: Measured(float(c.instances)))
    pixels = np.full((8, 8), 3)
    planes = [Plane(i, pixels, pixels, (1.0, 1.0)) for i in range(4)]
    case = Case("CT", instances=4, parts=lambda: iter(planes))
    [found] = measure(case, as_metric(load_model(write()), [brightest, count]))
    assert found.value == pytest.approx(1 / (1 + np.exp(4 - 3)), abs=1e-4)
