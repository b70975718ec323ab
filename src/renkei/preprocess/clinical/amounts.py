"""Values and units of a table: numbers in the analyte's standard unit, the raw text beside."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from renkei.preprocess.clinical.seeds import seed, seed_version
from renkei.preprocess.clinical.status import RAW, REASON, STATUS, VERSION, Status, judge_each, need
from renkei.preprocess.clinical.units import UnitRefusedError, conversion, read_unit

VERSIONED = ("units", "analytes", "molar")
_NUMBER = r"^(?:[<>≦≧≤≥]=?)?\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)$"
_COMPARED = r"^([<>≦≧≤≥]=?)"
_SIGNS = {"≦": "<=", "≤": "<=", "≧": ">=", "≥": ">="}


@dataclass(frozen=True, slots=True)
class Analyte:
    """What a code measures: the standard unit, and grams per mole where a formula is known."""

    name: str
    unit: str
    grams_per_mole: float | None


@cache
def analytes() -> Mapping[str, Analyte]:
    """Return the analytes by code; the codes of JLAC10, JP-CLINS and LOINC differ in form."""
    molar = {name: float(m) for name, _, m, _ in seed("molar").iter_rows()}
    rows = seed("analytes").select("code", "analyte", "unit").iter_rows()
    return {code: Analyte(name, unit, molar.get(name)) for code, name, unit in rows}


def standardise_amounts(
    frame: pl.DataFrame,
    *,
    value: str = "value",
    unit: str = "unit",
    code: str | None = None,
    units: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Return the frame with numbers and UCUM units in place of what was written.

    Adds `comparator`, `<value>_raw`, `<unit>_raw`, `<unit>_status`, `<unit>_reason` and
    `<unit>_map_version`. With `code`, values go to the standard unit of what the code measures;
    `units` adds such units by code. A value that is not mapped is null, its raw stays.

    Raises:
        NoColumnError: A column is missing, or this was done before.
    """
    need(frame, value, unit, also=[code] if code else [])
    made = frame.rename({value: value + RAW, unit: unit + RAW}).with_columns(
        pl.col(value + RAW, unit + RAW).cast(pl.String)
    )
    made = _numbers(made, value)
    more = units or {}

    def judge(written: str | None, key: str | None = None) -> tuple[object, ...]:
        return _judge(written, key or "", more)

    kinds = {
        unit: pl.String,
        "_factor": pl.Float64,
        "_offset": pl.Float64,
        "_status": pl.String,
        "_why": pl.String,
    }
    made = judge_each(made, [unit + RAW, *([code] if code else [])], judge, kinds)
    number = pl.col("_number")
    fits = (pl.col("_status") == Status.MAPPED) & number.is_not_null()
    lacking = (
        pl.when(pl.col(value + RAW).fill_null("").str.strip_chars() == "")
        .then(pl.lit("value_missing"))
        .otherwise(pl.lit("value_no_number"))
    )
    made = made.with_columns(
        pl.when(fits).then(number * pl.col("_factor") + pl.col("_offset")).alias(value),
        pl.when(pl.col("_status") == Status.MAPPED).then(pl.col(unit)).alias(unit),
        pl.when(number.is_null())
        .then(pl.lit(str(Status.UNMAPPED)))
        .otherwise(pl.col("_status"))
        .alias(unit + STATUS),
        pl.when(number.is_null()).then(lacking).otherwise(pl.col("_why")).alias(unit + REASON),
        pl.lit(seed_version(*VERSIONED)).alias(unit + VERSION),
    )
    added = [value, "comparator", value + RAW, unit, unit + RAW]
    added += [unit + STATUS, unit + REASON, unit + VERSION]
    rest = [name for name in frame.columns if name not in {value, unit}]
    return made.select(*rest, *added)


def _numbers(frame: pl.DataFrame, value: str) -> pl.DataFrame:
    plain = pl.col(value + RAW).str.normalize("NFKC").str.strip_chars()
    return frame.with_columns(
        plain.str.extract(_NUMBER).cast(pl.Float64, strict=False).alias("_number"),
        plain.str.extract(_COMPARED).replace(_SIGNS).alias("comparator"),
    )


def _judge(written: str | None, key: str, units: Mapping[str, str]) -> tuple[object, ...]:
    analyte = analytes().get(key)
    wanted = units.get(key) or (analyte.unit if analyte else None)
    try:
        given = read_unit(written or "")
        if wanted is None:
            return given, 1.0, 0.0, str(Status.MAPPED), None
        rule = conversion(given, wanted, analyte.grams_per_mole if analyte else None)
    except UnitRefusedError as refusal:
        code = str(refusal.facts["code"])
        status = Status.AMBIGUOUS if code == "unit_ambiguous" else Status.UNMAPPED
        return None, None, None, str(status), code
    return rule.unit, rule.factor, rule.offset, str(Status.MAPPED), None
