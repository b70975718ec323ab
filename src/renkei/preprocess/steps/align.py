"""Align: lay one image of a pair onto the grid of the other, or say that it cannot be proved."""

from renkei.preprocess import verdicts
from renkei.preprocess.held import Scan
from renkei.preprocess.paired import (
    align_proved,
    label_overlap,
    lay,
    least_nmi,
    transform_files,
)
from renkei.preprocess.step import Done, Param, Params, Step, Takes


def align(scan: Scan, fixed: Scan, params: Params) -> Done:
    """Return the scan on the fixed scan's grid, by a rigid or affine transform, interpolated once.

    Raises:
        StepRefusedError: There is nothing to align to, or the result proves nothing.
    """
    affine = params["kind"] == "affine"
    found = align_proved(fixed.image, scan.image, params, affine=affine)
    laid = lay(scan, fixed.image.geometry, found.transform)
    measures = {**found.measures, **label_overlap(laid, scan, fixed)}
    least = least_nmi(fixed.image, scan.image, params)
    finding, code = verdicts.alignment(measures, least_nmi=least)
    files = transform_files(found.transform, fixed, scan)
    return Done((laid,), measures, finding, code, files)


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
