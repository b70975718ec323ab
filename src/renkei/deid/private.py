"""Private elements that may stay (PS3.15 E.3.10): by their creator, numbers and terms only."""

import math
import re
import struct
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from renkei.imaging.mosaic import COUNT_NAME, CSA_MARK, NORMAL_NAME, csa_texts
from renkei.proof import canonical, digest

TABLE, MADE = "E.3.10-1", "made"
CREATOR_VRS = frozenset({"LO", "UN"})
_NUMBER = re.compile(r" *[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)? *")
_WHOLE = re.compile(r" *[+-]?\d+ *")
_LONGEST = {"DS": 16, "IS": 12}
_CODES = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}


@dataclass(frozen=True, slots=True)
class PrivateRule:
    """One element of a block: its VR, how many values, and how large, or which words."""

    vr: str
    values: int
    upto: float
    terms: frozenset[str]
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Block:
    """What may stay of one creator's blocks in one group, in objects of some SOP classes."""

    creator: str
    group: int
    classes: frozenset[str]
    rules: Mapping[int, PrivateRule]


Blocks = Mapping[int, Block]


def is_creator(tag: int) -> bool:
    """Tell whether a tag reserves a block: (gggg,0010-00FF) of an odd group (PS3.5 7.8.1)."""
    return tag & 0x1FF00 == 0x10000 and tag & 0xFF >= 0x10


@cache
def load_private() -> tuple[tuple[Block, ...], str]:
    """Return the blocks of the package and the hash of their data."""
    text = (files("renkei.deid") / "profiles" / "safe_private.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    return tuple(_block(entry) for entry in raw["blocks"]), digest(canonical(raw))


def _block(raw: Mapping[str, Any]) -> Block:
    rules = {
        int(row["at"], 16): PrivateRule(
            row["vr"], row["values"], row.get("upto", 0), frozenset(row.get("terms", ())),
            row["name"], row["source"],
        )
        for row in raw["rows"]
    }  # fmt: skip
    return Block(raw["creator"], int(raw["group"], 16), frozenset(raw["classes"]), rules)


def reserved(creators: Iterable[tuple[int, bytes]], blocks: Iterable[Block]) -> Blocks:
    """Return the blocks whose creator is named exactly, by the upper 24 bits of their tags."""
    named = {(block.group, block.creator.encode("ascii")): block for block in blocks}
    found = {}
    for tag, value in creators:
        block = named.get((tag >> 16, value.rstrip(b" \0")))
        if block is not None:
            found[(tag >> 16) << 8 | tag & 0xFF] = block
    return found


def private_vr(tag: int, blocks: Blocks) -> str | None:
    """Return the VR in which a private element or a creator may stay, or None."""
    if is_creator(tag):
        return "LO" if (tag >> 16) << 8 | tag & 0xFF in blocks else None
    block = blocks.get(tag >> 8)
    rule = None if block is None else block.rules.get(tag & 0xFF)
    return None if rule is None else rule.vr


def clean_private(tag: int, vr: str, value: bytes, blocks: Blocks) -> tuple[str, bytes] | None:
    """Return VR and bytes that may stay of a private element, or None; a creator is a constant."""
    if is_creator(tag):
        block = blocks.get((tag >> 16) << 8 | tag & 0xFF)
        return ("LO", block.creator.encode("ascii")) if block and vr in CREATOR_VRS else None
    block = blocks.get(tag >> 8)
    rule = None if block is None else block.rules.get(tag & 0xFF)
    # UN is how implicit VR and archives without a dictionary have a private element.
    if rule is None or vr not in (rule.vr, "UN"):
        return None
    kept = _csa(value, rule) if rule.vr == "OB" else value if _fits(value, rule) else None
    return None if kept is None else (rule.vr, kept)


def _fits(value: bytes, rule: PrivateRule) -> bool:
    if code := _CODES.get(rule.vr):
        layout = struct.Struct(f"<{rule.values}{code}")
        return len(value) == layout.size and _small(layout.unpack(value), rule)
    words = value.decode("ascii", "replace").rstrip(" \0").split("\\")
    if len(words) > rule.values:
        return False
    if rule.terms:
        return all(word.strip() in rule.terms for word in words)
    syntax, longest = _WHOLE if rule.vr == "IS" else _NUMBER, _LONGEST[rule.vr]
    if not all(len(word) <= longest and syntax.fullmatch(word) for word in words):
        return False
    return _small(map(float, words), rule)


def _small(numbers: Iterable[float], rule: PrivateRule) -> bool:
    # Written so that a NaN does not fit.
    return all(abs(number) <= rule.upto for number in numbers)


def _csa(value: bytes, rule: PrivateRule) -> bytes | None:
    """Write a CSA2 header anew with the number of slices and their normal, and nothing else."""
    said = csa_texts(value)
    try:
        count = [int(text) for text in said.get(COUNT_NAME, ())]
        normal = [float(text) for text in said.get(NORMAL_NAME, ())]
    except ValueError:
        return None
    if len(normal) != 3 or not all(math.fabs(n) <= 1 for n in normal) or len(count) > 1:
        return None
    kept = {NORMAL_NAME: [f"{n:.8f}" for n in normal]}
    if count and 0 < count[0] <= rule.upto:
        kept[COUNT_NAME] = [str(count[0])]
    out = CSA_MARK + b"\4\3\2\1" + struct.pack("<II", len(kept), 77)
    for name, texts in kept.items():
        out += struct.pack(
            "<64si4siii", name.encode(), len(texts), b"FD" if len(texts) > 1 else b"US", 4,
            len(texts), 77,
        )  # fmt: skip
        for text in texts:
            raw = text.encode("ascii") + b"\0"
            out += struct.pack("<4i", len(raw), len(raw), 77, len(raw)) + raw
            out += bytes(-len(raw) % 4)
    return out
