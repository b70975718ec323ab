"""Read an output again with other readers and hold it to the rules that made it."""

import struct
import warnings
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO

from pydicom import dcmread
from pydicom.config import disable_value_validation
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from renkei.deid.private import Block, Blocks, is_creator, private_vr, reserved
from renkei.deid.profile import Action, Profile, Rule

WRITTEN = frozenset({0x00080005, 0x00120062, 0x00120063, 0x00120064, 0x00280303})
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_HEAD = struct.Struct("<HH2sH").unpack_from
_LENGTH = struct.Struct("<I").unpack_from
_ITEM = struct.Struct("<HHI").unpack_from
_NO_BLOCKS: Blocks = {}
_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())


def unlisted(data: bytes, profile: Profile, blocks: Blocks = _NO_BLOCKS) -> tuple[str, ...]:
    """Return codes of elements in encoded bytes that the profile does not let pass; empty if none.

    Reads what `encode` writes (explicit VR, stated lengths) and nothing else: whatever does not fit
    is `not_readable`. `blocks` are the private blocks whose creators stand outside these bytes.
    """
    codes: set[str] = set()
    try:
        _walk(data, (0, len(data)), profile, profile.rules, codes, blocks)
    except (struct.error, IndexError, RecursionError):
        codes.add("not_readable")
    return tuple(sorted(codes))


def _walk(
    data: bytes,
    span: tuple[int, int],
    profile: Profile,
    rules: Mapping[int, Rule],
    codes: set[str],
    blocks: Blocks = _NO_BLOCKS,
) -> None:
    at, end = span
    last = 0
    blocks = dict(blocks)
    while at < end:
        group, number, vr, length = _HEAD(data, at)
        at += 8
        if vr in _LONG:
            length, at = _LENGTH(data, at)[0], at + 4
        tag = group << 16 | number
        if tag <= last or at + length > end:
            codes.add("not_readable")
            return
        last = tag
        if group & 1:
            if is_creator(tag) and rules is profile.rules:
                blocks |= reserved([(tag, data[at : at + length])], profile.private)
            codes |= _private_faults(tag, vr.decode("latin-1"), blocks)
        elif tag not in WRITTEN or rules is not profile.rules:
            rule = rules.get(tag)
            if rule is None or rule.action is Action.REMOVE:
                codes.add("unlisted_element")
            elif vr.decode("latin-1") not in rule.vrs:
                codes.add("vr_differs")
            elif vr == b"SQ":
                _walk_items(data, (at, at + length), profile, profile.inside(tag), codes)
        at += length


def _private_faults(tag: int, vr: str | None, blocks: Blocks) -> set[str]:
    return set() if private_vr(tag, blocks) == vr else {"unlisted_element"}


def _walk_items(
    data: bytes,
    span: tuple[int, int],
    profile: Profile,
    rules: Mapping[int, Rule],
    codes: set[str],
) -> None:
    at, end = span
    while at < end:
        group, number, length = _ITEM(data, at)
        at += 8
        if (group, number) != (0xFFFE, 0xE000) or at + length > end:
            codes.add("not_readable")
            return
        _walk(data, (at, at + length), profile, rules, codes)
        at += length


def faults(data: bytes, profile: Profile) -> tuple[str, ...]:
    """Return codes of what does not hold when pydicom reads the output; empty when all does."""
    try:
        # A warning of pydicom's would carry the value into the log.
        with disable_value_validation(), warnings.catch_warnings(action="ignore"):
            found = dcmread(BytesIO(data), stop_before_pixels=True)
        codes = {
            code
            for dataset, rules in _all(found, profile, profile.rules)
            for code in _check(dataset, rules, profile.private, top=dataset is found)
        }
    except Exception as error:  # noqa: BLE001  pydicom raises many types on a file it cannot read
        return (f"unreadable_{type(error).__name__.lower()}",)
    if data[:128].strip(b"\0"):
        codes.add("preamble")
    if str(found.get("PatientIdentityRemoved", "")) != "YES":
        codes.add("not_marked")
    if found.file_meta.MediaStorageSOPInstanceUID != found.SOPInstanceUID:
        codes.add("meta_differs")
    return tuple(sorted(codes))


def _check(
    dataset: Dataset, rules: Mapping[int, Rule], private: Iterable[Block], *, top: bool
) -> list[str]:
    codes: list[str] = []
    creators = [(int(e.tag), str(e.value).encode()) for e in _creators(dataset) if top]
    blocks = reserved(creators, private)
    # Raw elements: turning the numbers of a thousand contours into objects proves nothing more.
    for element in map(dataset.get_item, dataset.keys()):
        tag = int(element.tag)
        if top and (tag in WRITTEN or tag in _PIXELS):
            continue
        rule = rules.get(tag)
        if tag >> 16 & 1:
            codes += _private_faults(tag, element.VR, blocks)
        elif rule is None or rule.action is Action.REMOVE:
            codes.append("unlisted_element")
        elif element.VR not in rule.vrs:
            codes.append("vr_differs")
    return codes


def _creators(dataset: Dataset) -> list[DataElement]:
    return [dataset[tag] for tag in list(dataset.keys()) if is_creator(tag)]


def _all(
    dataset: Dataset, profile: Profile, rules: Mapping[int, Rule]
) -> Iterator[tuple[Dataset, Mapping[int, Rule]]]:
    yield dataset, rules
    for tag in dataset.keys() - WRITTEN:
        if dataset.get_item(tag).VR == "SQ":
            for item in dataset[tag].value:
                yield from _all(item, profile, profile.inside(int(tag)))
