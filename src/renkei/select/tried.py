"""What a child computes of the rows that a platform keeps: dry runs and strata."""

from collections.abc import Sequence
from typing import Any

from renkei.select.compare import compare
from renkei.select.dryrun import dry_run
from renkei.select.recipe import parse_recipe
from renkei.select.stored import stored_case
from renkei.select.strata import as_toml, strata_of

MOST_CHANGES = 500
Rows = Sequence[tuple[str, dict[str, Any]]]


def dry_run_rows(rows: Rows, toml: str, against: str | None) -> dict[str, Any]:
    """Return the plain values of a dry run; at most 500 changes, and how many there are."""
    cases = [stored_case(name, said) for name, said in rows]
    run = dry_run(cases, parse_recipe(toml))
    said = run.as_dict() | {"comparison": None}
    if against is not None:
        compared = compare(dry_run(cases, parse_recipe(against)), run).as_dict()
        compared["changed"] = len(compared["changes"])
        compared["changes"] = compared["changes"][:MOST_CHANGES]
        said["comparison"] = compared
    return said


def strata_of_rows(rows: Rows, levels: Sequence[Any]) -> dict[str, Any]:
    """Return strata and their TOML."""
    found = strata_of([stored_case(*row) for row in rows], levels, source="platform")
    return {"toml": as_toml(found), "strata": found}
