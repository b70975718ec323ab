"""Run a plan on many cases on disk: each in a process with limits, none twice, none lost."""

import importlib
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import file_digest
from pathlib import Path
from typing import Any

from renkei import child
from renkei.compute import WorkerLostError, map_cases
from renkei.errors import DataRefusedError
from renkei.preprocess.case import Given, Produced, run_case
from renkei.preprocess.days import count_days, read_days
from renkei.preprocess.environment import environment
from renkei.preprocess.folder import RECORD, FolderCase, write_case
from renkei.preprocess.formats import Format
from renkei.preprocess.held import Kind, kind_of
from renkei.preprocess.journal import MOST_DEATHS, Journal, State
from renkei.preprocess.kept import FolderStore
from renkei.preprocess.keys import code_digests
from renkei.preprocess.plan import Plan, parse_plan
from renkei.preprocess.prov import read_record
from renkei.proof import canonical, digest

OWN = ".renkei"
JOURNAL = "journal.jsonl"
CACHE = ".cache"
RUN = "run"
MISSING = "missing_role"
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one case may take, how many run at once, and where: here or on a Dask cluster."""

    jobs: int = 1
    seconds: float = 3600.0
    memory_mb: int = 8192
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What a process needs to run a case on its own; it travels to where the case is run."""

    plan: str
    codes: Mapping[str, str]
    run: str
    out: Path
    form: Format = Format.NIFTI


@dataclass(slots=True)
class Counts:
    """Every case that went in is in one of these when a run ends."""

    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    poison: int = 0

    def add(self, line: Line) -> None:
        """Count the end of a case."""
        if line["state"] == State.DONE:
            self.done += 1
        elif line["state"] == State.REFUSED:
            self.refused[str(line["code"])] += 1
        else:
            self.poison += 1

    @property
    def text(self) -> str:
        """Return the counts as a sentence."""
        why = ", ".join(f"{code} {n}" for code, n in sorted(self.refused.items()))
        refused = f"{self.refused.total()} refused{f' ({why})' if why else ''}"
        total = self.done + self.refused.total() + self.poison
        return f"{total} cases: {self.done} done, {refused}, {self.poison} poison"


def open_journal(plan: Plan, out: Path) -> Journal:
    """Return the journal of a folder for this plan, code and versions."""
    run = {"plan": plan.sha256, "code": code_digests(plan), "libraries": environment()}
    return Journal(out / OWN / JOURNAL, digest(canonical(run)))


def run_batch(
    plan: Plan,
    cases: Sequence[FolderCase],
    out: Path,
    *,
    limits: Limits,
    form: Format = Format.NIFTI,
) -> Iterator[Line]:
    """Run a plan on each case, and yield how each ended, as they end.

    A case whose process dies (over its memory or time, a broken decoder, the whole command killed)
    runs again; after three deaths it is set aside as poison.
    """
    child.preload(__name__)
    journal = open_journal(plan, out)
    deaths = Counter(journal.deaths())
    work = Work(plan.text, code_digests(plan), journal.run, out.absolute(), form)
    for case in cases:
        if case.missing:
            yield _end(journal, case, State.REFUSED, code=MISSING, why=_missing(case))
    waiting = [case for case in cases if not case.missing]
    while waiting:
        for case in (one for one in waiting if deaths[one.name] >= MOST_DEATHS):
            why = "The case ended its process three times and was set aside."
            yield _end(journal, case, State.POISON, code="poison", why=why)
        waiting = [one for one in waiting if deaths[one.name] < MOST_DEATHS]
        again = []
        for case, answer in _answers(journal, work, waiting, limits):
            if _died(answer):
                # A cluster has tried again on other workers before it says so.
                lost = isinstance(answer, WorkerLostError)
                deaths[case.name] += MOST_DEATHS if lost else 1
                journal.write(case.name, State.DIED)
                again.append(case)
            else:
                yield _ended(journal, case, answer)
        waiting = again


