"""Where an element may stand: in the modules of its SOP class's IOD (DICOM PS3.3), from data."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pydicom.datadict import tag_for_keyword

from renkei.proof import canonical, digest

FORMAT = "renkei.iod/1"
SHARED_GROUPS, FRAME_GROUPS = 0x52009229, 0x52009230


@dataclass(frozen=True, slots=True)
class Iods:
    """Tags by SOP class (of the data set itself, of its functional groups) and by sequence."""

    elements: Mapping[str, frozenset[int]]
    groups: Mapping[str, frozenset[int]]
    items: Mapping[int, frozenset[int]]
    sha256: str


@cache
def load_iods() -> Iods:
    """Return the IODs of the package."""
    text = (files("renkei.deid") / "profiles" / "iod.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    classes = {uid: [*raw["common"], *modules] for uid, modules in raw["classes"].items()}
    return Iods(
        elements={uid: _joined(raw["modules"], names) for uid, names in classes.items()},
        groups={uid: _joined(raw["groups"], names) for uid, names in classes.items()},
        items={
            tag: _tags(entry["hold"]) for entry in raw["sequences"] for tag in _tags(entry["names"])
        },
        sha256=digest(canonical(raw)),
    )


def _joined(parts: Mapping[str, Any], names: Iterable[str]) -> frozenset[int]:
    # A module of functional groups alone has no element of its own, and the other way round.
    return frozenset(tag for name in names for tag in _tags(parts.get(name, ())))


def _tags(keywords: Iterable[str]) -> frozenset[int]:
    return frozenset(int(tag) for word in keywords if (tag := tag_for_keyword(word)) is not None)
