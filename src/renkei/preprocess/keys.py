"""The key of what a step makes: all that decides its bytes, known before anything runs."""

import ast
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from renkei.preprocess.environment import environment
from renkei.preprocess.plan import Plan
from renkei.preprocess.step import Step
from renkei.proof import canonical, digest

Inputs = Sequence[tuple[Sequence[str], str | None]]
OWN = "renkei"
READERS = ("renkei.imaging.volume", "renkei.imaging.nifti")
# Steps use one numeric thread and a fixed seed of their own.
FIXED = {"seed": 0, "threads": 1}


def code_digests(plan: Plan) -> dict[str, str]:
    """Return the hash of the code of each step of a plan by its name, and that of the readers.

    It takes a tenth of a second, so whoever runs many cases does it once.
    """
    steps = {planned.step.name: code_digest(planned.step) for planned in plan.steps}
    return {"": _digest_of(READERS, OWN), **steps}


def plan_keys(plan: Plan, inputs: Mapping[str, Inputs], codes: Mapping[str, str]) -> dict[str, str]:
    """Return the key of every input and output of a plan.

    `inputs` are for each scan of a role what decides it, such as the SHA-256 of its files, and the
    hash of its labels.
    """
    keys = {role: _input_key(plan, role, inputs[role], codes[""]) for role in inputs}
    for planned in plan.steps:
        step = planned.step
        said = {
            "step": step.name,
            "version": step.version,
            "code": codes[step.name],
            "params": {name: _plain(value) for name, value in planned.params.items()},
            "input": [keys[name] for name in planned.inputs],
            "to": keys[planned.to] if planned.to else None,
            "libraries": environment(),
            **FIXED,
        }
        keys[planned.output] = digest(canonical(said))
    return keys


def run_key(plan: Plan, inputs: Mapping[str, Inputs], codes: Mapping[str, str]) -> str:
    """Return the hash of all that decides what a run makes; the same key needs no second run."""
    return digest(canonical({"plan": plan.sha256, "keys": plan_keys(plan, inputs, codes)}))


def _input_key(plan: Plan, role: str, scans: Inputs, code: str) -> str:
    said = {
        "modality": plan.inputs[role],
        "accept": sorted(plan.accept.get(role, ())),
        "scans": [{"files": sorted(files), "labels": labels} for files, labels in scans],
        "code": code,
    }
    return digest(canonical(said))


def code_digest(step: Step) -> str:
    """Return the hash of a step's module and of all modules of its package that it names."""
    run: Any = step.run
    while isinstance(run, partial):
        run = run.func
    module = str(run.__module__)
    return _digest_of((module,), module.split(".", 1)[0])


@cache
def _digest_of(modules: tuple[str, ...], root: str) -> str:
    found: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name], named = _read(name)
        waiting += [one for one in named if one.split(".", 1)[0] in {root, OWN}]
    return digest(canonical(found))


@cache
def _read(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the hash of a module's source, and what it imports."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        return "", ()
    source = Path(spec.origin).read_bytes()
    # What a package opens its door to is not what a step uses of it.
    door = spec.submodule_search_locations is not None
    return digest(source), () if door else tuple(_imports(source))


def _imports(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if _is_module(inner) else node.module


@cache
def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
