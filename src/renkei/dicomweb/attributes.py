"""The DICOM JSON model (PS3.18 Annex F): objects as attributes, without their bulk."""

from collections.abc import Callable
from typing import Any

from pydicom.dataset import Dataset

Attributes = dict[str, dict[str, Any]]
BULK_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
INLINE_BYTES = 1024
# UIDs that the standard itself gives out: classes, transfer syntaxes, coding schemes.
STANDARD = "1.2.840.10008."


def attribute(vr: str, *values: object) -> dict[str, Any]:
    """Return one attribute; None and empty text are left out, as an empty value is written."""
    kept = [value for value in values if value not in {None, ""}]
    if not kept:
        return {"vr": vr}
    if vr == "PN":
        return {"vr": vr, "Value": [{"Alphabetic": str(value)} for value in kept]}
    return {"vr": vr, "Value": kept}


def described(dataset: Dataset, frames_url: str | None, bulk_url: str | None = None) -> Attributes:
    """Return an object's attributes; bulk over 1 KB becomes a BulkDataURI, or is left out.

    `frames_url` is where the frames are, None for an object without pixels; below `bulk_url` lie
    the other bulk values of the top level, None leaves them out.
    """
    found: Attributes = {}
    for element in dataset:
        key = f"{element.tag:08X}"
        if element.VR in BULK_VRS:
            value = element.value or b""
            if len(value) > INLINE_BYTES:
                if bulk_url is not None:
                    found[key] = {"vr": element.VR, "BulkDataURI": f"{bulk_url}/{key}"}
                continue
        found[key] = element.to_json_dict(None, INLINE_BYTES)
    meta = getattr(dataset, "file_meta", None)
    if meta is not None:
        # PS3.18 10.4.1.1.2: how the stored bytes are encoded.
        found["00083002"] = attribute("UI", str(meta.TransferSyntaxUID))
    if frames_url is not None:
        found["7FE00010"] = {"vr": "OW", "BulkDataURI": frames_url}
    return found


def placed(found: Attributes, url: str, patient: str | None = None) -> Attributes:
    """Return attributes described without an address as they are told below one.

    `patient` takes the place of the patient's id and name, and leaves out all bulk but frames.
    """
    told: Attributes = {}
    for key, value in found.items():
        uri = value.get("BulkDataURI")
        if uri is None:
            told[key] = value
        elif patient is None or key == "7FE00010":
            told[key] = {**value, "BulkDataURI": url + uri}
    if patient is not None:
        told["00100010"], told["00100020"] = attribute("PN", patient), attribute("LO", patient)
    return told


def renamed(found: Attributes, name: Callable[[str], str]) -> Attributes:
    """Return attributes with every UID that is not the standard's own as `name` tells it."""
    return {key: _renamed(value, name) for key, value in found.items()}


def _renamed(element: dict[str, Any], name: Callable[[str], str]) -> dict[str, Any]:
    values = element.get("Value")
    if not values or element["vr"] not in {"UI", "SQ"}:
        return element
    if element["vr"] == "SQ":
        return {**element, "Value": [renamed(item, name) for item in values]}
    told = [value if not value or value.startswith(STANDARD) else name(value) for value in values]
    return {**element, "Value": told}
