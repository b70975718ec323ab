"""What steps that align share: a proved alignment, a scan laid by it, labels held against."""

from dataclasses import replace
from typing import Any

import numpy as np

from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet
from renkei.imaging.nifti import to_sitk
from renkei.imaging.volume import Volume
from renkei.preprocess import verdicts
from renkei.preprocess.grid import carry_image, carry_labels
from renkei.preprocess.held import Scan
from renkei.preprocess.register import Alignment, align_rigid
from renkei.preprocess.step import Finding, Params, StepRefusedError
from renkei.preprocess.tfm import transform_bytes
from renkei.preprocess.transforms import carry_marks, registration_bytes

CLIP_HU = (-1000.0, 500.0)


def align_proved(
    fixed: Volume, moving: Volume, params: Params, *, affine: bool = False
) -> Alignment:
    """Return an alignment as a step's parameters ask for it.

    It starts from the header pose where both lie in one frame of reference, else from the centres.

    Raises:
        StepRefusedError: There is nothing to align to, or the result proves nothing.
    """
    frames = {fixed.frame_of_reference_uid, moving.frame_of_reference_uid}
    least = least_nmi(fixed, moving, params)
    found = align_rigid(
        to_sitk(fixed),
        to_sitk(moving),
        same_frame=len(frames) == 1 and None not in frames,
        seed=int(params["seed"]),
        quick=not params["multi_start"],
        least_nmi=least,
        affine=affine,
    )
    finding, code = verdicts.alignment(found.measures, least_nmi=least)
    if finding is Finding.REFUSE:
        raise StepRefusedError(
            "The alignment of two scans cannot be proved. Look whether they are of one patient "
            "and of the same part of the body.",
            code=code,
            **found.measures,
        )
    return found


def least_nmi(fixed: Volume, moving: Volume, params: Params) -> float:
    """Return the mutual information that this pair must reach."""
    kinds = frozenset({fixed.modality, moving.modality})
    return verdicts.least_nmi(float(params["least_nmi"]), kinds)


def lay(scan: Scan, grid: Geometry, transform: Any) -> Scan:
    """Return the scan on a grid: image, labels and points by one transform."""
    labels = None
    if scan.labels:
        labels = carry_labels(scan.labels, grid, transform)
        labels = replace(labels, marks=carry_marks(scan.labels.marks, transform))
    return Scan(carry_image(scan.image, grid, transform), labels)


def transform_files(transform: Any, fixed: Scan, moving: Scan) -> dict[str, bytes]:
    """Return the transform for ITK and for DICOM."""
    return {
        "transform.tfm": transform_bytes(transform),
        "registration.dcm": registration_bytes(transform, fixed.image, moving.image),
    }


def label_overlap(laid: Scan, scan: Scan, fixed: Scan) -> dict[str, float]:
    """Return the mean Dice of structures that both scans have labelled, before and after."""
    if not (laid.labels and scan.labels and fixed.labels):
        return {}
    before = carry_labels(scan.labels, fixed.image.geometry)
    was, now = _dice(before, fixed.labels), _dice(laid.labels, fixed.labels)
    if not now:
        return {}
    return {
        "dice_before": round(float(np.mean(was)), 4),
        "dice_after": round(float(np.mean(now)), 4),
    }


def _dice(one: LabelSet, two: LabelSet) -> list[float]:
    masks = {s.code.value: s.mask for s in two.segments if s.mask.any()}
    pairs = [(s.mask, masks[s.code.value]) for s in one.segments if s.code.value in masks]
    return [2 * float((a & b).sum()) / float(a.sum() + b.sum()) for a, b in pairs]
