"""How a case came to be, as W3C PROV (PROV-DM): entities, activities, and who used what."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renkei.errors import DataRefusedError, NotFoundError
from renkei.plugins import need_extra
from renkei.preprocess.folder import RECORD
from renkei.preprocess.run import FORMAT

MAX_BYTES = 64 << 20
SPACE = "urn:renkei:"


class NoRecordError(NotFoundError):
    """The folder holds no provenance record."""


class BadRecordError(DataRefusedError):
    """The record is not one that a run wrote."""


def read_record(case: Path) -> dict[str, Any]:
    """Return the provenance record in the folder of a case.

    Raises:
        NoRecordError: There is none.
        BadRecordError: It is not one that a run wrote.
    """
    path = case / RECORD
    if not path.is_file():
        raise NoRecordError("This folder holds no provenance.json; give a case in OUT.")
    if path.stat().st_size > MAX_BYTES:
        raise BadRecordError("The record is larger than any that a run of a plan writes.")
    try:
        record: Any = json.loads(path.read_text("utf-8"))
        parts = {"plan", "inputs", "steps", "outputs", "environment"}
        if record["format"] == FORMAT and parts <= set(record):
            return dict(record)
    except (ValueError, KeyError, TypeError):
        pass
    raise BadRecordError("The record is not one that a run of a plan wrote.")


def as_prov(record: Mapping[str, Any], *, notation: str = "json") -> str:
    """Return a record as PROV-JSON, or as PROV-N (`provn`).

    Files are entities by their SHA-256; what steps pass on, by the key of the step that made it.
    No time stands in it: a record of the same run is the same document.
    """
    need_extra("imaging", "prov")
    from prov.model import ProvDocument

    document: Any = ProvDocument()
    document.add_namespace("renkei", SPACE)
    plan = record["plan"]
    agent = document.agent("renkei:software", _plain(record["environment"]))
    script = document.entity(f"renkei:plan-{plan['sha256']}", _plain(plan))
    entities = _inputs(document, record)
    for n, step in enumerate(record["steps"]):
        key = step["key"] or str(n)
        activity = document.activity(
            f"renkei:step-{key}-{step['output']}",
            other_attributes=_plain(
                {"step": step["step"], "version": step["version"], "finding": step["finding"]}
                | {f"param-{k}": v for k, v in step["params"].items()}
                | {f"measure-{k}": v for k, v in step["measures"].items()}
            ),
        )
        document.association(activity, agent, script)
        output = step["output"]
        made = document.entity(f"renkei:made-{key}-{output}", {"renkei:name": output})
        document.generation(made, activity)
        for name in [*step["input"], *([step["to"]] if step["to"] else [])]:
            for used in _named(entities, name, output):
                document.usage(activity, used)
                document.derivation(made, used, activity)
        entities[output] = made
    for name, result in record["outputs"].items():
        file = document.entity(f"renkei:sha256-{result['sha256']}", {"renkei:name": name})
        document.derivation(file, entities[name])
        if result.get("labels"):
            labels = document.entity(f"renkei:labels-{result['labels']}")
            document.derivation(labels, entities[name])
    if notation == "provn":
        return str(document.get_provn())
    text = io.StringIO()
    document.serialize(text, format="json", indent=1)
    return text.getvalue()


def _inputs(document: Any, record: Mapping[str, Any]) -> dict[str, Any]:
    entities = {}
    for role, one in record["inputs"].items():
        read = document.entity(
            f"renkei:input-{one.get('key') or role}",
            {"renkei:name": role, "renkei:scans": len(one["scans"])},
        )
        for sha256 in one["sha256"]:
            document.derivation(read, document.entity(f"renkei:sha256-{sha256}"))
        for labels in filter(None, (scan.get("labels") for scan in one["scans"])):
            document.derivation(read, document.entity(f"renkei:labels-{labels}"))
        entities[role] = read
    return entities


def _named(entities: Mapping[str, Any], name: str, output: str) -> list[Any]:
    """Return what a step used by a name: one thing, or the scan of its own place in a series."""
    if name in entities:
        return [entities[name]]
    place = output.rpartition(".")[2]
    own = entities.get(f"{name}.{place}")
    return [own] if own else [one for n, one in entities.items() if n.rpartition(".")[0] == name]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"renkei:{name.replace(' ', '_')}": value
        if isinstance(value, str | bool | int | float)
        else json.dumps(value)
        for name, value in values.items()
        if value is not None
    }
