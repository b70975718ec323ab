"""FHIR bundles and mapped tables → events: what was tested, given, done and found, and when."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import msgspec

from renkei.subjects.columns import Column, ColumnType, day_of, fault_of, plain_text
from renkei.subjects.timeline import Lane

MOST_EVENTS = 2000
LONGEST = 120
LANES: Mapping[str, Lane] = MappingProxyType(
    {
        "Observation": Lane.TEST,
        "DiagnosticReport": Lane.REPORT,
        "Condition": Lane.DIAGNOSIS,
        "AllergyIntolerance": Lane.DIAGNOSIS,
        "MedicationRequest": Lane.DRUG,
        "MedicationStatement": Lane.DRUG,
        "MedicationAdministration": Lane.DRUG,
        "MedicationDispense": Lane.DRUG,
        "Immunization": Lane.DRUG,
        "Procedure": Lane.OPERATION,
    }
)
# When it happened goes before when it was written down.
DAYS = (
    "effectiveDateTime",
    "effectivePeriod",
    "performedDateTime",
    "performedPeriod",
    "onsetDateTime",
    "occurrenceDateTime",
    "whenHandedOver",
    "authoredOn",
    "recordedDate",
    "issued",
)


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a bundle; `title` is what the hospital called it, with its value."""

    date: date | None
    lane: Lane
    title: str


def events_of(bundle: bytes) -> list[Happening]:
    """Return the events of a stored bundle, at most 2,000; other resources tell of no event."""
    entries = msgspec.json.decode(bundle).get("entry") or []
    found: list[Happening] = []
    for entry in entries:
        resource = entry.get("resource") or {}
        lane = LANES.get(str(resource.get("resourceType")))
        if lane is not None and len(found) < MOST_EVENTS:
            found.append(Happening(_day(resource), lane, _title(resource)))
    return found


def events_of_table(table: bytes, columns: Sequence[Column]) -> list[Happening]:
    """Return the events of a stored table: a cell that fits and has a lane, on its row's day."""
    rows = list(csv.reader(io.StringIO(table.decode())))[1:]
    dated = next(
        (n for n, c in enumerate(columns) if c.type is ColumnType.DATE and not c.lane), None
    )
    found: list[Happening] = []
    for row in rows:
        day = None if dated is None else day_of(row[dated])
        for column, value in zip(columns, row, strict=True):
            plain = plain_text(value)
            if column.lane is None or not plain or fault_of(column, value) is not None:
                continue
            own = day_of(plain) if column.type is ColumnType.DATE else None
            words = (column.name, None if own else plain, column.unit)
            found.append(
                Happening(own or day, column.lane, " ".join(filter(None, words))[:LONGEST])
            )
    return found[:MOST_EVENTS]


def _day(resource: Mapping[str, Any]) -> date | None:
    for name in DAYS:
        value = resource.get(name)
        if isinstance(value, dict):
            value = value.get("start")
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError:
            continue
    return None


def _title(resource: Mapping[str, Any]) -> str:
    concept = resource.get("code") or resource.get("medicationCodeableConcept")
    concept = concept or resource.get("vaccineCode")
    words = next(_words(concept), "") or str(resource["resourceType"])
    return " ".join(filter(None, (words, _value(resource))))[:LONGEST]


def _words(concept: object) -> Iterator[str]:
    if not isinstance(concept, dict):
        return
    if concept.get("text"):
        yield str(concept["text"])
    for coding in concept.get("coding") or ():
        if isinstance(coding, dict) and (coding.get("display") or coding.get("code")):
            yield str(coding.get("display") or coding.get("code"))


def _value(resource: Mapping[str, Any]) -> str:
    quantity = resource.get("valueQuantity")
    if isinstance(quantity, dict):
        parts = (quantity.get(name) for name in ("comparator", "value", "unit"))
        return " ".join(str(part) for part in parts if part is not None)
    if isinstance(resource.get("valueString"), str):
        return str(resource["valueString"])
    return next(_words(resource.get("valueCodeableConcept")), "")
