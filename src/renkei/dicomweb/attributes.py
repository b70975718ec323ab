"""The DICOM JSON model (PS3.18 Annex F): objects as attributes, without their bulk."""

from typing import Any

from pydicom.dataset import Dataset

Attributes = dict[str, dict[str, Any]]
BULK_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
INLINE_BYTES = 1024


def attribute(vr: str, *values: object) -> dict[str, Any]:
    """Return one attribute; None and empty text are left out, as an empty value is written."""
    kept = [value for value in values if value not in {None, ""}]
    if not kept:
        return {"vr": vr}
    if vr == "PN":
        return {"vr": vr, "Value": [{"Alphabetic": str(value)} for value in kept]}
    return {"vr": vr, "Value": kept}


def described(dataset: Dataset, frames_url: str | None) -> Attributes:
    """Return an object's attributes; pixels become a BulkDataURI, other bulk over 1 KB is left out.

    `frames_url` is where the frames are, None for an object without pixels.
    """
    found: Attributes = {}
    for element in dataset:
        if element.VR in BULK_VRS:
            value = element.value or b""
            if len(value) > INLINE_BYTES:
                continue
        found[f"{element.tag:08X}"] = element.to_json_dict(None, INLINE_BYTES)
    meta = getattr(dataset, "file_meta", None)
    if meta is not None:
        # PS3.18 10.4.1.1.2: how the stored bytes are encoded.
        found["00083002"] = attribute("UI", str(meta.TransferSyntaxUID))
    if frames_url is not None:
        found["7FE00010"] = {"vr": "OW", "BulkDataURI": frames_url}
    return found
