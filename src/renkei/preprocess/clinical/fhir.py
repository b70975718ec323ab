"""Standard tables to HL7 FHIR R4 resources (JP Core 1.1), one NDJSON per type."""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from renkei.preprocess.clinical.convert import SYSTEM, TARGET

CORE = "http://jpfhir.jp/fhir/core/StructureDefinition"
UCUM = "http://unitsofmeasure.org"
OWN = "urn:renkei"
# The addresses that JP Core 1.1 and HL7 give the code systems; the first is written.
ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "loinc": ("http://loinc.org",),
    "jlac10": (
        "http://medis.or.jp/CodeSystem/master-JLAC10-17digits",
        "urn:oid:1.2.392.200119.4.504",
    ),
    "icd10": (
        "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full",
        "http://hl7.org/fhir/sid/icd-10",
    ),
    "medis_disease": (
        "http://medis.or.jp/CodeSystem/master-disease-keyNumber",
        "urn:oid:1.2.392.200119.4.101.2",
    ),
    "medis_disease_exchange": (
        "http://medis.or.jp/CodeSystem/master-disease-exCode",
        "urn:oid:1.2.392.200119.4.101.6",
    ),
    "medis_observation": (
        "http://jpfhir.jp/fhir/core/CodeSystem/JP_ObservationBodyMeasurementCode_CS",
        "http://medis.or.jp/CodeSystem/master-nursingObservationKeyCode",
        "urn:oid:1.2.392.200119.4.804",
    ),
    "hot9": ("http://medis.or.jp/CodeSystem/master-HOT9", "urn:oid:1.2.392.200119.4.403.1"),
    "yj": ("http://capstandard.jp/iyaku.info/CodeSystem/YJ-code", "urn:oid:1.2.392.100495.20.1.73"),
    "atc": ("http://www.whocc.no/atc",),
}
SYSTEMS = {address: system for system, known in ADDRESSES.items() for address in known}
SEXES = {"M": "male", "F": "female"}
_PROVISIONAL = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_CATEGORY = "http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS"


def write_fhir(frames: Mapping[str, pl.DataFrame]) -> dict[str, bytes]:
    """Return one NDJSON per resource type, by its name: one resource per row, one per study.

    Raw values stand in extensions, the code that was mapped stands beside the standard one.
    """
    files: dict[str, bytes] = {}
    for domain, (kind, make) in _MAKERS.items():
        if domain in frames:
            made = [make(row) for row in frames[domain].iter_rows(named=True)]
            made = _studies(made) if domain == "image" else made
            lines = [
                json.dumps(_whole(kind, f"{domain}-{n}", one), ensure_ascii=False)
                for n, one in enumerate(made, start=1)
            ]
            files[f"{kind}.ndjson"] = "".join(f"{line}\n" for line in lines).encode()
    return files


def _studies(series: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gather the series of a study into the first of them."""
    found: dict[str, dict[str, Any]] = {}
    for one in series:
        study = found.setdefault(one["identifier"][0]["value"], one)
        if study is not one:
            study["series"] += one["series"]
    return list(found.values())


def _whole(kind: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": kind, "id": name, **{k: v for k, v in body.items() if v is not None}}


def _patient(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "meta": {"profile": [f"{CORE}/JP_Patient"]},
        "identifier": [{"system": f"{OWN}:subject", "value": row["subject"]}],
        "gender": SEXES.get(row.get("sex") or "", "unknown"),
        "birthDate": row.get("birth"),
    }


def _observation(row: Mapping[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if row["value"] is not None:
        quantity = {"value": row["value"], "comparator": row["comparator"], "unit": row["unit"]}
        quantity |= {"system": UCUM, "code": row["unit"]}
        value["valueQuantity"] = {k: v for k, v in quantity.items() if v is not None}
    elif row["value_raw"]:
        value["valueString"] = row["value_raw"]
    return {
        "meta": {"profile": [f"{CORE}/JP_Observation_LabResult"]},
        "extension": _raw(row, "value", "unit", "day"),
        "status": "unknown",
        "category": [{"coding": [{"system": _CATEGORY, "code": "laboratory"}]}],
        "code": _concept(row),
        "subject": _subject(row),
        "effectiveDateTime": row["day"],
        **value,
    }


def _condition(row: Mapping[str, Any]) -> dict[str, Any]:
    doubt = {"coding": [{"system": _PROVISIONAL, "code": "provisional"}]}
    return {
        "meta": {"profile": [f"{CORE}/JP_Condition"]},
        "extension": _raw(row, "day", "modifiers"),
        "verificationStatus": doubt if row["suspected"] else None,
        "code": _concept(row),
        "subject": _subject(row),
        "onsetDateTime": row["day"],
        "abatementDateTime": row.get("end"),
    }


def _medication(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "meta": {"profile": [f"{CORE}/JP_MedicationStatement"]},
        "extension": _raw(row, "day", "quantity", "unit"),
        "status": "unknown",
        "medicationCodeableConcept": _concept(row),
        "subject": _subject(row),
        "effectivePeriod": {k: row[v] for k, v in (("start", "day"), ("end", "end")) if row.get(v)},
    }


def _procedure(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "meta": {"profile": [f"{CORE}/JP_Procedure"]},
        "extension": _raw(row, "day"),
        "status": "unknown",
        "code": _concept(row),
        "subject": _subject(row),
        "performedDateTime": row["day"],
    }


def _study(row: Mapping[str, Any]) -> dict[str, Any]:
    modality = {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": row["modality"]}
    return {
        "meta": {"profile": [f"{CORE}/JP_ImagingStudy_Radiology"]},
        "extension": _raw(row, "day"),
        "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{row['study_uid']}"}],
        "status": "available",
        "subject": _subject(row),
        "started": row["day"],
        "series": [{"uid": row["series_uid"], "modality": modality}],
    }


_MAKERS = {
    "person": ("Patient", _patient),
    "measurement": ("Observation", _observation),
    "condition": ("Condition", _condition),
    "drug": ("MedicationStatement", _medication),
    "procedure": ("Procedure", _procedure),
    "image": ("ImagingStudy", _study),
}


def _concept(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the standard code, and before it the source's own where it is another."""
    codings = []
    if row["code"]:
        codings.append({"system": _address(row[TARGET]), "code": row["code"]})
    if row["code_raw"] and (row[SYSTEM] != row[TARGET] or not row["code"]):
        codings.append({"system": _address(row[SYSTEM]), "code": row["code_raw"].strip()})
    text = row.get("name") or row["code_raw"]
    return {"coding": codings, "text": text} if codings else {"text": text or "unknown"}


def _address(system: str) -> str:
    return ADDRESSES.get(system, (f"{OWN}:{system}",))[0]


def _subject(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"identifier": {"system": f"{OWN}:subject", "value": row["subject"]}}


def _raw(row: Mapping[str, Any], *names: str) -> list[dict[str, str]] | None:
    found = [
        {"url": f"{OWN}:raw:{name}", "valueString": row[f"{name}_raw"]}
        for name in names
        if row.get(f"{name}_raw")
    ]
    return found or None