def run_files(case: FolderCase, *, work: Work) -> Line:
    """Run a plan on one case on disk, write its results, and say how it went."""
    plan = parse_plan(work.plan)
    scratch = work.out / OWN / "scratch" / digest(case.name.encode())[:16]
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        store = FolderStore(work.out / CACHE)
        given = given_of(case, plan)
        produced = run_case(work.plan, given, scratch, views=True, store=store, codes=work.codes)
        line = _said(produced)
        produced = replace(produced, record={**produced.record, RUN: work.run})
        sources = case.scans[plan.roles[0]][0].files
        write_case(work.out / case.name, produced, plan, work.form, sources)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return line | {"out": str(work.out / case.name)}


def given_of(case: FolderCase, plan: Plan) -> dict[str, list[Given]]:
    """Return the files of a case with their hashes, labels and days.

    Raises:
        BadDaysError: The days of a time series are not said, or not in order.
    """
    given: dict[str, list[Given]] = {}
    for role, scans in case.scans.items():
        days: Sequence[int | None] = [None] * len(scans)
        if role in plan.many and kind_of(plan.inputs[role]) is Kind.VOLUME:
            table, named = case.days.get(role), [one.name for one in scans]
            stated = read_days(table, named) if table else None
            days = count_days([one.files for one in scans], stated)
        given[role] = [
            Given(
                one.files,
                [_hash(file) for file in one.files],
                one.labels.read_bytes() if one.labels else None,
                day,
            )
            for one, day in zip(scans, days, strict=True)
        ]
    return given


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _answers(
    journal: Journal, work: Work, cases: Sequence[FolderCase], limits: Limits
) -> Iterator[tuple[FolderCase, Line | Exception]]:
    begun: set[str] = set()

    def begin(case: FolderCase) -> None:
        begun.add(case.name)
        journal.write(case.name, State.BEGUN)

    try:
        for case, answer in map_cases(
            partial(run_files, work=work),
            cases,
            jobs=limits.jobs,
            seconds=limits.seconds,
            memory_mb=limits.memory_mb,
            address=limits.address,
            begin=begin,
        ):
            begun.discard(case.name)
            yield case, answer
    finally:
        # Stopped by hand, or by the first unexpected error: no case is to blame.
        for name in begun:
            journal.write(name, State.STOPPED)


def _died(answer: Line | Exception) -> bool:
    if isinstance(answer, child.ChildTimeoutError | WorkerLostError):
        return True
    return isinstance(answer, child.ChildCrashedError) and "error" not in answer.facts


def _ended(journal: Journal, case: FolderCase, answer: Line | Exception) -> Line:
    if isinstance(answer, DataRefusedError):
        code = str(answer.facts.get("code") or answer.code)
        return _end(journal, case, State.REFUSED, code=code, why=answer.sentence)
    if isinstance(answer, Exception):
        raise answer
    return _end(journal, case, State.DONE, **answer)


def _end(journal: Journal, case: FolderCase, state: State, **facts: Any) -> Line:
    journal.write(case.name, state, **facts)
    return {"case": case.name, "state": str(state), **facts}


def _missing(case: FolderCase) -> str:
    return f"The case has no {' and no '.join(case.missing)}."


def _said(produced: Produced) -> Line:
    inputs: Any = produced.record["inputs"]
    outputs: Any = produced.record["outputs"]
    shapes = [scan.get("shape") for one in inputs.values() for scan in one["scans"]]
    voxels = sum(int(z) * int(y) * int(x) for z, y, x in filter(None, shapes))
    return {
        "finding": str(produced.finding),
        "codes": list(produced.codes),
        "sha256": {name: one["sha256"] for name, one in outputs.items()},
        "voxels": voxels,
        "seconds": {name: round(s, 4) for name, s in produced.seconds.items()},
        "memory_mb": _peak_mb(),
    }


def _peak_mb() -> int | None:
    if sys.platform == "win32":
        return None
    resource = importlib.import_module("resource")
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) // 1024


def is_done(out: Path, case: FolderCase, run: str | None = None) -> bool:
    """Tell whether the results of a case are there, whole, and of this run where one is named."""
    if not (out / case.name / RECORD).is_file():
        return False
    return run is None or read_record(out / case.name).get(RUN) == run
