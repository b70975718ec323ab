"""Even: give a scan of uneven steps even ones, linear between the true neighbours."""

from renkei.preprocess.held import Scan
from renkei.preprocess.step import Done, Param, Params, Step
from renkei.preprocess.straight import mend


def even(scan: Scan, params: Params) -> Done:
    """Return the scan on even steps: the median one, or `spacing` (x, y, z) mm.

    What lies in a gap of up to `largest_gap` mm is linear between the slices at its ends; beyond
    the first and the last slice nothing is made up. An even scan stays bit for bit as it is.

    Raises:
        StepRefusedError: A gap is wider, or the slices are tilted.
    """
    return mend(scan, params, tilted=False)


STEP = Step(
    "even",
    params={
        "spacing": Param("number", (0.0, 0.0, 0.0), 0.0, 20.0, count=3, unit="mm"),
        "largest_gap": Param("number", 5.0, 0.0, 50.0, unit="mm"),
    },
    run=even,
    interpolates=True,
    mends=frozenset({"irregular_spacing", "missing_slice"}),
)
