"""Run a plan on the scans of one case: new bytes, and a record of how they came to be."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from renkei.errors import DataRefusedError
from renkei.imaging.labels import label_hash, pack
from renkei.imaging.nifti import nifti_bytes
from renkei.preprocess.plan import Plan
from renkei.preprocess.step import Done, Finding, Scan
from renkei.proof import canonical, digest

CODE = "renkei.preprocess"
LIBRARIES = ("numpy", "scipy", "scikit-image", "SimpleITK")


class WrongInputError(DataRefusedError):
    """The scans are not those that the plan asks for."""


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes of one result: NIfTI, and packed labels where the input had any."""

    name: str
    image: bytes
    labels: bytes | None


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run gives; `record` is the provenance: hashes, parameters, versions, measures.

    It holds no name, date or place, so that it may travel with the data.
    """

    scans: Mapping[str, Scan]
    made: tuple[Made, ...]
    finding: Finding
    codes: tuple[str, ...]
    record: Mapping[str, Any]


def run_plan(
    plan: Plan, scans: Mapping[str, Scan], *, sources: Mapping[str, list[str]] | None = None
) -> Ran:
    """Run every step in order.

    `sources` are the SHA-256 of the files behind each input; without them the record names the
    hash of each input's voxels.

    Raises:
        WrongInputError: An input is missing, of another modality, or its labels lie elsewhere.
        StepRefusedError: A step would have had to guess.
    """
    _check_inputs(plan, scans)
    sources = sources or {role: [digest(nifti_bytes(scans[role].image))] for role in plan.roles}
    known = dict(scans)
    steps = []
    findings: list[Done] = []
    for planned in plan.steps:
        fixed = known[planned.to] if planned.to else None
        done = planned.step.run(known[planned.input], planned.params, fixed)
        known[planned.output] = done.scan
        findings.append(done)
        steps.append(
            {
                "step": planned.step.name,
                "version": planned.step.version,
                "params": {k: _plain(v) for k, v in planned.params.items()},
                "input": planned.input,
                "output": planned.output,
                "measures": {k: float(v) for k, v in done.measures.items()},
                "finding": str(done.finding),
                "code": done.code,
            }
        )
    made = tuple(_made(name, known[name]) for name in plan.results)
    codes = tuple(done.code for done in findings if done.code)
    doubt = any(done.finding is not Finding.ACCEPT for done in findings)
    record = {
        "format": "renkei.run/1",
        "plan": {"name": plan.name, "version": plan.version, "sha256": plan.sha256},
        "environment": environment(),
        "inputs": {role: _input(scans[role], sources[role]) for role in plan.roles},
        "steps": steps,
        "outputs": {one.name: _output(one, known[one.name]) for one in made},
    }
    finding = Finding.REVIEW if doubt else Finding.ACCEPT
    return Ran({n: known[n] for n in plan.results}, made, finding, codes, record)


def run_key(plan: Plan, sources: Mapping[str, list[str]], labels: str | None) -> str:
    """Return the hash of everything that decides the bytes; the same key needs no second run."""
    said = {
        "plan": plan.sha256,
        "sources": {role: sorted(hashes) for role, hashes in sources.items()},
        "labels": labels,
        "environment": environment(),
    }
    return digest(canonical(said))


def environment() -> dict[str, str]:
    """Return the versions that decide the bytes."""
    return {
        "renkei": version("renkei"),
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def _check_inputs(plan: Plan, scans: Mapping[str, Scan]) -> None:
    for role, modality in plan.inputs.items():
        if role not in scans:
            raise WrongInputError(f"The plan needs an input {role!r}.")
        scan = scans[role]
        if scan.image.modality != modality:
            raise WrongInputError(f"The input {role!r} must be {modality}.")
        if scan.labels and not scan.labels.geometry.close_to(scan.image.geometry):
            raise WrongInputError(f"The labels of {role!r} do not lie on its grid.")


def _made(name: str, scan: Scan) -> Made:
    return Made(name, nifti_bytes(scan.image), pack(scan.labels) if scan.labels else None)


def _input(scan: Scan, sources: list[str]) -> dict[str, Any]:
    return {
        "sha256": sorted(sources),
        "labels": label_hash(scan.labels) if scan.labels else None,
        "shape": list(scan.image.geometry.shape),
        "spacing_mm": [float(s) for s in scan.image.geometry.spacing],
    }


def _output(made: Made, scan: Scan) -> dict[str, Any]:
    return {
        "sha256": digest(made.image),
        "labels": label_hash(scan.labels) if scan.labels else None,
        "shape": list(scan.image.geometry.shape),
        "spacing_mm": [float(s) for s in scan.image.geometry.spacing],
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
