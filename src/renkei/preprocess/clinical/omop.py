"""Standard tables to OMOP CDM 5.4 and its imaging extension; what it cannot hold is named."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from renkei.preprocess.clinical.concepts import Concepts, number_own
from renkei.preprocess.clinical.convert import SYSTEM, TARGET
from renkei.preprocess.clinical.masters import Masters
from renkei.preprocess.clinical.seeds import seed
from renkei.preprocess.clinical.status import Status

# Type concepts: from a health record, and from a laboratory.
RECORD, LAB = 32817, 32856
_KINDS: Mapping[str, pl.DataType] = {
    "integer": pl.Int64(),
    "float": pl.Float64(),
    "text": pl.String(),
    "date": pl.Date(),
    "datetime": pl.Datetime(),
}
FIRST_DAY, LAST_DAY = "1970-01-01", "2099-12-31"
# Each domain's table: the name of its key, its day, and the stem of its columns of concepts.
_EVENTS = {
    "measurement": ("measurement", "measurement_date", "measurement"),
    "condition": ("condition_occurrence", "condition_start_date", "condition"),
    "drug": ("drug_exposure", "drug_exposure_start_date", "drug"),
    "procedure": ("procedure_occurrence", "procedure_date", "procedure"),
}


@dataclass(frozen=True, slots=True)
class Omop:
    """The tables by name, and the rows that OMOP cannot hold with the reason: in = out + left."""

    tables: Mapping[str, pl.DataFrame]
    left_out: pl.DataFrame


def write_omop(frames: Mapping[str, pl.DataFrame], masters: Masters) -> Omop:
    """Return the OMOP tables of standard tables by domain.

    Every row has a concept id or 0, and its raw code and value in the `*_source_value` columns. A
    suspected diagnosis has the concept 0, so that nobody counts it as one. OMOP holds nobody
    without a year of birth, and no event without an exact day: those rows are in `left_out`.
    """
    concepts = Concepts(masters)
    people = _people(frames)
    own = _own(frames, masters)
    tables: dict[str, pl.DataFrame] = {}
    left: list[pl.DataFrame] = []
    person, lacking = _person(frames.get("person"), people, concepts)
    tables["person"] = person
    left.append(lacking)
    for domain, (name, day, stem) in _EVENTS.items():
        if domain in frames:
            made, lacking = _split(frames[domain], domain, person)
            left.append(lacking)
            tables[name] = _event(domain, (name, day, stem), made, people, concepts, own)
    if "image" in frames:
        made, lacking = _split(frames["image"], "image", person)
        left.append(lacking)
        _images(made, people, tables)
    tables["observation_period"] = _periods(tables)
    tables["concept"] = _custom(own)
    return Omop({n: fit(n, t) for n, t in tables.items()}, pl.concat(left))


def fit(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with every field of the standard in its order and type."""
    fields = seed("omop54").filter(pl.col("table") == name).select("field", "type").iter_rows()
    return frame.select(
        (pl.col(field) if field in frame.columns else pl.lit(None).alias(field)).cast(_KINDS[kind])
        for field, kind in fields
    )


