"""Read an output again with another reader and hold it to the rules that made it."""

from collections.abc import Iterator
from io import BytesIO

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from renkei.deid.profile import Action, Profile

WRITTEN = frozenset({0x00080005, 0x00120062, 0x00120063, 0x00120064, 0x00280303})
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})


def faults(data: bytes, profile: Profile) -> tuple[str, ...]:
    """Return codes of what does not hold when pydicom reads the output; empty when all does."""
    try:
        found = dcmread(BytesIO(data), stop_before_pixels=True)
        codes = {code for dataset in _all(found) for code in _check(dataset, profile)}
    except Exception as error:  # noqa: BLE001  pydicom raises many types on a file it cannot read
        return (f"unreadable_{type(error).__name__.lower()}",)
    if data[:128].strip(b"\0"):
        codes.add("preamble")
    if str(found.get("PatientIdentityRemoved", "")) != "YES":
        codes.add("not_marked")
    if found.file_meta.MediaStorageSOPInstanceUID != found.SOPInstanceUID:
        codes.add("meta_differs")
    return tuple(sorted(codes))


def _check(dataset: Dataset, profile: Profile) -> list[str]:
    codes = []
    # Raw elements: turning the numbers of a thousand contours into objects proves nothing more.
    for element in map(dataset.get_item, dataset.keys()):
        tag = int(element.tag)
        if tag in WRITTEN or tag in _PIXELS:
            continue
        rule = profile.rules.get(tag)
        if Tag(tag).is_private or rule is None or rule.action is Action.REMOVE:
            codes.append("unlisted_element")
        elif element.VR not in rule.vrs:
            codes.append("vr_differs")
    return codes


def _all(dataset: Dataset) -> Iterator[Dataset]:
    yield dataset
    for tag in dataset.keys() - WRITTEN:
        if dataset.get_item(tag).VR == "SQ":
            for item in dataset[tag].value:
                yield from _all(item)
