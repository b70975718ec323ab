"""Texts of clean tables, bundles and reports that may name somebody: a person decides once."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from renkei.deid.rules import suspects


def suspected_texts(path: Path, kind: str) -> set[tuple[str, str]]:
    """Return (column or field, text) of a clean file, each once; other kinds have none."""
    read = {"table": _cells, "fhir": _strings, "report": _lines}.get(kind)
    return {found for found in set(read(path)) if suspects(found[1])} if read else set()


def _cells(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield from ((column, cell) for column, cell in row.items() if cell)


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    yield from (("report", line) for line in path.read_text("utf-8").splitlines())


def _strings(path: Path) -> Iterator[tuple[str, str]]:
    waiting: list[tuple[str, object]] = [("", json.loads(path.read_text("utf-8")))]
    while waiting:
        name, node = waiting.pop()
        if isinstance(node, dict):
            waiting += node.items()
        elif isinstance(node, list):
            waiting += [(name, one) for one in node]
        elif isinstance(node, str):
            yield name, node
