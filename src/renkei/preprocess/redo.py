"""Make an output again from its record and its inputs, and hold it against what is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from renkei import child
from renkei.errors import ConflictError, DataRefusedError, NotFoundError
from renkei.imaging.nifti import read_nifti
from renkei.preprocess.batch import given_of
from renkei.preprocess.case import Given, case_keys, run_case
from renkei.preprocess.environment import environment
from renkei.preprocess.folder import PLAN, RECORD, find_cases
from renkei.preprocess.keys import code_digests
from renkei.preprocess.made import Made, digest_of
from renkei.preprocess.plan import Plan, parse_plan
from renkei.preprocess.prov import read_record

Inputs = Mapping[str, Sequence[Given]]
SHORTEST = 8
SECONDS, MEMORY_MB = 3600.0, 8192


class NoSuchOutputError(NotFoundError):
    """No record in the folder names such an output."""


class InputsGoneError(NotFoundError):
    """The files that the output was made from are not there."""


class VersionsDifferError(ConflictError):
    """The output was made with other versions than are installed."""


class BadRecordPlanError(DataRefusedError):
    """The plan beside the record is another than the record names."""


class Outcome(StrEnum):
    """How the output made again stands to the one of the record."""

    IDENTICAL = "identical"
    WITHIN = "within_tolerance"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Again:
    """What came of it; the largest difference of a voxel where the bytes are not the same."""

    case: str
    output: str
    outcome: Outcome
    difference: float | None = None
    tolerance: float = 0.0

    @property
    def held(self) -> bool:
        """Tell whether the record held."""
        return self.outcome is not Outcome.DIFFERS


def redo_output(sha256: str, *, out: Path, source: Path, other_versions: bool = False) -> Again:
    """Make the output with this hash, or its first digits, again.

    Raises:
        NoSuchOutputError: No record in `out` names it.
        InputsGoneError: `source` does not hold the inputs of the record.
        VersionsDifferError: The record names other versions, and nobody said to try all the same.
    """
    folder, record, output = _find(sha256, out)
    plan = parse_plan((folder / PLAN).read_text("utf-8"))
    if plan.sha256 != record["plan"]["sha256"]:
        raise BadRecordPlanError("The plan beside the record was changed; put it back.")
    name = str(folder.relative_to(out))
    given, codes = _inputs(plan, record, name, source), code_digests(plan)
    changed = _changed(plan, record, given, codes)
    if changed and not other_versions:
        raise VersionsDifferError(
            f"Made with another {', '.join(changed)}; install that, or say --other-versions."
        )
    old = folder / f"{output}.nii.gz"
    made, difference = child.call(
        remake, plan.text, given, codes, output, old, seconds=SECONDS, memory_mb=MEMORY_MB
    )
    tolerance = max((planned.step.tolerance for planned in plan.steps), default=0.0)
    if made == record["outputs"][output]["sha256"]:
        return Again(name, output, Outcome.IDENTICAL)
    within = difference is not None and difference <= tolerance
    outcome = Outcome.WITHIN if within else Outcome.DIFFERS
    return Again(name, output, outcome, difference, tolerance)


def remake(
    text: str, given: Inputs, codes: Mapping[str, str], output: str, old: Path
) -> tuple[str, float | None]:
    """Return the hash of an output made again, and how far a voxel is from the old one at most."""
    with TemporaryDirectory() as scratch:
        produced = run_case(text, given, Path(scratch), codes=codes)
        (made,) = (one for one in produced.made if one.name == output)
        return digest_of(made), _difference(made, old)


def _difference(made: Made, old: Path) -> float | None:
    if not isinstance(made.data, bytes) or made.suffix != ".nii.gz" or not old.is_file():
        return None
    one, two = read_nifti(made.data), read_nifti(old)
    if not one.geometry.close_to(two.geometry):
        return None
    apart = one.voxels.astype(np.float64) - two.voxels.astype(np.float64)
    return float(np.abs(apart).max(initial=0.0))


def _find(sha256: str, out: Path) -> tuple[Path, dict[str, Any], str]:
    if len(sha256) >= SHORTEST:
        for path in sorted(out.rglob(RECORD)):
            record = read_record(path.parent)
            for name, output in record["outputs"].items():
                if output["sha256"].startswith(sha256.lower()):
                    return path.parent, record, name
    raise NoSuchOutputError(f"No record here names it; give {SHORTEST} or more of its digits.")


def _inputs(plan: Plan, record: Mapping[str, Any], name: str, source: Path) -> Inputs:
    """Return the inputs of the case whose files have the hashes of the record.

    The one of that name comes first; each file is hashed once, in a child.
    """
    wanted = {role: one["sha256"] for role, one in record["inputs"].items()}
    cases = sorted(find_cases(source, plan), key=lambda case: case.name != name)
    for case in cases:
        if case.missing:
            continue
        given = child.call(given_of, case, plan, seconds=SECONDS, memory_mb=MEMORY_MB)
        if _hashes(given) == wanted:
            return given
    raise InputsGoneError("The inputs of the record are not there, or were changed.")


def _hashes(given: Inputs) -> dict[str, list[str]]:
    return {role: sorted(s for one in scans for s in one.sources) for role, scans in given.items()}


def _changed(
    plan: Plan, record: Mapping[str, Any], given: Inputs, codes: Mapping[str, str]
) -> list[str]:
    then, now = record["environment"], environment()
    changed = sorted(n for n in then.keys() | now.keys() if then.get(n) != now.get(n))
    keys = set(case_keys(plan, given, codes).values())
    if not changed and any(step["key"] not in keys for step in record["steps"]):
        return ["label, day or code of a step"]
    return changed
