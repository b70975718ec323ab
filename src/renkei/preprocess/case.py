"""One case from bytes to bytes: what a job or a command runs in a process of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

import polars as pl

from renkei.imaging.labels import unpack
from renkei.imaging.nifti import read_nifti
from renkei.imaging.stack import StackCode
from renkei.imaging.volume import Volume, read_series
from renkei.preprocess.held import SLIDE, TABLE, Held, Scan, SlideScan, TableScan
from renkei.preprocess.kept import KnownStore, Store
from renkei.preprocess.keys import code_digests, plan_keys
from renkei.preprocess.made import Made
from renkei.preprocess.plan import Plan, parse_plan
from renkei.preprocess.rescale import new_file
from renkei.preprocess.run import Ran, run_plan
from renkei.preprocess.step import Finding
from renkei.preprocess.views import Views, name_layers, view_run
from renkei.proof import digest
from renkei.select.case import is_nifti

CHANGE_MAP = "change.nii.gz"


@dataclass(frozen=True, slots=True)
class Given:
    """One scan, slide or table of an input: its files, their SHA-256, and packed labels.

    `day` counts from the first scan of a time series.
    """

    files: Sequence[Path | bytes]
    sources: Sequence[str]
    labels: bytes | None = None
    day: int | None = None

    @property
    def decides(self) -> list[str]:
        """Return what of the scan decides the bytes, but for its labels."""
        return [*self.sources, *([] if self.day is None else [f"day {self.day}"])]


@dataclass(frozen=True, slots=True)
class Produced:
    """The results of a case, what the steps' checks say, the provenance, and how it looks.

    `files` are what steps give beside the results, such as a transform; a run has `views` where
    they were asked for. `seconds` as `run.Ran` has them.
    """

    made: tuple[Made, ...]
    files: Mapping[str, bytes]
    finding: Finding
    codes: tuple[str, ...]
    record: Mapping[str, object]
    views: Views | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)


def run_case(
    plan_text: str,
    given: Mapping[str, Sequence[Given]],
    scratch: Path,
    *,
    views: bool = False,
    store: Store | None = None,
    codes: Mapping[str, str] | None = None,
) -> Produced:
    """Read the files of each role, run the plan, and return bytes.

    A role of a time series gives its scans oldest first. Slides are written into `scratch`. What
    costly steps gave is found and kept in `store`; `codes` are `keys.code_digests` of the plan.

    Raises:
        SeriesRefusedError: The files of a role make no volume.
        StepRefusedError: A step would have had to guess.
    """
    plan = parse_plan(plan_text)
    held = read_inputs(plan, given, scratch)
    sources = {r: [sha for one in scans for sha in one.sources] for r, scans in given.items()}
    keys = case_keys(plan, given, codes or code_digests(plan))
    ran = run_plan(plan, held, sources=sources, keys=keys, store=store)
    seen = view_run(_layers(plan, held, ran), _change(ran.files)) if views else None
    record = dict(ran.record)
    return Produced(ran.made, ran.files, ran.finding, ran.codes, record, seen, ran.seconds)


def run_known(
    plan_text: str,
    given: Mapping[str, Sequence[Given]],
    scratch: Path,
    known: Mapping[str, bytes],
    codes: Mapping[str, str],
) -> tuple[Produced, dict[str, bytes]]:
    """Run a case with what is known of its costly steps, and return what was added to that.

    Raises:
        SeriesRefusedError: The files of a role make no volume.
        StepRefusedError: A step would have had to guess.
    """
    store = KnownStore(known)
    produced = run_case(plan_text, given, scratch, views=True, store=store, codes=codes)
    return produced, store.added


def case_keys(
    plan: Plan, given: Mapping[str, Sequence[Given]], codes: Mapping[str, str]
) -> dict[str, str]:
    """Return the key of every input and output of a case."""
    inputs = {
        role: [(one.decides, digest(one.labels) if one.labels else None) for one in given[role]]
        for role in plan.roles
        if role in given
    }
    # A missing input is refused where the plan is run.
    return plan_keys(plan, inputs, codes) if len(inputs) == len(plan.roles) else {}


def read_inputs(
    plan: Plan, given: Mapping[str, Sequence[Given]], scratch: Path
) -> dict[str, tuple[Held, ...]]:
    """Read the scans of each role of a plan that is given."""
    return {
        role: tuple(
            read_held(one, plan.inputs[role], scratch, plan.accept.get(role, ()))
            for one in given[role]
        )
        for role in plan.roles
        if role in given
    }


def read_held(given: Given, modality: str, scratch: Path, accept: Sequence[StackCode] = ()) -> Held:
    """Read a volume with its labels, a slide or a table, as its modality says.

    `accept` names the oddities of a series that the plan repairs.
    """
    if modality == SLIDE:
        return SlideScan(_on_disk(given.files[0], scratch), scratch)
    if modality == TABLE:
        file = given.files[0]
        frame = pl.read_parquet(file if isinstance(file, Path) else BytesIO(file))
        return TableScan("table", frame)
    labels = unpack(given.labels) if given.labels is not None else None
    image = read_volume(given.files, modality, accept)
    return Scan(replace(image, facts=replace(image.facts, day=given.day)), labels)


def read_volume(
    files: Sequence[Path | bytes], modality: str, accept: Sequence[StackCode] = ()
) -> Volume:
    """Read DICOM files, or one NIfTI, which takes its modality from the plan."""
    if len(files) == 1 and is_nifti(files[0]):
        return read_nifti(files[0], modality=modality)
    return read_series(files, accept=accept)


def _on_disk(file: Path | bytes, scratch: Path) -> Path:
    if isinstance(file, Path):
        return file
    path = new_file(scratch, "given")
    path.write_bytes(file)
    return path


def _layers(plan: Plan, held: Mapping[str, tuple[Held, ...]], ran: Ran) -> dict[str, Held]:
    results = [ran.scans[name] for name in plan.results]
    return name_layers([held[role] for role in plan.roles], results)


def _change(files: Mapping[str, bytes]) -> Volume | None:
    """Return the map of what the newest scan changed by, in standard deviations of noise."""
    found = [data for name, data in files.items() if name.endswith(CHANGE_MAP)]
    return read_nifti(found[-1], modality="MAP") if found else None
