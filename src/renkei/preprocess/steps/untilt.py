"""Untilt: shear a scan of a tilted gantry onto an upright grid, by one interpolation."""

from renkei.preprocess import verdicts
from renkei.preprocess.held import Scan
from renkei.preprocess.step import Done, Param, Params, Step, StepRefusedError
from renkei.preprocess.straight import WHY_NOT, stand_of, straighten


def untilt(scan: Scan, params: Params) -> Done:
    """Return the scan upright: every slice moved in its plane to where it was acquired.

    `spacing` (x, y, z) mm lays it on that grid at once, 0 keeps the scan's. A scan that stands
    upright stays bit for bit as it is.

    Raises:
        StepRefusedError: The slices do not lie along one line, or are uneven beyond `largest_gap`.
    """
    x, y, z = params["spacing"]
    stand = stand_of(scan.image)
    measures = stand.measures()
    if code := verdicts.standing(measures, tilted=True, largest_gap=params["largest_gap"]):
        raise StepRefusedError(WHY_NOT[code], code=code, **measures)
    if not scan.image.places and not any((x, y, z)):
        return Done((scan,), measures)
    return Done((straighten(scan, stand, (z, y, x)),), measures)


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
