"""Deform: lay one image of a pair onto the other where organs moved, or say it is not proved."""

from renkei.imaging.nifti import to_sitk
from renkei.preprocess import verdicts
from renkei.preprocess.deform import deform as find_deformation
from renkei.preprocess.held import Scan
from renkei.preprocess.paired import CLIP_HU, align_proved, label_overlap, lay, transform_files
from renkei.preprocess.step import Done, Finding, Param, Params, Step, StepRefusedError, Takes


def deform(scan: Scan, fixed: Scan, params: Params) -> Done:
    """Return the scan on the fixed scan's grid: rigid, then B-spline; interpolated once.

    Raises:
        StepRefusedError: The rigid start or the deformation proves nothing, or something folds.
    """
    modalities = {scan.image.modality, fixed.image.modality}
    if params["refine"] and len(modalities) > 1:
        raise StepRefusedError(
            "Only scans of one modality and one phase can be refined. Set refine to false.",
            code="refine_needs_one_modality",
        )
    start = align_proved(fixed.image, scan.image, params)
    found = find_deformation(
        to_sitk(fixed.image),
        to_sitk(scan.image),
        start.transform,
        refine=bool(params["refine"]),
        window=CLIP_HU if modalities == {"CT"} else None,
    )
    laid = lay(scan, fixed.image.geometry, found.transform)
    before = {f"rigid_{name}": value for name, value in start.measures.items()}
    measures = {**before, **found.measures, **label_overlap(laid, scan, fixed)}
    finding, code = verdicts.deformation(measures)
    if finding is Finding.REFUSE:
        raise StepRefusedError(
            "The deformation cannot be trusted. Align the pair without it, or look at both scans.",
            code=code,
            **measures,
        )
    return Done((laid,), measures, finding, code, transform_files(found.transform, fixed, scan))


STEP = Step(
    "deform",
    params={
        "least_nmi": Param("number", 0.0, 0.0, 2.0),
        "seed": Param("number", 1, 0, 2**31 - 2),
        "multi_start": Param("flag", default=True),
        "refine": Param("flag", default=False),
    },
    run=deform,
    takes=Takes.PAIR,
    interpolates=True,
    keeps=True,
)
