"""One file of a hospital to a standard table of its domain; rows in = rows out."""

import unicodedata
from io import BytesIO
from pathlib import Path

import polars as pl

from renkei.collect.clinical import decode
from renkei.collect.kinds import MalformedError
from renkei.errors import TooLargeError
from renkei.preprocess.clinical.amounts import analytes, standardise_amounts
from renkei.preprocess.clinical.codes import (
    check_codes,
    find_code,
    plain_code,
    standardise_codes,
)
from renkei.preprocess.clinical.diseases import mark_suspicions
from renkei.preprocess.clinical.eras import standardise_days
from renkei.preprocess.clinical.layout import DOMAINS, TableLayout
from renkei.preprocess.clinical.masters import Masters
from renkei.preprocess.clinical.status import (
    RAW,
    REASON,
    STATUS,
    VERSION,
    NoColumnError,
    Status,
    judge_each,
)
from renkei.preprocess.clinical.tnm import standardise_stages
from renkei.preprocess.clinical.vitals import judge_ranges

LARGEST = 2 * 1024**3
SYSTEM, TARGET = "code_system", "code_target"
# As hospitals, claims (1, 2) and FHIR write it.
SEXES = {"m": "M", "male": "M", "1": "M", "男": "M", "男性": "M"}
SEXES |= {"f": "F", "female": "F", "2": "F", "女": "F", "女性": "F"}


def read_table(path: Path, table: TableLayout) -> pl.DataFrame:
    """Read a CSV (UTF-8 or cp932) or Parquet as text, with our names for its columns.

    Raises:
        NoColumnError: A column that the domain needs is missing.
        TooLargeError: The file is over 2 GiB.
        MalformedError: It is no table, or its text neither UTF-8 nor cp932.
    """
    if path.stat().st_size > LARGEST:
        raise TooLargeError("The table is over 2 GiB; split it by year.")
    try:
        frame = _read(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise MalformedError("The file is neither Parquet nor a rectangular CSV.") from error
    needed, taken = DOMAINS[table.domain]
    names = {name: table.columns.get(name, name) for name in (*needed, *taken)}
    for name in needed:
        if names[name] not in frame.columns:
            raise NoColumnError(f"The table has no column {names[name]!r}; name it in the layout.")
    found = {ours: theirs for ours, theirs in names.items() if theirs in frame.columns}
    made = frame.select(pl.col(v).cast(pl.String).alias(k) for k, v in found.items())
    if "site" not in made.columns:
        made = made.with_columns(pl.lit(table.site or "", pl.String).alias("site"))
    return made


def _read(path: Path) -> pl.DataFrame:
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    text = decode(path.read_bytes())
    separator = "\t" if "\t" in text.split("\n", 1)[0] else ","
    return pl.read_csv(BytesIO(text.encode()), infer_schema=False, separator=separator)


def convert_table(frame: pl.DataFrame, table: TableLayout, masters: Masters) -> pl.DataFrame:
    """Return a table of a domain with standard days, codes, units, stages, and all raw values."""
    days = [name for name in ("day", "end", "birth") if name in frame.columns]
    made = standardise_days(frame, days) if days else frame
    if table.domain == "person" and "sex" in made.columns:
        made = _sexes(made)
    if table.domain in {"person", "image"}:
        return made
    made = _codes(made, table, masters)
    if table.domain == "measurement":
        return _values(made, masters)
    if table.domain == "condition":
        made = mark_suspicions(made)
        if "tnm" in made.columns:
            edition = "edition" if "edition" in made.columns else None
            made = standardise_stages(made, edition=edition)
    if table.domain == "drug" and {"quantity", "unit"} <= set(made.columns):
        made = standardise_amounts(made, value="quantity")
    return made


def _sexes(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with `sex` as M or F, null where it says neither, and the raw."""

    def judge(written: str | None) -> tuple[object, ...]:
        plain = unicodedata.normalize("NFKC", written or "").strip().lower()
        found = SEXES.get(plain)
        why = None if found else ("sex_unknown" if plain else "sex_missing")
        return found, str(Status.MAPPED if found else Status.UNMAPPED), why

    kinds = dict.fromkeys(("sex", "sex" + STATUS, "sex" + REASON), pl.String)
    made = judge_each(frame.rename({"sex": "sex" + RAW}), ["sex" + RAW], judge, kinds)
    return made.with_columns(pl.lit("sexes-1").alias("sex" + VERSION))


def _codes(frame: pl.DataFrame, table: TableLayout, masters: Masters) -> pl.DataFrame:
    source = table.system or table.to
    if source == table.to:
        made = check_codes(frame, source, masters.known.get(source))
    else:
        codes = masters.code_map(source, table.to)
        if codes is None:
            missing = f"{source}-{table.to}-missing"
            made = _without_map(frame, missing)
        else:
            made = standardise_codes(frame, codes)
    if source == "jlac10" and masters.elements:
        made = _check_elements(made, masters)
    return made.with_columns(
        pl.lit(source, pl.String).alias(SYSTEM), pl.lit(table.to, pl.String).alias(TARGET)
    )


def _without_map(frame: pl.DataFrame, version: str) -> pl.DataFrame:
    return frame.rename({"code": "code" + RAW}).with_columns(
        pl.lit(None, pl.String).alias("code"),
        pl.lit(str(Status.UNMAPPED)).alias("code" + STATUS),
        pl.lit("map_missing").alias("code" + REASON),
        pl.lit(version).alias("code_map_version"),
    )


def _check_elements(frame: pl.DataFrame, masters: Masters) -> pl.DataFrame:
    raw = frame["code" + RAW].drop_nulls().unique()
    wrong = [one for one in raw if masters.unknown_element(one)]
    open_ = (pl.col("code" + STATUS) != Status.MAPPED) & pl.col("code" + RAW).is_in(wrong)
    return frame.with_columns(
        pl.when(open_)
        .then(pl.lit(str(Status.UNMAPPED)))
        .otherwise(pl.col("code" + STATUS))
        .alias("code" + STATUS),
        pl.when(open_)
        .then(pl.lit("element_unknown"))
        .otherwise(pl.col("code" + REASON))
        .alias("code" + REASON),
    )


def _values(frame: pl.DataFrame, masters: Masters) -> pl.DataFrame:
    """Standardise values by what was measured, which a code says even where no map leads on."""
    keys = frame.select("code", "code_raw", SYSTEM).unique(maintain_order=True)
    measured = [_measured(code, raw, system, masters) for code, raw, system in keys.iter_rows()]
    keys = keys.with_columns(pl.Series("measured", measured, pl.String))
    on = ["code", "code_raw", SYSTEM]
    made = frame.join(keys, on=on, how="left", nulls_equal=True, maintain_order="left")
    made = standardise_amounts(made, code="measured", units=masters.units)
    return judge_ranges(made, code="measured")


def _measured(code: str | None, raw: str | None, system: str, masters: Masters) -> str | None:
    plain = plain_code(system, raw or "")
    if system == "jlac10" and (items := masters.code_map("jlac10", "jpclins")):
        code = code if code in analytes() else find_code(items, plain)[0] or code
    return code or (plain if plain in analytes() else None)
