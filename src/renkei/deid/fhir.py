"""FHIR R4: one patient's resources by an allow-list of types and fields; the rest is left out."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.deid.dates import BadDateError, shift_text
from renkei.deid.hl7 import is_message, read_message
from renkei.deid.identifiers import Identifiers, known
from renkei.deid.pseudonym import PseudonymKey, map_uid, name_file, pseudonym, shift_days
from renkei.deid.residual import scan
from renkei.deid.result import Kind, Result, State, held
from renkei.deid.rules import identities
from renkei.deid.text import clean_text

MAX_BYTES = 256 << 20
MAX_DEPTH = 40
FULL_DATE = 10  # a year alone would match everywhere
PLACE = 5  # shorter Latin parts of an address are codes: "JPN", "home"
AGE_CAP = 90
_PERSON = re.compile(r"(?:.*/)?(?:Patient|Practitioner|RelatedPerson|PractitionerRole)/")
TYPES = frozenset({
    "Patient", "Observation", "Condition", "DiagnosticReport", "Procedure", "MedicationRequest",
    "MedicationStatement", "MedicationAdministration", "Specimen", "ImagingStudy",
    "MolecularSequence", "Encounter", "AllergyIntolerance", "Immunization", "FamilyMemberHistory",
})  # fmt: skip
# Text that people write; searched and cut. Everything else of these types is code, number or date.
_WORDS = frozenset({
    "text", "conclusion", "valueString", "display", "title", "description", "onsetString",
})  # fmt: skip
# Code systems that belong to no hospital; the name of any other may say where it is.
_SYSTEM = re.compile(
    r"http://(?:loinc\.org|snomed\.info/sct|unitsofmeasure\.org|(?:terminology\.)?hl7\.org/\S*"
    r"|jpfhir\.jp/\S*|www\.nlm\.nih\.gov/research/umls/rxnorm|varnomen\.hgvs\.org"
    r"|www\.genenames\.org\S*|www\.ncbi\.nlm\.nih\.gov\S*|dicom\.nema\.org\S*|www\.whocc\.no/atc)"
    r"|urn:(?:iso|ietf):\S+|urn:oid:2\.16\.840\.1\.113883\.6\.[\d.]+|urn:oid:1\.2\.392\.200119\.4\.[\d.]+"
    # Short names of HL7 v2 tables (JC10, I10, HOT9); 99... is a hospital's own.
    r"|(?!99)[A-Z][A-Z0-9-]{0,9}"
)
_CODES = frozenset({
    "code", "system", "version", "unit", "status", "use", "gender", "intent", "priority", "type",
    "comparator", "class", "valueCode", "valueBoolean", "valueInteger", "value", "numberOfSeries",
    "numberOfInstances", "number", "started", "resourceType", "kind", "coordinateSystem",
    "observedSeq", "start", "end", "referenceAllele", "observedAllele", "cigar", "windowStart",
    "windowEnd", "orientation", "strand", "genomeBuild", "chromosome", "readCoverage", "rank",
    "deceasedBoolean", "multipleBirthBoolean", "uid", "fullUrl", "criticality",
})  # fmt: skip
_STRUCTURES = frozenset({
    "entry", "resource", "coding", "category", "clinicalStatus", "verificationStatus", "severity",
    "bodySite", "valueQuantity", "valueCodeableConcept", "valueRange", "valueRatio", "valuePeriod",
    "numerator", "denominator", "low", "high", "referenceRange", "component", "interpretation",
    "method", "period", "effectivePeriod", "onsetPeriod", "onsetAge", "ageAge", "deceasedAge",
    "dosage", "doseQuantity", "dosageInstruction", "timing", "repeat", "route",
    "medicationCodeableConcept", "reasonCode",
    "result", "subject", "patient", "specimen", "basedOn", "partOf", "hasMember", "derivedFrom",
    "encounter", "series", "instance", "modality", "sopClass", "stage", "summary",
    "collection", "referenceSeq", "chromosome", "variant", "quality", "maritalStatus",
    "manifestation", "reaction", "relationship", "vaccineCode", "conclusionCode", "relatesTo",
    "imagingStudy",
})  # fmt: skip
# Words of FHIR itself in the output: "Patient" stands in each, and is a name somewhere.
_KIND, _KEY = "|".join(sorted(TYPES)), "|".join(sorted(_CODES | _STRUCTURES | _WORDS))
_OWN = re.compile(
    # New ids are sixteen letters and digits by chance: four of them may spell a name.
    rf'"(?:resourceType": "(?:Bundle|{_KIND})"|(?:(?:{_KIND})/|urn:local:)?[A-Z2-7]{{16}}"'
    rf'|(?:{_KIND})/|(?:{_KEY})":)'.encode()
)
_DATE_KEY = re.compile(
    r".*(?:Date|DateTime|date|issued|started|start|end|authoredOn|recorded|lastUpdated|Time)$"
)
_ISO = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T.*)?)?)?")
_UID = re.compile(r"(?:urn:oid:)?([0-9.]{6,64})")
_TOKEN = re.compile(r"[^\s]{1,200}(?: [^\s]{1,60}){0,3}")
_DROPPED = frozenset({"birthDate", "lastUpdated", "timestamp", "fullUrl"})


@dataclass(slots=True)
class _Walk:
    key: PseudonymKey
    days: int
    known: Identifiers
    counts: Counter[str] = field(default_factory=Counter)


def read_bundle(data: bytes) -> list[dict[str, Any]] | None:
    """Return the resources of a bundle, of bundles inside it, of one resource, or of HL7 v2."""
    if len(data) > MAX_BYTES:
        return None
    if is_message(data):
        return read_message(data)
    try:
        root = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        return None
    if not isinstance(root, dict) or "resourceType" not in root:
        return None
    return list(_resources(root, 0))


def _resources(node: dict[str, Any], depth: int) -> list[dict[str, Any]]:
    if node.get("resourceType") != "Bundle":
        return [node]
    if depth > 4:
        return []
    inside = [entry.get("resource") for entry in node.get("entry", []) if isinstance(entry, dict)]
    return [r for one in inside if isinstance(one, dict) for r in _resources(one, depth + 1)]


def patient_ids(resources: list[dict[str, Any]]) -> list[str]:
    """Return the identifiers that the Patient resources carry, then their resource ids."""
    people = [r for r in resources if r.get("resourceType") == "Patient"]
    found = [
        str(i["value"])
        for person in people
        for i in person.get("identifier", [])
        if isinstance(i, dict) and i.get("value")
    ]
    return found + [str(person["id"]) for person in people if person.get("id")]


def deidentify_fhir(
    data: bytes,
    key: PseudonymKey,
    *,
    patient: str | None = None,
    known: Identifiers | None = None,
) -> Result:
    """Return a collection bundle of one patient with new ids, moved dates and no narrative."""
    resources = read_bundle(data)
    if resources is None:
        return held(Kind.FHIR, "malformed")
    people = [r for r in resources if r.get("resourceType") == "Patient"]
    ids = patient_ids(resources)
    if len(people) != 1 or not ids:
        return held(Kind.FHIR, "not_one_patient")
    person = patient or ids[0]
    subject = pseudonym(key, "patient", person)
    everything = _identifiers(resources) | (known or Identifiers())
    walk = _Walk(key, shift_days(key, person), everything)
    entries = []
    try:
        for resource in resources:
            if resource.get("resourceType") in TYPES:
                entries.append({"resource": _resource(resource, walk, subject)})
            else:
                walk.counts["resources_dropped"] += 1
    except RecursionError:
        return held(Kind.FHIR, "too_deep", subject=subject)
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    clean = json.dumps(bundle, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8")
    if scan(_OWN.sub(b'"', clean), everything):
        return held(Kind.FHIR, "identifier_left", subject=subject)
    return Result(
        Kind.FHIR,
        State.CLEAN,
        data=clean,
        name=name_file(key, clean, ".json"),
        reasons=("resources_dropped",) if walk.counts["resources_dropped"] else (),
        counts={"resources": len(entries), **walk.counts},
        subject=subject,
    )


def _identifiers(resources: list[dict[str, Any]]) -> Identifiers:
    """Collect who is named: the patient, relatives, staff and institutions of every resource."""
    names, numbers, days, texts = set[str](), set[str](), set[str](), set[str]()
    for resource in resources:
        for holder in (resource, *_dicts(resource.get("contact"))):
            for name in _list(holder.get("name")):
                names |= _names(name) if isinstance(name, dict) else set()
            texts |= {str(t["value"]) for t in _dicts(holder.get("telecom")) if t.get("value")}
            for place in _dicts(holder.get("address")):
                texts |= {t for t in _strings(place) if len(t) >= (PLACE if t.isascii() else 3)}
        if isinstance(resource.get("name"), str):
            texts.add(resource["name"])
        found = [*_dicts(resource.get("identifier")), *_displays(resource, 0)]
        numbers |= {str(one["value"]) for one in found if one.get("value")}
        names |= {str(one["display"]) for one in found if one.get("display")}
        if resource.get("birthDate"):
            days.add(str(resource["birthDate"]))
    return known(
        names=names, numbers=numbers, days=(d for d in days if len(d) >= FULL_DATE), texts=texts
    )


def _names(name: dict[str, Any]) -> set[str]:
    parts = [*_list(name.get("given")), name.get("family"), name.get("text")]
    return {str(part) for part in parts if part}


def _strings(place: dict[str, Any]) -> list[str]:
    values = [v for name, value in place.items() if name != "use" for v in _list(value)]
    return [v.strip() for v in values if isinstance(v, str)]


def _displays(node: object, depth: int) -> list[dict[str, Any]]:
    """Return the references to people: what they display is a name."""
    if depth > MAX_DEPTH:
        return []
    if isinstance(node, list):
        return [found for one in node for found in _displays(one, depth + 1)]
    if not isinstance(node, dict):
        return []
    if _PERSON.match(str(node.get("reference", ""))) and node.get("display"):
        return [{"display": node["display"]}]
    return [found for one in node.values() for found in _displays(one, depth + 1)]


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in _list(value) if isinstance(one, dict)]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _resource(resource: dict[str, Any], walk: _Walk, subject: str) -> dict[str, Any]:
    clean = _object(resource, walk, 0)
    kind = str(resource["resourceType"])
    clean["resourceType"] = kind
    if resource.get("id"):
        clean["id"] = subject if kind == "Patient" else _local(kind, str(resource["id"]), walk)
    for field_name in ("subject", "patient"):
        if field_name in resource:
            clean[field_name] = {"reference": f"Patient/{subject}"}
    return clean


def _object(node: dict[str, Any], walk: _Walk, depth: int) -> dict[str, Any]:
    if depth > MAX_DEPTH:
        raise RecursionError
    clean: dict[str, Any] = {}
    for name, value in node.items():
        if name == "display" and "reference" in node:
            kept: object = None
        elif name.endswith("Age") and isinstance(value, dict):
            kept = _capped(_value(name, value, walk, depth))
        else:
            kept = _value(name, value, walk, depth)
        if kept is None:
            walk.counts["fields_dropped"] += 1
        else:
            clean[name] = kept
    return clean


def _value(name: str, value: object, walk: _Walk, depth: int) -> object:
    if isinstance(value, list):
        items = [k for item in value if (k := _value(name, item, walk, depth + 1)) is not None]
        return items or None
    if isinstance(value, dict):
        # Narrative (text.div) is a dict called text; as a string it is the text of a concept.
        named = name in _STRUCTURES or name in _CODES
        return (_object(value, walk, depth + 1) or None) if named else None
    if isinstance(value, bool | int | float):
        fits = name in _CODES or name.startswith("value")
        return value if fits and not walk.known.found_in(str(value)) else None
    return _string(name, value, walk) if isinstance(value, str) else None


def _string(name: str, value: str, walk: _Walk) -> str | None:
    if name in _DROPPED:
        return None
    if name in _SPECIAL:
        return _SPECIAL[name](value, walk)
    if _DATE_KEY.fullmatch(name) and _ISO.fullmatch(value):
        return _date(value, walk)
    if name in _CODES:
        fits = _TOKEN.fullmatch(value) and not walk.known.found_in(value)
        # Codes look like numbers and dates; every other token must not.
        return value if fits and (name == "code" or not identities(value)) else None
    return (clean_text(value, walk.known)[0] or None) if name in _WORDS else None


def _date(value: str, walk: _Walk) -> str | None:
    try:
        return shift_text(value, walk.days)
    except BadDateError:
        return None


def _capped(age: object) -> object:
    if isinstance(age, dict) and isinstance(age.get("value"), int | float):
        age["value"] = min(age["value"], AGE_CAP)
    return age


def _system(value: str, walk: _Walk) -> str | None:
    if walk.known.found_in(value):
        return None
    if _SYSTEM.fullmatch(value):
        return value
    return f"urn:local:{pseudonym(walk.key, 'system', value)}"


def _uid(value: str, walk: _Walk) -> str | None:
    found = _UID.fullmatch(value)
    return f"urn:oid:{map_uid(walk.key, found.group(1))}" if found else None


def _reference(value: str, walk: _Walk) -> str | None:
    kind, _, number = value.rpartition("/")
    kind = kind.rpartition("/")[2]
    return f"{kind}/{_local(kind, number, walk)}" if kind in TYPES and number else None


def _local(kind: str, number: str, walk: _Walk) -> str:
    return pseudonym(walk.key, f"fhir-{kind}", number)


_SPECIAL: Mapping[str, Callable[[str, _Walk], str | None]] = {
    "reference": _reference,
    "uid": _uid,
    "system": _system,
}
