"""Legal bases as data: what each opens, and where that is written."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

CONSENT_BASIS = "consent"


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One legal basis; `uses` are the purposes that it opens, `source` is the clause."""

    key: str
    name: str
    name_ja: str
    uses: frozenset[str]
    commercial: bool
    abroad: bool
    recall_per_person: bool
    source: str
    url: str


def _read() -> Mapping[str, LegalBasis]:
    table = tomllib.loads(files("renkei.consent").joinpath("bases.toml").read_text("utf-8"))
    found = {
        key: LegalBasis(key=key, **{**row, "uses": frozenset(row["uses"])})
        for key, row in table.items()
        if isinstance(row, dict)
    }
    return MappingProxyType(found)


BASES: Mapping[str, LegalBasis] = _read()
