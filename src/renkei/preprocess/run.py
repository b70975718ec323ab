"""Run a plan on the scans of one case: new bytes, and a record of how they came to be."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from renkei.preprocess.environment import environment
from renkei.preprocess.held import Held
from renkei.preprocess.kept import BadKeptError, Store, can_keep, pack_dones, unpack_dones
from renkei.preprocess.made import (
    Made,
    WrongInputError,
    check_held,
    digest_of,
    facts_of,
    write_held,
)
from renkei.preprocess.plan import Plan, PlannedStep
from renkei.preprocess.step import Done, Finding, Takes

CODE = "renkei.preprocess"
FORMAT = "renkei.run/1"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run gives; `record` is the provenance: hashes, parameters, versions, measures.

    It holds no name, date or place, so that it may travel with the data. `files` are what steps
    give beside the results, such as `mr_on_ct.transform.tfm`. `seconds` are the CPU seconds of each
    line that ran, by its output.
    """

    scans: Mapping[str, tuple[Held, ...]]
    made: tuple[Made, ...]
    files: Mapping[str, bytes]
    finding: Finding
    codes: tuple[str, ...]
    record: Mapping[str, Any]
    seconds: Mapping[str, float] = field(default_factory=dict)


def run_plan(
    plan: Plan,
    scans: Mapping[str, Held | tuple[Held, ...]],
    *,
    sources: Mapping[str, list[str]] | None = None,
    keys: Mapping[str, str] | None = None,
    store: Store | None = None,
) -> Ran:
    """Run every step in order; one that is kept in `store` under its key does not run again.

    `sources` are the SHA-256 of the files behind each input; without them the record names the
    hash of each input's voxels. `keys` are those of every input and output (`keys.plan_keys`).

    Raises:
        WrongInputError: An input is missing, of another modality, or its labels lie elsewhere.
        StepRefusedError: A step would have had to guess.
    """
    known = {n: held if isinstance(held, tuple) else (held,) for n, held in scans.items()}
    _check_inputs(plan, known)
    sources = sources or {
        role: [digest_of(write_held(role, one)) for one in known[role]] for role in plan.roles
    }
    steps: list[dict[str, Any]] = []
    findings: list[tuple[Finding, str | None]] = []
    files: dict[str, bytes] = {}
    seconds: dict[str, float] = {}
    for number, planned in enumerate(plan.steps, 1):
        key = keys[planned.output] if keys else None
        started = time.process_time()
        dones, ran = _find_or_run(planned, known, key, store if planned.step.keeps else None)
        if ran:
            seconds[planned.output] = time.process_time() - started
        known[planned.output] = tuple(one for done in dones for one in done.scans)
        findings += [(done.finding, done.code) for done in dones]
        for name, done in zip(names(planned.output, len(dones)), dones, strict=True):
            steps.append(_said(planned, name, done, key))
            files |= {f"{name}.{file}": data for file, data in done.files.items()}
        _forget(known, plan, number)
    made = tuple(
        write_held(name, one)
        for result in plan.results
        for name, one in zip(names(result, len(known[result])), known[result], strict=True)
    )
    codes = tuple(code for _, code in findings if code)
    doubt = any(finding is not Finding.ACCEPT for finding, _ in findings)
    record = {
        "format": FORMAT,
        "plan": {"name": plan.name, "version": plan.version, "sha256": plan.sha256},
        "environment": environment(),
        "inputs": {
            role: _given(known[role], sources[role], keys[role] if keys else None)
            for role in plan.roles
        },
        "steps": steps,
        "outputs": {one.name: {"sha256": digest_of(one), **one.facts} for one in made},
    }
    finding = Finding.REVIEW if doubt else Finding.ACCEPT
    results = {n: known[n] for n in plan.results}
    return Ran(results, made, files, finding, codes, record, seconds)


def _forget(known: dict[str, tuple[Held, ...]], plan: Plan, number: int) -> None:
    """Let go of what no step from `number` on works on and nobody is given."""
    needed = {*plan.roles, *plan.results}
    for planned in plan.steps[number:]:
        needed |= {*planned.inputs, str(planned.to)}
    for name in known.keys() - needed:
        del known[name]


def run_step(planned: PlannedStep, known: Mapping[str, tuple[Held, ...]]) -> list[Done]:
    """Run one step on each scan of its input, or on all of them at once.

    Raises:
        StepRefusedError: The step would have had to guess.
    """
    step, params = planned.step, planned.params
    given = [one for name in planned.inputs for one in known[name]]
    if step.takes is Takes.SERIES:
        return [step.run(tuple(given), params)]
    if step.takes is Takes.ONE:
        return [step.run(one, params) for one in given]
    fixed = known[str(planned.to)]
    if len(fixed) not in {1, len(given)}:
        raise WrongInputError("A pair needs one scan to align to, or one for each.")
    return [step.run(one, fixed[i if len(fixed) > 1 else 0], params) for i, one in enumerate(given)]


def _find_or_run(
    planned: PlannedStep,
    known: Mapping[str, tuple[Held, ...]],
    key: str | None,
    store: Store | None,
) -> tuple[list[Done], bool]:
    """Return what the step gives, and whether it had to run for it."""
    if store is None or key is None:
        return run_step(planned, known), True
    found = store.find(key)
    if found is not None:
        # Where it is damaged, the step makes it again.
        with suppress(BadKeptError):
            return unpack_dones(found), False
    dones = run_step(planned, known)
    if can_keep(dones):
        store.keep(key, pack_dones(dones))
    return dones, True


def _given(scans: tuple[Held, ...], sources: list[str], key: str | None) -> dict[str, Any]:
    return {"sha256": sorted(sources), "scans": [facts_of(one) for one in scans], "key": key}


def names(output: str, count: int) -> list[str]:
    """Return the names of `count` results: the output's own, or numbered from 1."""
    return [output] if count == 1 else [f"{output}.{n + 1}" for n in range(count)]


def _said(planned: PlannedStep, name: str, done: Done, key: str | None) -> dict[str, Any]:
    return {
        "step": planned.step.name,
        "version": planned.step.version,
        "params": {k: _plain(v) for k, v in planned.params.items()},
        "input": list(planned.inputs),
        "to": planned.to,
        "output": name,
        "key": key,
        "measures": {k: float(v) for k, v in done.measures.items()},
        "finding": str(done.finding),
        "code": done.code,
    }


def _check_inputs(plan: Plan, known: Mapping[str, tuple[Held, ...]]) -> None:
    for role, modality in plan.inputs.items():
        if not known.get(role):
            raise WrongInputError(f"The plan needs an input {role!r}.")
        if len(known[role]) > 1 and role not in plan.many:
            raise WrongInputError(f"The plan takes one scan as {role!r}.")
        for held in known[role]:
            check_held(held, role, modality)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
