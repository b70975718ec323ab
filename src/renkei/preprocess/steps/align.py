"""Align: lay one image of a pair onto the grid of the other, or say that it cannot be proved."""

from renkei.imaging.nifti import to_sitk
from renkei.preprocess import verdicts
from renkei.preprocess.grid import carry_image, carry_labels
from renkei.preprocess.held import Scan
from renkei.preprocess.register import align_rigid
from renkei.preprocess.step import Done, Finding, Param, Params, Step, StepRefusedError, Takes


def align(scan: Scan, fixed: Scan, params: Params) -> Done:
    """Return the scan on the fixed scan's grid, moved by a rigid transform and one interpolation.

    Raises:
        StepRefusedError: There is nothing to align to, or the result proves nothing.
    """
    frames = {scan.image.frame_of_reference_uid, fixed.image.frame_of_reference_uid}
    found = align_rigid(
        to_sitk(fixed.image),
        to_sitk(scan.image),
        same_frame=len(frames) == 1 and None not in frames,
        seed=int(params["seed"]),
        quick=not params["multi_start"],
        least_nmi=float(params["least_nmi"]),
    )
    finding, code = verdicts.alignment(found.measures, least_nmi=float(params["least_nmi"]))
    if finding is Finding.REFUSE:
        raise StepRefusedError(
            "The alignment cannot be proved. Look whether both scans are of one patient and of "
            "the same part of the body.",
            code=code,
            **found.measures,
        )
    grid = fixed.image.geometry
    labels = carry_labels(scan.labels, grid, found.transform) if scan.labels else None
    image = carry_image(scan.image, grid, found.transform)
    return Done((Scan(image, labels),), found.measures, finding, code)


STEP = Step(
    "align",
    params={
        "least_nmi": Param("number", 1.08, 1.0, 2.0),
        "seed": Param("number", 1, 0, 2**31 - 2),
        "multi_start": Param("flag", default=True),
    },
    run=align,
    takes=Takes.PAIR,
    interpolates=True,
    keeps=True,
)
