"""Align: lay one image of a pair onto the grid of the other, or say that it cannot be proved."""

from renkei.imaging.nifti import to_sitk
from renkei.preprocess import verdicts
from renkei.preprocess.held import Scan
from renkei.preprocess.paired import label_overlap, lay, transform_files
from renkei.preprocess.register import Alignment, align_rigid
from renkei.preprocess.step import Done, Finding, Param, Params, Step, StepRefusedError, Takes


def align(scan: Scan, fixed: Scan, params: Params) -> Done:
    """Return the scan on the fixed scan's grid, by a rigid or affine transform, interpolated once.

    Raises:
        StepRefusedError: There is nothing to align to, or the result proves nothing.
    """
    found = find_alignment(scan, fixed, params, affine=params["kind"] == "affine")
    laid = lay(scan, fixed.image.geometry, found.transform)
    measures = {**found.measures, **label_overlap(laid, scan, fixed)}
    finding, code = verdicts.alignment(measures, least_nmi=least_nmi(scan, fixed, params))
    files = transform_files(found.transform, fixed, scan)
    return Done((laid,), measures, finding, code, files)


def least_nmi(scan: Scan, fixed: Scan, params: Params) -> float:
    """Return the mutual information that this pair must reach."""
    modalities = frozenset({scan.image.modality, fixed.image.modality})
    return verdicts.least_nmi(float(params["least_nmi"]), modalities)


def find_alignment(scan: Scan, fixed: Scan, params: Params, *, affine: bool = False) -> Alignment:
    """Return a proved alignment.

    Raises:
        StepRefusedError: There is nothing to align to, or the result proves nothing.
    """
    frames = {scan.image.frame_of_reference_uid, fixed.image.frame_of_reference_uid}
    least = least_nmi(scan, fixed, params)
    found = align_rigid(
        to_sitk(fixed.image),
        to_sitk(scan.image),
        same_frame=len(frames) == 1 and None not in frames,
        seed=int(params["seed"]),
        quick=not params["multi_start"],
        least_nmi=least,
        affine=affine,
    )
    finding, code = verdicts.alignment(found.measures, least_nmi=least)
    if finding is Finding.REFUSE:
        raise StepRefusedError(
            "The alignment cannot be proved. Look whether both scans are of one patient and of "
            "the same part of the body.",
            code=code,
            **found.measures,
        )
    return found


STEP = Step(
    "align",
    params={
        "kind": Param("text", "rigid", choices=("rigid", "affine")),
        "least_nmi": Param("number", 0.0, 0.0, 2.0),
        "seed": Param("number", 1, 0, 2**31 - 2),
        "multi_start": Param("flag", default=True),
    },
    run=align,
    version="2",
    takes=Takes.PAIR,
    interpolates=True,
    cost=1.7,
    keeps=True,
)
