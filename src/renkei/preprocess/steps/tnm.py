"""TNM: the stage as it is written to its parts; without an edition it stays ambiguous."""

from functools import partial

from renkei.preprocess.clinical.as_step import standardised
from renkei.preprocess.clinical.tnm import standardise_stages
from renkei.preprocess.held import Kind, TableScan
from renkei.preprocess.step import Done, Param, Params, Step

NO_EDITION = "-"


def tnm(scan: TableScan, params: Params) -> Done:
    """Return the table with T, N, M, prefixes and edition apart.

    Raises:
        StepRefusedError: The table lacks a column, or was standardised before.
    """
    edition = None if params["edition"] == NO_EDITION else params["edition"]
    make = partial(standardise_stages, scan.frame, stage=params["stage"], edition=edition)
    return standardised(scan, params["stage"], make)


STEP = Step(
    "tnm",
    params={"stage": Param("text", "tnm"), "edition": Param("text", NO_EDITION)},
    run=tnm,
    on=Kind.TABLE,
)
