"""Which file of a hospital holds what, and in which columns: a TOML that a person writes."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from renkei.errors import DataRefusedError

SCHEMA = "renkei.clinical/1"
# The columns of each domain: those that it needs, and those that it takes.
DOMAINS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "person": (("subject",), ("site", "sex", "birth")),
        "measurement": (("subject", "day", "code", "value", "unit"), ("site", "name")),
        "condition": (
            ("subject", "day", "code"),
            ("site", "name", "end", "modifiers", "suspected", "tnm", "edition"),
        ),
        "drug": (("subject", "day", "code"), ("site", "name", "end", "quantity", "unit")),
        "procedure": (("subject", "day", "code"), ("site", "name", "end")),
        "image": (("subject", "day", "study_uid", "series_uid", "modality"), ("site",)),
    }
)
# What each domain's codes are brought to, where the layout names nothing else.
TARGETS = MappingProxyType(
    {"measurement": "loinc", "condition": "icd10", "drug": "atc", "procedure": "icd9cm3"}
)


class BadLayoutError(DataRefusedError):
    """The layout is not one that can be followed."""


@dataclass(frozen=True, slots=True)
class TableLayout:
    """One file: its domain, its columns by our names, the code system and the one to map to."""

    file: str
    domain: str
    columns: Mapping[str, str]
    system: str = ""
    to: str = ""
    site: str | None = None


def read_layout(text: str) -> list[TableLayout]:
    """Return the tables of a layout; unknown keys are refused.

    Raises:
        BadLayoutError: It is no such TOML, or a table lacks a column that its domain needs.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadLayoutError(f"The layout is not TOML: {error}.") from error
    if said.get("schema") != SCHEMA or set(said) != {"schema", "table"}:
        raise BadLayoutError(f"A layout has schema = {SCHEMA!r} and [[table]] parts.")
    return [_table(one) for one in said["table"]]


def guess_layout(folder: Path) -> list[TableLayout]:
    """Return the layout of files that are named by their domain and use our column names."""
    return [
        TableLayout(path.name, path.stem, {})
        for path in sorted(folder.iterdir())
        if path.stem in DOMAINS and path.suffix in {".csv", ".parquet"}
    ]


def _table(said: object) -> TableLayout:
    keys = {"file", "domain", "columns", "system", "to", "site"}
    if not isinstance(said, dict) or not {"file", "domain"} <= set(said) <= keys:
        raise BadLayoutError(f"A table of a layout takes {', '.join(sorted(keys))}.")
    domain, columns = said["domain"], said.get("columns", {})
    if domain not in DOMAINS:
        raise BadLayoutError(f"A domain is one of {', '.join(DOMAINS)}.")
    needed, taken = DOMAINS[domain]
    if not isinstance(columns, dict) or not set(columns) <= {*needed, *taken}:
        raise BadLayoutError(f"The columns of {domain} are {', '.join((*needed, *taken))}.")
    name = str(said["file"])
    if Path(name).name != name:
        raise BadLayoutError("A layout names files of one folder, without a path.")
    return TableLayout(
        file=name,
        domain=domain,
        columns={str(k): str(v) for k, v in columns.items()},
        system=str(said.get("system", "")),
        to=str(said.get("to", TARGETS.get(domain, ""))),
        site=str(said["site"]) if "site" in said else None,
    )
