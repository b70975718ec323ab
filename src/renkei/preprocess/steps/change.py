"""Change: later scans on the grid of the first, maps of what changed, and how lesions grew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import ndimage

from renkei.imaging import codes
from renkei.imaging.nifti import nifti_bytes, to_sitk
from renkei.imaging.volume import Volume
from renkei.preprocess import verdicts
from renkei.preprocess.deform import deform
from renkei.preprocess.difference import Change, find_change
from renkei.preprocess.grid import carry_numbers
from renkei.preprocess.growth import find_growth, growth_csv
from renkei.preprocess.held import Scan
from renkei.preprocess.paired import CLIP_HU, align_proved, lay, transform_files
from renkei.preprocess.register import foreground
from renkei.preprocess.step import (
    Done,
    Finding,
    Param,
    Params,
    Step,
    StepRefusedError,
    Takes,
)

MOST_SCANS = 20
REACH_VOXELS = 3


@dataclass(frozen=True, slots=True)
class _Carried:
    scan: Scan
    transform: Any
    change: Change
    findings: tuple[tuple[Finding, str | None], ...]
    measures: dict[str, float]


def change(scans: Sequence[Scan], params: Params) -> Done:
    """Return all scans on the grid of the first, with a map of change of each later one.

    Rigid, then B-spline; never demons, which shrink growth away. Sizes of lesions come from each
    scan's own labels on its own grid.

    Raises:
        StepRefusedError: There is nothing to compare, the scans are not comparable, or the
            registration proves nothing.
    """
    if not 2 <= len(scans) <= MOST_SCANS:
        raise StepRefusedError("A time series has two scans or more.", code="too_few_scans")
    first = scans[0]
    carried = [_carry(first, later, params) for later in scans[1:]]
    rows = find_growth(scans, [None, *(one.transform for one in carried)])
    files: dict[str, bytes] = {}
    measures: dict[str, float] = {}
    for number, one in enumerate(carried, start=2):
        tail = f"_{number}" if len(carried) > 1 else ""
        dot = f"{number}." if len(carried) > 1 else ""
        measures |= {f"{name}{tail}": value for name, value in one.measures.items()}
        stated = transform_files(one.transform, first, scans[number - 1])
        files |= {f"{dot}{name}": data for name, data in stated.items()}
        files[f"{dot}change.nii.gz"] = _map(first.image, one.change.change)
        files[f"{dot}doubt.nii.gz"] = _map(first.image, one.change.doubt)
    if any(scan.labels for scan in scans):
        files["growth.csv"] = growth_csv(rows)
        measures |= {
            f"lesions_{state}": float(sum(row.state == state for row in rows))
            for state in ("first", "same", "new", "vanished", "merged", "split", "outside")
        }
    doubts = [found for one in carried for found in one.findings if found[0] is Finding.REVIEW]
    finding, code = doubts[0] if doubts else (Finding.ACCEPT, None)
    return Done((first, *(one.scan for one in carried)), measures, finding, code, files)


def _carry(first: Scan, later: Scan, params: Params) -> _Carried:
    findings = [_pass(verdicts.comparison(first.image.facts, later.image.facts), {})]
    fixed, moving = to_sitk(first.image), to_sitk(later.image)
    rigid = align_proved(first.image, later.image, params)
    window = CLIP_HU if first.image.modality == "CT" else None
    found = deform(fixed, moving, rigid.transform, window=window)
    measures = {**rigid.measures, **found.measures}
    findings.append(_pass(verdicts.deformation(found.measures), measures))
    grid = first.image.geometry
    moved = lay(later, grid, found.transform)
    findings.append(_pass(verdicts.phase((_aorta(first), _aorta(later))), measures))
    seen = carry_numbers(
        np.ones(later.image.geometry.shape, np.int32), later.image.geometry, grid, found.transform
    )
    # What lies beyond the later scan is air that nobody measured; the blur must not reach it.
    reached = ndimage.binary_erosion(seen > 0, iterations=REACH_VOXELS, border_value=1)
    body = foreground(fixed) & reached
    changed = find_change(first.image, moved.image, body, measures["cycle_mm"])
    measures |= {"noise": round(changed.noise, 4), "changed_share": round(changed.share, 6)}
    return _Carried(moved, found.transform, changed, tuple(findings), measures)


def _pass(
    found: tuple[Finding, str | None], measures: Mapping[str, float]
) -> tuple[Finding, str | None]:
    """Return what a verdict says unless it refuses.

    Raises:
        StepRefusedError: It refuses.
    """
    if found[0] is not Finding.REFUSE:
        return found
    if found[1] == "not_comparable":
        raise StepRefusedError(
            "The scans differ in kernel, thickness, sequence or phase, which changes the image by "
            "itself. Choose scans that were made alike.",
            code=found[1],
        )
    raise StepRefusedError(
        "The scans cannot be laid over each other with proof. Look whether they are of one patient "
        "and of the same part of the body.",
        code=found[1],
        **measures,
    )


def _aorta(scan: Scan) -> float | None:
    """Return the middle value of the aorta, None where no labels show it."""
    if scan.labels is None:
        return None
    for one in scan.labels.segments:
        if one.code.value == codes.AORTA.value and one.mask.any():
            return float(np.median(scan.image.voxels[one.mask].astype(np.float32)))
    return None


def _map(image: Volume, values: Any) -> bytes:
    return nifti_bytes(replace(image, voxels=values.astype(np.float32), sop_uids=()))


STEP = Step(
    "change",
    params={
        "least_nmi": Param("number", 0.0, 0.0, 2.0),
        "seed": Param("number", 1, 0, 2**31 - 2),
        "multi_start": Param("flag", default=False),
    },
    run=change,
    takes=Takes.SERIES,
    interpolates=True,
    keeps=True,
)
