"""Say what a run would do to each case, from headers alone: refused, or at what cost."""

import gzip
import math
import statistics
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from renkei.compute import map_cases
from renkei.errors import DataRefusedError
from renkei.imaging.dicom import read_header
from renkei.imaging.stack import SeriesRefusedError, StackCode
from renkei.imaging.volume import series_shape
from renkei.preprocess.folder import FolderCase
from renkei.preprocess.held import Kind, kind_of
from renkei.preprocess.journal import Journal
from renkei.preprocess.plan import Plan, PlannedStep, parse_plan
from renkei.preprocess.step import Takes
from renkei.select.case import is_nifti

HEADER = 348
MEASURED, TABLE, UNKNOWN = "measured in OUT", "the steps' table", "unknown"
# A step holds its input and output, and works in float32 copies of them.
BYTES_PER_VOXEL = 24
BASE_MB = 150


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a run would do to one case; `cost_from` says where the CPU seconds come from."""

    case: str
    state: str
    code: str | None = None
    voxels: int | None = None
    cpu_seconds: float | None = None
    memory_mb: int | None = None
    cost_from: str = UNKNOWN

    def line(self) -> dict[str, Any]:
        """Return what is known, as a line of JSON has it."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def forecast(
    plan: Plan, cases: Sequence[FolderCase], journal: Journal, *, jobs: int = 1
) -> list[Forecast]:
    """Look at the headers of each case; no pixel is read and nothing is written."""
    past = list(journal.costs())
    found = []
    for case, seen in map_cases(partial(look, plan=plan.text), cases, jobs=jobs, seconds=600):
        if isinstance(seen, DataRefusedError):
            code = str(seen.facts.get("code") or seen.code)
            found.append(Forecast(case.name, "refused", code))
        elif isinstance(seen, Exception):
            raise seen
        else:
            found.append(_cost(case.name, plan, seen, past))
    return sorted(found, key=lambda one: one.case)


class WouldRefuseError(DataRefusedError):
    """The headers alone show that the case cannot be run."""


def look(case: FolderCase, *, plan: str) -> dict[str, list[int]]:
    """Return the voxels of each scan by role; 0 where headers do not say.

    Raises:
        WouldRefuseError: A role is missing, of another modality, or its slices make no volume.
    """
    if case.missing:
        raise WouldRefuseError("A role is missing.", code="missing_role")
    parsed = parse_plan(plan)
    return {
        role: [
            _voxels(one.files, parsed.inputs[role], parsed.accept.get(role, ())) for one in scans
        ]
        for role, scans in case.scans.items()
    }


def _voxels(files: Sequence[Path], modality: str, accept: Sequence[StackCode]) -> int:
    if kind_of(modality) is not Kind.VOLUME:
        return 0
    if len(files) == 1 and is_nifti(files[0]):
        return _nifti_voxels(files[0])
    headers = [read_header(file, with_pixels=False) for file in files]
    pictures = [header for header in headers if "Rows" in header]
    if not pictures:
        raise WouldRefuseError("No file holds a picture.", code="no_pixels")
    if any(header.get("Modality") != modality for header in pictures):
        raise WouldRefuseError(f"The plan takes {modality} here.", code="wrong_input")
    try:
        return math.prod(series_shape(files, accept=accept))
    except SeriesRefusedError as refusal:
        reasons = refusal.facts.get("reasons")
        code = str(reasons[0]) if isinstance(reasons, list) else refusal.code
        raise WouldRefuseError("The slices make no volume.", code=code) from refusal


def _nifti_voxels(path: Path) -> int:
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            head = (gzip.GzipFile(fileobj=raw) if packed else raw).read(HEADER)
        order = "<" if struct.unpack("<i", head[:4])[0] == HEADER else ">"
        dims = struct.unpack(f"{order}8h", head[40:56])
    except (OSError, EOFError, struct.error) as error:
        raise WouldRefuseError("The file is no NIfTI.", code="nifti_refused") from error
    if dims[0] not in {3, 4} or min(dims[1:4]) < 1 or (dims[0] > 3 and dims[4] != 1):
        raise WouldRefuseError("Only volumes of three dimensions are taken.", code="nifti_refused")
    return int(dims[1]) * int(dims[2]) * int(dims[3])


def _cost(
    name: str, plan: Plan, seen: Mapping[str, Sequence[int]], past: Sequence[Mapping[str, Any]]
) -> Forecast:
    voxels = sum(n for scans in seen.values() for n in scans)
    if not voxels:
        return Forecast(name, "waiting")
    rates = [_measured(planned.output, past) for planned in plan.steps]
    source = MEASURED
    if not all(rate is not None for rate in rates):
        rates, source = [_stated(planned) for planned in plan.steps], TABLE
    largest = max(max(scans) for scans in seen.values())
    memory = BASE_MB + (voxels + largest) * BYTES_PER_VOXEL // 1_000_000
    known = [rate for rate in rates if rate is not None]
    if len(known) < len(rates):
        return Forecast(name, "waiting", None, voxels, None, memory)
    seconds = round(sum(known) * voxels, 3)
    return Forecast(name, "waiting", None, voxels, seconds, memory, source)


def _measured(output: str, past: Sequence[Mapping[str, Any]]) -> float | None:
    """Return CPU seconds for a voxel of the inputs, the median of what was measured here."""
    found = [
        float(line["seconds"][output]) / line["voxels"]
        for line in past
        if output in line["seconds"] and line.get("voxels")
    ]
    return statistics.median(found) if found else None


def _stated(planned: PlannedStep) -> float | None:
    if planned.step.on is not Kind.VOLUME or planned.step.takes is Takes.SERIES:
        return None
    return None if planned.step.cost is None else planned.step.cost / 1e6
