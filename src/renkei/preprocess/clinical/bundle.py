"""FHIR R4 bundles and NDJSON to tables, one for each domain and code system."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import polars as pl

from renkei.collect.kinds import MalformedError
from renkei.preprocess.clinical.fhir import OWN, SYSTEMS
from renkei.preprocess.clinical.layout import DOMAINS, TARGETS, TableLayout

Row = dict[str, str | None]
Read = tuple[str, str, Row]


def read_fhir(data: bytes) -> list[tuple[TableLayout, pl.DataFrame]]:
    """Return the tables of a bundle or NDJSON: one for each domain and code system.

    Raises:
        MalformedError: It is neither, or a resource is not built as FHIR says.
    """
    rows: dict[tuple[str, str], list[dict[str, str | None]]] = {}
    try:
        for resource in _resources(data):
            read = _READERS.get(str(resource.get("resourceType")))
            for domain, system, row in read(resource) if read else ():
                rows.setdefault((domain, system), []).append(row)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MalformedError("A resource is not built as FHIR R4 says.") from error
    return [
        (
            TableLayout("", domain, {}, system, TARGETS.get(domain, "")),
            _frame(domain, found),
        )
        for (domain, system), found in sorted(rows.items())
    ]


def _frame(domain: str, rows: list[Row]) -> pl.DataFrame:
    needed, taken = DOMAINS[domain]
    names = [n for n in (*needed, *taken) if n in needed or any(n in row for row in rows)]
    schema = dict.fromkeys(names, pl.String)
    made = pl.DataFrame([{n: row.get(n) for n in names} for row in rows], schema=schema)
    return made if "site" in names else made.with_columns(pl.lit("").alias("site"))


def _resources(data: bytes) -> Iterator[dict[str, Any]]:
    try:
        lines = [msgspec.json.decode(line) for line in data.splitlines() if line.strip()]
    except msgspec.DecodeError:
        try:
            lines = [msgspec.json.decode(data)]
        except (msgspec.DecodeError, RecursionError) as error:
            raise MalformedError("The file is neither a FHIR bundle nor NDJSON.") from error
    for one in lines:
        if not isinstance(one, dict):
            raise MalformedError("The file is neither a FHIR bundle nor NDJSON.")
        entries = (
            one.get("entry", []) if one.get("resourceType") == "Bundle" else [{"resource": one}]
        )
        yield from (e["resource"] for e in entries if isinstance(e.get("resource"), dict))


def _person(one: Mapping[str, Any]) -> Iterator[Read]:
    row = {"subject": _own_name(one), "sex": one.get("gender"), "birth": one.get("birthDate")}
    yield "person", "", row


def _observation(one: Mapping[str, Any]) -> Iterator[Read]:
    """Return a row for the observation, or for each component of one without a value."""
    day = one.get("effectiveDateTime") or (one.get("effectivePeriod") or {}).get("start")
    parts = [one] if "component" not in one or _value(one)[0] else one["component"]
    for part in parts:
        value, unit = _value(part)
        system, code, name = _coding(part.get("code"))
        row = {"subject": _subject(one), "day": day, "code": code, "name": name}
        yield "measurement", system, row | {"value": value, "unit": unit}


def _condition(one: Mapping[str, Any]) -> Iterator[Read]:
    system, code, name = _coding(one.get("code"))
    said = {c.get("code") for c in (one.get("verificationStatus") or {}).get("coding", [])}
    if said & {"refuted", "entered-in-error"}:
        return
    doubt = "1" if said & {"provisional", "differential"} else None
    day = one.get("onsetDateTime") or one.get("recordedDate")
    row = {"subject": _subject(one), "day": day, "code": code, "name": name, "suspected": doubt}
    yield "condition", system, row | {"end": one.get("abatementDateTime")}


def _medication(one: Mapping[str, Any]) -> Iterator[Read]:
    system, code, name = _coding(one.get("medicationCodeableConcept"))
    period = one.get("effectivePeriod") or {}
    day = period.get("start") or one.get("effectiveDateTime") or one.get("authoredOn")
    row = {"subject": _subject(one), "day": day, "end": period.get("end")}
    yield "drug", system, row | {"code": code, "name": name}


def _procedure(one: Mapping[str, Any]) -> Iterator[Read]:
    system, code, name = _coding(one.get("code"))
    day = one.get("performedDateTime") or (one.get("performedPeriod") or {}).get("start")
    yield "procedure", system, {"subject": _subject(one), "day": day, "code": code, "name": name}


def _study(one: Mapping[str, Any]) -> Iterator[Read]:
    uids = [i["value"] for i in one.get("identifier", []) if i.get("system") == "urn:dicom:uid"]
    for series in one.get("series", []):
        row = {"subject": _subject(one), "day": one.get("started"), "series_uid": series.get("uid")}
        row["study_uid"] = uids[0].removeprefix("urn:oid:") if uids else None
        yield "image", "", row | {"modality": (series.get("modality") or {}).get("code")}


_READERS = {
    "Patient": _person,
    "Observation": _observation,
    "Condition": _condition,
    "MedicationStatement": _medication,
    "MedicationRequest": _medication,
    "MedicationAdministration": _medication,
    "Procedure": _procedure,
    "ImagingStudy": _study,
}


def _coding(concept: object) -> tuple[str, str | None, str | None]:
    """Return the first coding of a known system, else the first, with its text."""
    if not isinstance(concept, dict):
        return "", None, None
    codings = [c for c in concept.get("coding", []) if c.get("code")]
    known = [c for c in codings if c.get("system") in SYSTEMS] or codings
    if not known:
        return "", None, concept.get("text")
    system = str(known[0].get("system", ""))
    return SYSTEMS.get(system, system), known[0]["code"], concept.get("text")


def _value(part: Mapping[str, Any]) -> tuple[str | None, str | None]:
    if isinstance(quantity := part.get("valueQuantity"), dict):
        number = quantity.get("value")
        said = f"{quantity.get('comparator', '')}{number}" if number is not None else None
        return said, quantity.get("code") or quantity.get("unit")
    return part.get("valueString"), None


def _subject(one: Mapping[str, Any]) -> str | None:
    said = one.get("subject") or one.get("patient") or {}
    if isinstance(own := said.get("identifier"), dict):
        return own.get("value")
    return str(said["reference"]).rsplit("/", 1)[-1] if said.get("reference") else None


def _own_name(one: Mapping[str, Any]) -> str | None:
    """Return our own pseudonym of a patient where there is one, else the resource's id."""
    own = [i["value"] for i in one.get("identifier", []) if i.get("system") == f"{OWN}:subject"]
    return own[0] if own else one.get("id")
