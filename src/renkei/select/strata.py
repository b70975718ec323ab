"""The medians of strata, computed from verdicts and written as the part of a recipe they become.

Counted in patients: the series of one patient in one stratum are one value, their median.
"""

import json
from collections.abc import Iterable, Sequence
from statistics import median

import numpy as np

from renkei.errors import UsageError
from renkei.select.facts import Key
from renkei.select.metric import Metric
from renkei.select.metrics import METRICS
from renkei.select.recipe import STRATUM_KEYS, Stratum
from renkei.select.stored import StoredCase
from renkei.select.verdict import on_scale

MAD_TO_SD = 1.4826
POOLED: tuple[Key, ...] = ("modality",)


class NoSuchKeyError(UsageError):
    """Strata are not made by that."""


def keys_of(text: str) -> tuple[Key, ...]:
    """Read the keys of one level, separated by commas; the modality always is one.

    Raises:
        NoSuchKeyError: One of them is no key of a stratum.
    """
    said = {part.strip() for part in text.split(",") if part.strip()}
    if wrong := said - set(STRATUM_KEYS):
        raise NoSuchKeyError(f"{min(wrong)!r} is no key; there are: {', '.join(STRATUM_KEYS)}.")
    return tuple(key for key in STRATUM_KEYS if key in said | {"modality"})


def strata_of(
    cases: Sequence[StoredCase], levels: Iterable[Sequence[Key]] = (STRATUM_KEYS,), *, source: str
) -> list[Stratum]:
    """Return the strata of every metric at each level, and the pooled reference of the modality.

    A stratum of few patients is returned too: "too small" is an answer. Cases that lack a key of a
    level stand in a stratum without that key.
    """
    found: dict[tuple[str, tuple[tuple[Key, str], ...]], dict[str, list[float]]] = {}
    wanted = dict.fromkeys([*map(tuple, levels), POOLED])
    for case in cases:
        own = case.facts.stratum
        matches = {tuple((k, own[k]) for k in level if k in own) for level in wanted}
        for metric in METRICS:
            held = case.measured.get(metric.name)
            if held is None or held.value is None:
                continue
            for match in matches:
                people = found.setdefault((metric.name, match), {})
                people.setdefault(case.patient, []).append(on_scale(metric, held.value))
    scales = {metric.name: metric for metric in METRICS}
    return [
        _stratum(scales[name], dict(match), [median(own) for own in people.values()], source)
        for (name, match), people in sorted(found.items())
    ]


def _stratum(metric: Metric, match: dict[Key, str], values: list[float], source: str) -> Stratum:
    middle = float(np.median(values))
    spread = MAD_TO_SD * float(np.median(np.abs(np.array(values) - middle)))
    return Stratum(metric.name, match, round(middle, 4), round(spread, 4), len(values), source)


def as_toml(strata: Sequence[Stratum]) -> str:
    """Return strata as [[stratum]] tables, ready to be pasted below a recipe."""
    return "\n".join(_table(stratum) for stratum in strata)


def _table(stratum: Stratum) -> str:
    match = ", ".join(f"{key} = {_quoted(value)}" for key, value in stratum.match.items())
    return (
        "[[stratum]]\n"
        f"metric = {_quoted(stratum.metric)}\n"
        f"match = {{ {match} }}\n"
        f"median = {stratum.median}\n"
        f"spread = {stratum.spread}\n"
        f"patients = {stratum.patients}\n"
        f"source = {_quoted(stratum.source)}\n"
    )


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string.
    return json.dumps(text, ensure_ascii=False)
