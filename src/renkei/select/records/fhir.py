"""FHIR R4: references resolve, dates stand in order, and what a resource needs is there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from renkei.select.metric import Metric
from renkei.select.records.fault import Checked, Fault, sum_up

FHIR = frozenset({"FHIR"})
MAX_DEPTH = 40
# FHIR R4: elements of cardinality 1 and more.
NEEDED = {
    "Observation": ("status", "code"),
    "Condition": ("subject",),
    "DiagnosticReport": ("status", "code"),
    "ImagingStudy": ("status", "subject"),
    "Encounter": ("status", "class"),
    "Procedure": ("status", "subject"),
    "MedicationRequest": ("status", "intent", "subject"),
    "ServiceRequest": ("status", "intent", "subject"),
    "AllergyIntolerance": ("patient",),
    "Immunization": ("status", "vaccineCode", "patient"),
}
# Of each pair the first is never after the second.
ORDERED = (
    ("start", "end"),
    ("onsetDateTime", "abatementDateTime"),
    ("effectiveDateTime", "issued"),
    ("birthDate", "deceasedDateTime"),
)


def look(path: Path) -> Checked:
    """Check one file: a Bundle or a single resource; a row is an entry."""
    try:
        said = msgspec.json.decode(path.read_bytes())
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Checked(0, (Fault("not_fhir"),))
    return check_fhir(said)


def check_fhir(said: Any) -> Checked:
    """Check what a FHIR file says."""
    if not isinstance(said, dict) or not isinstance(said.get("resourceType"), str):
        return Checked(0, (Fault("not_fhir"),))
    entries = said.get("entry", []) if said["resourceType"] == "Bundle" else [{"resource": said}]
    found: dict[tuple[str, str], list[int]] = {}
    names: dict[str, int] = {}
    kinds = set()
    resources: list[dict[str, Any]] = []
    for row, entry in enumerate(entries if isinstance(entries, list) else (), 1):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        resources.append(resource if isinstance(resource, dict) else {})
        kind = resources[-1].get("resourceType")
        if not isinstance(kind, str):
            found.setdefault(("resource_without_type", ""), []).append(row)
            continue
        kinds.add(kind)
        for name in {f"{kind}/{resources[-1].get('id')}", str(entry.get("fullUrl") or "")} - {""}:
            if name in names and not name.endswith("/None"):
                found.setdefault(("repeated", kind), []).append(row)
            names[name] = row
    outside = 0
    for row, resource in enumerate(resources, 1):
        faults, strangers = _of_resource(resource, names, kinds)
        outside += strangers
        for fault in faults:
            found.setdefault(fault, []).append(row)
    faults_found = tuple(
        Fault(code, at, tuple(dict.fromkeys(rows))) for (code, at), rows in found.items()
    )
    return Checked(len(resources), faults_found, {"references_outside": float(outside)})


def _of_resource(
    resource: dict[str, Any], names: dict[str, int], kinds: set[str]
) -> tuple[list[tuple[str, str]], int]:
    kind = str(resource.get("resourceType", ""))
    faults = [
        ("element_missing", f"{kind}.{n}") for n in NEEDED.get(kind, ()) if not resource.get(n)
    ]
    contained = {f"#{c.get('id')}" for c in resource.get("contained") or [] if isinstance(c, dict)}
    outside = 0
    for part in _parts(resource, 0):
        target = part.get("reference")
        if isinstance(target, str) and target not in names and target not in contained | {"#"}:
            of_kind = target.split("/")[0]
            # What the bundle holds none of is kept elsewhere; what it holds some of is lost.
            if target.startswith(("#", "urn:")) or (target.count("/") == 1 and of_kind in kinds):
                faults.append(("reference_lost", kind))
            else:
                outside += 1
        for first, then in ORDERED:
            a, b = part.get(first), part.get(then)
            if isinstance(a, str) and isinstance(b, str) and _after(a, b):
                faults.append(("order", f"{kind}.{first} > {then}"))
    return faults, outside


def _after(first: str, then: str) -> bool:
    """Tell by the day, as far as both say it: 2020 is not after 2020-03."""
    length = min(len(first), len(then), 10)
    return first[:length] > then[:length]


def _parts(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from _parts(inner, depth + 1)


METRIC = Metric("fhir", "share", FHIR, worse="high", sum_up=sum_up, look=look, aspect="content")
