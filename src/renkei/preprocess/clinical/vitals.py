"""Values against ranges with a source: plausible, doubtful or impossible; nothing is changed."""

from enum import StrEnum

import polars as pl

from renkei.preprocess.clinical.amounts import analytes
from renkei.preprocess.clinical.seeds import seed, seed_version
from renkei.preprocess.clinical.status import need

RANGE = "_range"
LIMITS = ("impossible_below", "valid_low", "valid_high", "impossible_above")


class Range(StrEnum):
    """Where a value lies; null where no range is known for what was measured."""

    PLAUSIBLE = "plausible"
    DOUBTFUL = "doubtful"
    IMPOSSIBLE = "impossible"


def judge_ranges(
    frame: pl.DataFrame, *, value: str = "value", unit: str = "unit", code: str = "code"
) -> pl.DataFrame:
    """Return the frame with `<value>_range` and its `_map_version`.

    A value is judged only where its unit is that of the range, so units are standardised first.

    Raises:
        NoColumnError: A column is missing.
    """
    need(frame, also=(value, unit, code))
    ranges = seed("ranges").select(
        "analyte",
        pl.col("unit").alias("_unit"),
        *(pl.col(c).cast(pl.Float64).alias(f"_{c}") for c in LIMITS),
    )
    names = pl.DataFrame(
        [(key, analyte.name) for key, analyte in analytes().items()],
        schema={code: pl.String, "analyte": pl.String},
        orient="row",
    )
    limits = names.join(ranges, on="analyte", how="left").drop("analyte")
    made = frame.join(limits, on=code, how="left", maintain_order="left")
    x = pl.col(value)
    known = x.is_not_null() & (pl.col(unit) == pl.col("_unit"))
    judged = (
        pl.when(~known.fill_null(value=False))
        .then(None)
        .when((x < pl.col("_impossible_below")) | (x > pl.col("_impossible_above")))
        .then(pl.lit(str(Range.IMPOSSIBLE)))
        .when((x < pl.col("_valid_low")) | (x > pl.col("_valid_high")))
        .then(pl.lit(str(Range.DOUBTFUL)))
        .otherwise(pl.lit(str(Range.PLAUSIBLE)))
    )
    return made.with_columns(
        judged.alias(value + RANGE),
        pl.lit(seed_version("ranges")).alias(value + RANGE + "_version"),
    ).drop("_unit", *(f"_{c}" for c in LIMITS))
