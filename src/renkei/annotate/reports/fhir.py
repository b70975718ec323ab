"""A report as HL7 FHIR R4: a Bundle of a DiagnosticReport (JP Core) and its Observations."""

import base64
from typing import Any
from uuid import UUID, uuid5

from renkei.annotate.facts import Facts, LesionFact
from renkei.annotate.reports.sections import sections_of
from renkei.annotate.reports.status import FHIR, Written
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.codes import Code
from renkei.imaging.structured import ATTENUATION, LONG, SHORT, VOLUME

LOINC, SCT, DCM = (
    "http://loinc.org",
    "http://snomed.info/sct",
    "http://dicom.nema.org/resources/ontology/DCM",
)
UCUM = "http://unitsofmeasure.org"
SYSTEMS = {"SCT": SCT, "DCM": DCM, "LN": LOINC}
OWN = "urn:renkei"
PROFILES = "http://jpfhir.jp/fhir/core/StructureDefinition"
RADIOLOGY, PATHOLOGY = "JP_DiagnosticReport_Radiology", "JP_DiagnosticReport_Pathology"
# SNOMED CT's qualifiers of certainty, from definite to excluded.
SURE = {
    5: ("410591008", "Definitely present"),
    4: ("410592001", "Probably present"),
    3: ("410590009", "Known possible"),
    2: ("410593006", "Probably NOT present"),
    1: ("410594000", "Definitely NOT present"),
}


def write_fhir(facts: Facts, written: Written) -> dict[str, Any]:
    """Return a Bundle of type collection; references within it are `urn:uuid` or pseudonyms."""
    observations = _observations(facts, written)
    status = FHIR[written.state]
    slide = facts.is_pathology
    kind = ("LP7839-6", "Pathology") if slide else ("LP29684-5", "Radiology")
    category = [_concept(LOINC, *kind)]
    if not slide:
        category.append(_concept(DCM, facts.modality, facts.modality))
    code = ("11526-1", "Pathology study") if slide else ("18748-4", "Diagnostic imaging study")
    report: dict[str, Any] = {
        "resourceType": "DiagnosticReport",
        "id": written.id,
        "meta": {"profile": [f"{PROFILES}/{PATHOLOGY if slide else RADIOLOGY}"]},
        "language": "ja",
        "identifier": [{"system": f"{OWN}:report", "value": written.id}],
        "status": status,
        "category": category,
        "code": _concept(LOINC, *code),
        "subject": {"identifier": {"system": f"{OWN}:subject", "value": written.subject}},
        "result": [{"reference": f"urn:uuid:{one['id']}"} for one in observations],
        "conclusion": sections_of(written.texts["ja"], "ja").get("diagnosis", ""),
        "presentedForm": _forms(written),
    }
    if facts.date:
        report["effectiveDateTime"] = facts.date
    if written.issued:
        report["issued"] = written.issued
    if written.readers:
        report["performer"] = [_reader(written.readers[0])]
        report["resultsInterpreter"] = [_reader(one) for one in written.readers]
    entries = [report, *observations]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in entries],
    }


def _observations(facts: Facts, written: Written) -> list[dict[str, Any]]:
    words = load_vocabulary(facts.vocabulary)
    found: list[dict[str, Any]] = []

    def add(name: str, code: Code, text: str, more: dict[str, Any]) -> None:
        found.append(
            {
                "resourceType": "Observation",
                "id": str(uuid5(UUID(written.id), name)),
                "status": FHIR[written.state],
                "code": {**_of(code), "text": text},
                "subject": {"identifier": {"system": f"{OWN}:subject", "value": written.subject}},
                **more,
            }
        )

    for lesion in facts.lesions:
        add(
            lesion.name,
            words.term(lesion.key).code,
            f"{lesion.ja}{lesion.number}",
            _lesion(lesion, words.term(lesion.organ).code if lesion.organ else None),
        )
    for organ in facts.organs:
        amount = {"component": [_component(VOLUME, organ.volume_ml, "mL")]}
        add(organ.key, words.term(organ.key).code, organ.ja, amount)
    for region in facts.regions:
        parts = [_component(Code("SCT", "42798000", "Area"), region.area_mm2, "mm2")]
        parts = parts if region.area_mm2 is not None else []
        count = _component(Code("SCT", "410681005", "Count of entities"), region.count, "1")
        add(region.key, words.term(region.key).code, region.ja, {"component": [count, *parts]})
    for key in facts.absent:
        absent = {"valueCodeableConcept": _concept(SCT, "2667000", "Absent")}
        add(f"absent/{key}", words.term(key).code, words.term(key).ja, absent)
    return found


def _lesion(lesion: LesionFact, site: Code | None) -> dict[str, Any]:
    parts = [
        _component(LONG, lesion.long_mm, "mm"),
        _component(SHORT, lesion.short_mm, "mm"),
        _component(VOLUME, lesion.volume_ml, "mL"),
    ]
    if lesion.mean_hu is not None:
        parts.append(_component(ATTENUATION, lesion.mean_hu, "[hnsf'U]"))
    more: dict[str, Any] = {
        "valueCodeableConcept": _concept(SCT, *SURE[lesion.certainty]),
        "component": parts,
    }
    if site is not None:
        more["bodySite"] = _of(site)
    return more


def _component(code: Code, value: float | None, unit: str) -> dict[str, Any]:
    quantity = {"value": value, "unit": unit, "system": UCUM, "code": unit}
    return {"code": _of(code), "valueQuantity": quantity}


def _forms(written: Written) -> list[dict[str, Any]]:
    forms = []
    for language, text in written.texts.items():
        more = "".join(f"\n{pair[0 if language == 'ja' else 1]}\n" for pair in written.addenda)
        data = base64.b64encode((text + more).encode()).decode()
        forms.append(
            {"contentType": "text/plain; charset=utf-8", "language": language, "data": data}
        )
    return forms


def _reader(code: str) -> dict[str, Any]:
    return {"identifier": {"system": f"{OWN}:reader", "value": code}}


def _of(code: Code) -> dict[str, Any]:
    system = SYSTEMS.get(code.scheme, f"{OWN}:{code.scheme}")
    return _concept(system, code.value, code.meaning)


def _concept(system: str, code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}