def _people(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    names = pl.concat([frame.select("subject") for frame in frames.values()])
    names = names.drop_nulls().unique().sort("subject")
    return names.with_row_index("person_id", offset=1).with_columns(
        pl.col("person_id").cast(pl.Int64)
    )


def _split(
    frame: pl.DataFrame, domain: str, person: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the rows that have a day and a person from those that OMOP cannot hold."""
    frame = frame.with_row_index("row", offset=1)
    known = person["person_source_value"].implode()
    again = pl.lit(value=False)
    if domain == "image":
        again = ~pl.col("series_uid").is_first_distinct()
    why = (
        pl.when(pl.col("subject").is_null())
        .then(pl.lit("subject_missing"))
        .when(~pl.col("subject").is_in(known))
        .then(pl.lit("person_missing"))
        .when(again)
        .then(pl.lit("series_repeated"))
        .when(pl.col("day").is_null())
        .then(pl.lit("day_missing"))
        .when(pl.col("day_precision") != "day")
        .then(pl.lit("day_not_exact"))
    )
    marked = frame.with_columns(why.alias("why"))
    lacking = marked.filter(pl.col("why").is_not_null())
    return marked.filter(pl.col("why").is_null()).drop("why"), _lacking(lacking, domain)


def _lacking(frame: pl.DataFrame, domain: str) -> pl.DataFrame:
    return frame.select(pl.lit(domain).alias("domain"), pl.col("row").cast(pl.Int64), "site", "why")


def _person(
    frame: pl.DataFrame | None, people: pl.DataFrame, concepts: Concepts
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return PERSON, which asks for a year of birth: who has none is left out and counted."""
    empty = {"subject": pl.String, "site": pl.String, "birth": pl.String, "sex": pl.String}
    said = frame if frame is not None else pl.DataFrame(schema=empty)
    for name in ("birth", "sex", "sex_raw"):
        if name not in said.columns:
            said = said.with_columns(pl.lit(None, pl.String).alias(name))
    said = said.unique("subject", keep="first", maintain_order=True)
    made = people.join(said, on="subject", how="left", maintain_order="left")
    birth = pl.col("birth")
    sexes = {one: concepts.ids["Gender", one] for one in ("M", "F")}
    table = made.select(
        "person_id",
        pl.col("sex")
        .replace_strict(sexes, default=0, return_dtype=pl.Int64)
        .fill_null(0)
        .alias("gender_concept_id"),
        birth.str.slice(0, 4).cast(pl.Int64, strict=False).alias("year_of_birth"),
        birth.str.slice(5, 2).cast(pl.Int64, strict=False).alias("month_of_birth"),
        birth.str.slice(8, 2).cast(pl.Int64, strict=False).alias("day_of_birth"),
        pl.lit(0).alias("race_concept_id"),
        pl.lit(0).alias("ethnicity_concept_id"),
        pl.col("subject").alias("person_source_value"),
        pl.col("sex_raw").alias("gender_source_value"),
        pl.lit(0).alias("gender_source_concept_id"),
        pl.col("site"),
    )
    lacking = table.filter(pl.col("year_of_birth").is_null()).select(
        pl.lit("person").alias("domain"),
        pl.col("person_id").alias("row"),
        pl.col("site").fill_null(""),
        pl.lit("birth_missing").alias("why"),
    )
    return table.filter(pl.col("year_of_birth").is_not_null()), lacking


def _event(
    domain: str,
    names: tuple[str, str, str],
    frame: pl.DataFrame,
    people: pl.DataFrame,
    concepts: Concepts,
    own: Mapping[tuple[str, str], int],
) -> pl.DataFrame:
    name, day, stem = names
    frame = frame.join(people, on="subject", how="left", maintain_order="left")
    codes = frame.select(SYSTEM, TARGET, "code", "code_raw").unique()
    found = [
        (
            concepts.of(target, code),
            concepts.source_of(system, code if system == target else raw)
            or own.get((system, raw or ""), 0),
        )
        for system, target, code, raw in codes.iter_rows()
    ]
    schema = {f"{stem}_concept_id": pl.Int64, f"{stem}_source_concept_id": pl.Int64}
    codes = codes.hstack(pl.DataFrame(found, schema=schema, orient="row"))
    keys = [SYSTEM, TARGET, "code", "code_raw"]
    frame = frame.join(codes, on=keys, how="left", nulls_equal=True, maintain_order="left")
    more = _MORE[domain](frame, concepts)
    kind = LAB if domain == "measurement" else RECORD
    if domain == "condition":
        doubt = pl.when(pl.col("suspected")).then(0).otherwise(pl.col("condition_concept_id"))
        frame = frame.with_columns(doubt.alias("condition_concept_id"))
    return frame.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(f"{name}_id"),
        pl.col("day").str.to_date("%Y-%m-%d").alias(day),
        pl.lit(kind).alias(f"{stem}_type_concept_id"),
        pl.col("code_raw").alias(f"{stem}_source_value"),
        *more,
    )


def _measurement(frame: pl.DataFrame, concepts: Concepts) -> list[pl.Expr]:
    units = {u: concepts.of("UCUM", u) for u in frame["unit"].unique().drop_nulls()}
    signs = {s: concepts.ids["Meas Value Operator", s] for s in ("<", "<=", "=", ">=", ">")}
    number = pl.col("value")
    sign = pl.col("comparator").fill_null("=").replace_strict(signs, return_dtype=pl.Int64)
    unit = pl.col("unit").replace_strict(units, default=0, return_dtype=pl.Int64)
    return [
        number.alias("value_as_number"),
        pl.when(number.is_not_null()).then(sign).alias("operator_concept_id"),
        pl.when(number.is_not_null()).then(unit.fill_null(0)).alias("unit_concept_id"),
        pl.col("unit_raw").alias("unit_source_value"),
        pl.col("value_raw").alias("value_source_value"),
    ]


def _condition(frame: pl.DataFrame, _: Concepts) -> list[pl.Expr]:
    said = pl.when(pl.col("suspected")).then(pl.lit("suspected"))
    return [said.alias("condition_status_source_value"), _end(frame, "condition_end_date")]


def _drug(frame: pl.DataFrame, _: Concepts) -> list[pl.Expr]:
    start = pl.col("day").str.to_date("%Y-%m-%d")
    # 5.4 asks for an end; its convention for a missing one is the start.
    end = _end(frame, "drug_exposure_end_date").fill_null(start)
    amount = pl.col("quantity") if "quantity_raw" in frame.columns else pl.lit(None, pl.Float64)
    unit = pl.col("unit_raw") if "unit_raw" in frame.columns else pl.lit(None, pl.String)
    return [
        end,
        _end(frame, "verbatim_end_date"),
        amount.alias("quantity"),
        unit.alias("dose_unit_source_value"),
    ]


def _procedure(frame: pl.DataFrame, _: Concepts) -> list[pl.Expr]:
    return [_end(frame, "procedure_end_date")]


def _end(frame: pl.DataFrame, name: str) -> pl.Expr:
    if "end" not in frame.columns:
        return pl.lit(None, pl.Date).alias(name)
    return pl.col("end").str.to_date("%Y-%m-%d", strict=False).alias(name)


_MORE = {
    "measurement": _measurement,
    "condition": _condition,
    "drug": _drug,
    "procedure": _procedure,
}


def _images(frame: pl.DataFrame, people: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> None:
    """Add a procedure for each study and an image occurrence for each series."""
    frame = frame.join(people, on="subject", how="left", maintain_order="left")
    before = tables.get("procedure_occurrence", pl.DataFrame())
    studies = frame.unique("study_uid", keep="first", maintain_order=True).sort("study_uid")
    day = pl.col("day").str.to_date("%Y-%m-%d")
    procedures = studies.select(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
        .add(before.height)
        .alias("procedure_occurrence_id"),
        "person_id",
        "study_uid",
        pl.lit(0, pl.Int64).alias("procedure_concept_id"),
        day.alias("procedure_date"),
        pl.lit(RECORD, pl.Int64).alias("procedure_type_concept_id"),
        pl.col("modality").alias("procedure_source_value"),
        pl.lit(0, pl.Int64).alias("procedure_source_concept_id"),
    )
    numbers = procedures.select("study_uid", "procedure_occurrence_id")
    tables["image_occurrence"] = (
        frame.sort("series_uid")
        .join(numbers, on="study_uid", how="left", maintain_order="left")
        .select(
            pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("image_occurrence_id"),
            "person_id",
            "procedure_occurrence_id",
            day.alias("image_occurrence_date"),
            pl.col("study_uid").alias("image_study_uid"),
            pl.col("series_uid").alias("image_series_uid"),
            pl.lit(0).alias("modality_concept_id"),
        )
    )
    tables["procedure_occurrence"] = (
        pl.concat([fit("procedure_occurrence", t) for t in (before, procedures)])
        if before.height
        else procedures
    )


def _periods(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return each person's span from the first event to the last, as the standard allows."""
    days = [
        tables[name].select("person_id", pl.col(day).alias("day"))
        for name, day, _ in _EVENTS.values()
        if name in tables
    ]
    if not days:
        return pl.DataFrame(schema={"person_id": pl.Int64})
    spans = (
        pl.concat(days)
        .group_by("person_id")
        .agg(
            pl.col("day").min().alias("observation_period_start_date"),
            pl.col("day").max().alias("observation_period_end_date"),
        )
    )
    return spans.sort("person_id").with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("observation_period_id"),
        pl.lit(RECORD).alias("period_type_concept_id"),
    )


def _own(frames: Mapping[str, pl.DataFrame], masters: Masters) -> dict[tuple[str, str], int]:
    """Number the codes of systems that OHDSI's vocabularies do not hold."""
    foreign = (pl.col(SYSTEM) != pl.col(TARGET)) | (pl.col("code_status") != Status.MAPPED)
    rows = [pl.DataFrame(schema={SYSTEM: pl.String, "code_raw": pl.String})]
    for domain, frame in frames.items():
        if domain in _EVENTS:
            rows.append(frame.filter(foreign).select(SYSTEM, "code_raw"))
    return number_own(pl.concat(rows).unique(), masters.concepts)


def _custom(own: Mapping[tuple[str, str], int]) -> pl.DataFrame:
    rows = [(number, code, system) for (system, code), number in own.items()]
    schema = {"concept_id": pl.Int64, "concept_code": pl.String, "vocabulary_id": pl.String}
    return (
        pl.DataFrame(rows, schema=schema, orient="row")
        .sort("concept_id")
        .with_columns(
            pl.col("concept_code").alias("concept_name"),
            pl.lit("Metadata").alias("domain_id"),
            pl.lit("Undefined").alias("concept_class_id"),
            pl.lit(FIRST_DAY).str.to_date().alias("valid_start_date"),
            pl.lit(LAST_DAY).str.to_date().alias("valid_end_date"),
        )
    )
