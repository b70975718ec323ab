"""NIfTI with its meaning: label maps beside one JSON file that says what the numbers stand for."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from renkei.annotate.compare import label_set
from renkei.annotate.files import Format, LabelFileRefusedError, read_labels, write_labels
from renkei.annotate.vocabulary import Vocabulary
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.volume import Volume

ENDING = ".nii.gz"
MAX_BYTES = 2**20


def sidecar_of(path: Path) -> Path:
    """Return where the meaning of a NIfTI lies: `labels.json` beside `labels.nii.gz`."""
    return path.with_name(path.name.removesuffix(".gz").removesuffix(".nii") + ".json")


def nifti_files(labels: LabelSet, vocabulary: Vocabulary, path: Path) -> dict[Path, bytes]:
    """Return the files that hold labels: maps without overlap, and their meaning.

    One map at `path`; where labels overlap it holds the first group of the vocabulary, and each
    other group has a map beside it (`labels-lesions.nii.gz`). Labels without
    voxels stand in the meaning alone: asserted absences.
    """
    stem = path.name.removesuffix(ENDING)
    maps = {path.name: labels.segments}
    if _overlap(labels.segments):
        of = {term.key: term.group for term in vocabulary.terms}
        held = [g for g in vocabulary.groups if any(of[s.name] == g for s in labels.segments)]
        names = [path.name, *(f"{stem}-{group}{ENDING}" for group in held[1:])]
        maps = {
            name: tuple(s for s in labels.segments if of[s.name] == group)
            for name, group in zip(names, held, strict=True)
        }
    files = {
        path.with_name(name): write_labels(replace(labels, segments=segments), Format.NIFTI)
        for name, segments in maps.items()
    }
    said = {
        "vocabulary": vocabulary.reference,
        "files": [
            {"file": name, "labels": [_said(segment) for segment in segments]}
            for name, segments in maps.items()
        ],
    }
    text = json.dumps(said, ensure_ascii=False, indent=1)
    return files | {sidecar_of(path): text.encode()}


def read_nifti_files(path: Path, vocabulary: Vocabulary, image: Volume | None) -> LabelSet:
    """Return the labels of every map that the file of meaning beside `path` names.

    Raises:
        LabelFileRefusedError: The meaning is broken, names files elsewhere, or maps that overlap.
    """
    with sidecar_of(path).open("rb") as file:
        text = file.read(MAX_BYTES)
    try:
        rows = [
            (str(row["file"]), {int(label["number"]): str(label["key"]) for label in row["labels"]})
            for row in json.loads(text)["files"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise LabelFileRefusedError(
            "The JSON file beside the NIfTI does not say what its numbers mean."
        ) from error
    masks: dict[str, NDArray[np.bool_]] = {}
    base: LabelSet | None = None
    for name, values in rows:
        if Path(name).name != name or not name.endswith(ENDING):
            raise LabelFileRefusedError("The JSON file names a map that is not beside it.")
        data = path.with_name(name).read_bytes()
        read = read_labels(data, Format.NIFTI, vocabulary, image=image, values=values)
        if base is not None and not base.geometry.close_to(read.geometry):
            raise LabelFileRefusedError("The maps that belong together lie on different grids.")
        base = read
        masks |= {segment.name: segment.mask for segment in read.segments}
    if base is None:
        raise LabelFileRefusedError("The JSON file beside the NIfTI names no map.")
    return label_set(replace(base, segments=()), masks, vocabulary)


def _overlap(segments: Sequence[Segment]) -> bool:
    seen: NDArray[np.bool_] | None = None
    for segment in segments:
        if seen is None:
            seen = segment.mask.copy()
        elif (seen & segment.mask).any():
            return True
        else:
            seen |= segment.mask
    return False


def _said(segment: Segment) -> dict[str, object]:
    code = segment.code
    return {
        "number": segment.number,
        "key": segment.name,
        "code": [code.scheme, code.value, code.meaning],
    }
