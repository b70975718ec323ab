"""One case from bytes to bytes: what a job or a command runs in a process of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import polars as pl

from renkei.imaging.labels import unpack
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume, read_series
from renkei.preprocess.held import SLIDE, TABLE, Held, Scan, SlideScan, TableScan
from renkei.preprocess.made import Made
from renkei.preprocess.plan import Plan, parse_plan
from renkei.preprocess.preview import before_and_after, pair_before_and_after
from renkei.preprocess.run import Ran, run_plan
from renkei.preprocess.step import Finding
from renkei.select.case import is_nifti

Pictures = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Given:
    """One scan, slide or table of an input: its files, their SHA-256, and packed labels."""

    files: Sequence[Path | bytes]
    sources: Sequence[str]
    labels: bytes | None = None


@dataclass(frozen=True, slots=True)
class Produced:
    """The results of a case, two pictures, what the steps' checks say, and the provenance.

    `files` are what steps give beside the results, such as a transform.
    """

    made: tuple[Made, ...]
    files: Mapping[str, bytes]
    pictures: Pictures | None
    finding: Finding
    codes: tuple[str, ...]
    record: Mapping[str, object]


def run_case(plan_text: str, given: Mapping[str, Sequence[Given]], scratch: Path) -> Produced:
    """Read the files of each role, run the plan, and return bytes.

    A role of a time series gives its scans oldest first. Slides are written into `scratch`.

    Raises:
        SeriesRefusedError: The files of a role make no volume.
        StepRefusedError: A step would have had to guess.
    """
    plan = parse_plan(plan_text)
    held = {
        role: tuple(read_held(one, plan.inputs[role], scratch) for one in given[role])
        for role in plan.roles
        if role in given
    }
    sources = {r: [sha for one in scans for sha in one.sources] for r, scans in given.items()}
    ran = run_plan(plan, held, sources=sources)
    pictures = _pictures(plan, held, ran)
    return Produced(ran.made, ran.files, pictures, ran.finding, ran.codes, dict(ran.record))


def read_held(given: Given, modality: str, scratch: Path) -> Held:
    """Read a volume with its labels, a slide or a table, as its modality says."""
    if modality == SLIDE:
        return SlideScan(_on_disk(given.files[0], scratch), scratch)
    if modality == TABLE:
        file = given.files[0]
        frame = pl.read_parquet(file if isinstance(file, Path) else BytesIO(file))
        return TableScan("table", frame)
    labels = unpack(given.labels) if given.labels is not None else None
    return Scan(read_volume(given.files, modality), labels)


def read_volume(files: Sequence[Path | bytes], modality: str) -> Volume:
    """Read DICOM files, or one NIfTI, which takes its modality from the plan."""
    if len(files) == 1 and is_nifti(files[0]):
        return read_nifti(files[0], modality=modality)
    return read_series(files)


def _on_disk(file: Path | bytes, scratch: Path) -> Path:
    if isinstance(file, Path):
        return file
    path = scratch / "given.tif"
    path.write_bytes(file)
    return path


def _pictures(plan: Plan, held: Mapping[str, tuple[Held, ...]], ran: Ran) -> Pictures | None:
    """Return before and after of the first volume, or of a pair; None where there is no volume."""
    before = held[plan.roles[0]][0]
    after = [ran.scans[name][0] for name in plan.results]
    if not isinstance(before, Scan) or not isinstance(after[0], Scan):
        return None
    if len(plan.roles) > 1 and len(after) > 1 and isinstance(after[1], Scan):
        moving = held[plan.roles[1]][0]
        if isinstance(moving, Scan):
            return pair_before_and_after(after[0].image, moving.image, after[1].image)
    return before_and_after(before, after[0])
