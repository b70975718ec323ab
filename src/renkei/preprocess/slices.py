"""Results of a run as DICOM: each in a folder of its own, naming its sources and what was done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from renkei.imaging.dicom import read_header
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume
from renkei.preprocess.derived import RESAMPLING, SMOOTHING, NotDerivableError, derived_slices
from renkei.preprocess.made import Made
from renkei.preprocess.plan import Plan
from renkei.preprocess.steps.denoise import description
from renkei.select.case import is_nifti


def write_slices(
    folder: Path, made: Made, plan: Plan, record: Mapping[str, Any], sources: Sequence[Path]
) -> None:
    """Write a volume as `<name>/0001.dcm` …; `sources` are the files of the plan's one input.

    Raises:
        NotDerivableError: The plan has several inputs, the input is no DICOM slices, or the voxels
            are no whole numbers.
    """
    if len(plan.roles) > 1 or plan.many or not isinstance(made.data, bytes):
        raise NotDerivableError("DICOM is written by plans with one scan; choose another format.")
    files = [file for file in sources if not is_nifti(file)]
    headers = [read_header(file, with_pixels=False) for file in files]
    headers = [header for header in headers if "ImagePositionPatient" in header]
    if not headers:
        raise NotDerivableError("DICOM is written of DICOM slices; choose another format.")
    volume = read_nifti(made.data, modality=plan.inputs[plan.roles[0]])
    volume = replace(volume, sop_uids=_nearest(volume, headers))
    done = list(_line(record, made.name))
    codes = [SMOOTHING] if any(step["step"] == "denoise" for step in done) else []
    moved = {planned.step.name for planned in plan.steps if planned.step.interpolates}
    codes += [RESAMPLING] if any(step["step"] in moved for step in done) else []
    text = " ".join(_said(step) for step in reversed(done))
    place = folder / made.name
    place.mkdir()
    slices = derived_slices(volume, headers, description=text, derivation=codes)
    for n, data in enumerate(slices, start=1):
        (place / f"{n:04d}.dcm").write_bytes(data)


def _nearest(volume: Volume, headers: Sequence[Dataset]) -> tuple[str, ...]:
    """Return for each slice the source whose plane is nearest to its middle."""
    axes = np.array(headers[0].ImageOrientationPatient, float).reshape(2, 3)
    normal = np.cross(*axes)
    planes = np.array([np.dot(normal, np.array(h.ImagePositionPatient, float)) for h in headers])
    found = []
    depth, height, width = volume.geometry.shape
    for z in range(depth):
        middle = volume.geometry.point(z, (height - 1) / 2, (width - 1) / 2)
        away = np.abs(planes - np.dot(normal, middle))
        found.append(str(headers[int(away.argmin())].SOPInstanceUID))
    return tuple(found)


def _line(record: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Return the steps that led to an output, the last one first."""
    made = {step["output"]: step for step in record["steps"]}
    while name in made:
        yield made[name]
        name = made[name]["input"][0]


def _said(step: Mapping[str, Any]) -> str:
    if step["step"] == "denoise":
        return description(step["measures"])
    params = ", ".join(f"{name} {value}" for name, value in step["params"].items())
    return f"{step['step']} ({params})." if params else f"{step['step']}."
