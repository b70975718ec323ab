"""Cases as verdicts keep them: what was measured is held against another recipe without pixels."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from renkei.errors import DataRefusedError
from renkei.plugins import by_name
from renkei.select.facts import CaseFacts, Evidence, Finding
from renkei.select.metric import Measured, Metric, Place
from renkei.select.metrics import METRICS
from renkei.select.reasons import BY_RECIPE, Reason
from renkei.select.recipe import Recipe
from renkei.select.verdict import Verdict, decide


class BadVerdictsError(DataRefusedError):
    """The file holds no verdicts of `judge --json`."""


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A judged case: its facts, its measurements by metric, and what was found on its files.

    `versions` are those of the metrics that measured it.
    """

    case: str
    facts: CaseFacts
    measured: Mapping[str, Measured]
    versions: Mapping[str, str]
    also: tuple[Reason, ...] = ()

    @property
    def patient(self) -> str:
        """Return who the case is of; a case that does not say is a patient of its own."""
        return self.facts.patient or f"case {self.case}"


def read_verdicts(path: Path) -> list[StoredCase]:
    """Read what `judge --json` printed.

    Raises:
        BadVerdictsError: A line is no verdict.
    """
    return list(_lines(path))


def _lines(path: Path) -> Iterator[StoredCase]:
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                said = json.loads(line)
                yield stored_case(str(said["case"]), said)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadVerdictsError(
                    f"Line {number} is no verdict; take what `renkei select judge --json` says."
                ) from error


def stored_case(name: str, said: Mapping[str, Any]) -> StoredCase:
    """Return a case from a verdict's plain values."""
    return StoredCase(
        case=name,
        facts=facts_from(said["facts"]),
        measured={str(m["metric"]): _measured(m) for m in said["metrics"]},
        versions={str(m["metric"]): str(m["version"]) for m in said["metrics"]},
        also=tuple(
            Reason(r["code"], r["weight"], None, r.get("detail"))
            for r in said["reasons"]
            if r.get("metric") is None and r["code"] not in BY_RECIPE
        ),
    )


def facts_from(said: Mapping[str, Any]) -> CaseFacts:
    """Return facts from plain values; keys of other versions are left aside."""
    known = {field.name: said[field.name] for field in fields(CaseFacts) if field.name in said}
    known["findings"] = tuple(
        Finding(f["scheme"], f["value"], f["polarity"], _evidence(f.get("evidence")))
        for f in known.get("findings", ())
    )
    return CaseFacts(**known)


def _evidence(said: Mapping[str, Any] | None) -> Evidence | None:
    if said is None:
        return None
    cue = said["cue"] and tuple(said["cue"])
    return Evidence(said["record"], said["start"], said["end"], cue, said["row"])


def _measured(said: Mapping[str, Any]) -> Measured:
    return Measured(
        value=said["value"],
        n=said["n"],
        reason=said["reason"],
        codes=tuple(said["codes"]),
        facts=said["facts"],
        places=tuple(
            Place(
                p["code"],
                p["slice"],
                p["box"] and tuple(p["box"]),
                p.get("row"),
                p.get("column"),
            )
            for p in said.get("places", ())
        ),
    )


def applies(metric: str, modality: str) -> bool:
    """Tell whether a metric measures this modality."""
    return modality in by_name(METRICS, metric).modalities


def unmeasured(case: StoredCase, recipe: Recipe) -> list[str]:
    """Return the metrics that the recipe limits and that were not measured on this case."""
    return [
        rule.metric
        for rule in recipe.rules
        if rule.metric not in case.measured and applies(rule.metric, case.facts.modality)
    ]


def decide_again(case: StoredCase, recipe: Recipe) -> Verdict:
    """Hold a stored case against a recipe; a limit on what was not measured asks a person."""
    held: list[tuple[Metric, Measured]] = [
        (metric, case.measured[metric.name]) for metric in METRICS if metric.name in case.measured
    ]
    missing = [Reason("not_measured", "doubt", name) for name in unmeasured(case, recipe)]
    return decide(recipe, case.facts, held, also=[*case.also, *missing])
