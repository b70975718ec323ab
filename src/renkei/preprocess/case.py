"""One case from bytes to bytes: what a job or a command runs in a process of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from renkei.imaging.labels import unpack
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume, read_series
from renkei.preprocess.plan import parse_plan
from renkei.preprocess.preview import before_and_after, pair_before_and_after
from renkei.preprocess.run import Made, run_plan
from renkei.preprocess.step import Finding, Scan
from renkei.select.case import is_nifti


@dataclass(frozen=True, slots=True)
class Produced:
    """The bytes of a case, two pictures, what the steps' checks say, and the provenance."""

    made: tuple[Made, ...]
    before: bytes
    after: bytes
    finding: Finding
    codes: tuple[str, ...]
    record: Mapping[str, object]


def run_case(
    plan_text: str,
    files: Mapping[str, Sequence[Path | bytes]],
    labels: Mapping[str, bytes],
    sources: Mapping[str, list[str]],
) -> Produced:
    """Read the files of each role, run the plan, and return bytes.

    `labels` are packed labels by role; `sources` the SHA-256 of each role's files.

    Raises:
        SeriesRefusedError: The files of a role make no volume.
        StepRefusedError: A step would have had to guess.
    """
    plan = parse_plan(plan_text)
    scans = {
        role: Scan(
            read_volume(files[role], plan.inputs[role]),
            unpack(labels[role]) if role in labels else None,
        )
        for role in plan.roles
        if role in files
    }
    ran = run_plan(plan, scans, sources=sources)
    first = plan.roles[0]
    if len(plan.results) > 1 and len(plan.roles) > 1:
        fixed, moved = (ran.scans[name].image for name in plan.results[:2])
        pictures = pair_before_and_after(fixed, scans[plan.roles[1]].image, moved)
    else:
        pictures = before_and_after(scans[first], ran.scans[plan.results[0]])
    return Produced(ran.made, *pictures, ran.finding, ran.codes, dict(ran.record))


def read_volume(files: Sequence[Path | bytes], modality: str) -> Volume:
    """Read DICOM files, or one NIfTI, which takes its modality from the plan."""
    if len(files) == 1 and is_nifti(files[0]):
        return read_nifti(files[0], modality=modality)
    return read_series(files)
