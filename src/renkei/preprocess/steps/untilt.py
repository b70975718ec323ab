"""Untilt: shear a scan of a tilted gantry onto an upright grid, by one interpolation."""

from renkei.preprocess.held import Scan
from renkei.preprocess.step import Done, Param, Params, Step
from renkei.preprocess.straight import mend


def untilt(scan: Scan, params: Params) -> Done:
    """Return the scan upright: every slice moved in its plane to where it was acquired.

    `spacing` (x, y, z) mm lays it on that grid at once, 0 keeps the scan's. A scan that stands
    upright stays bit for bit as it is.

    Raises:
        StepRefusedError: The slices do not lie along one line, or are uneven beyond `largest_gap`.
    """
    return mend(scan, params, tilted=True)


STEP = Step(
    "untilt",
    params={
        "spacing": Param("number", (0.0, 0.0, 0.0), 0.0, 20.0, count=3, unit="mm"),
        "largest_gap": Param("number", 0.0, 0.0, 50.0, unit="mm"),
    },
    run=untilt,
    interpolates=True,
    mends=frozenset({"tilt", "irregular_spacing", "missing_slice"}),
)
