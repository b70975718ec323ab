"""Synthesise a set from a folder of cases: parents, seeds, marks, gate, one hash."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from renkei.errors import DataRefusedError
from renkei.imaging.codes import LESION
from renkei.imaging.labels import LabelSet, Segment, pack
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.synthetic import FILE_PREFIX, Mark, NotMarkedError, mark_nifti, nifti_mark
from renkei.imaging.volume import Volume
from renkei.proof import canonical, digest
from renkei.publish.cases import Folder, check_files
from renkei.publish.load import LoadedCase, load_case
from renkei.synthesize.gate import (
    Crop,
    GateResult,
    check_marks,
    check_memorisation,
    check_physics,
    lesion_crops,
    not_trained,
)
from renkei.synthesize.generator import Background, Generated, Generator, NoRoomError, Params

FORMAT = "renkei.synthetic-set/1"
SET_ID_LETTERS = 16


class NoParentError(DataRefusedError):
    """No case of the train side has the organ."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: how many cases, where, from which seed."""

    count: int
    organ: str = "liver"
    lesion: str = "lesion"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class SyntheticCase:
    """One synthesised case as files, with the name of its parent in the folder."""

    name: str
    parent: str
    image: bytes
    labels: bytes
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SyntheticSet:
    """A set with its document; a set whose gate did not pass is kept and never released."""

    cases: tuple[SyntheticCase, ...]
    document: Mapping[str, Any]
    gate: GateResult

    @property
    def sha256(self) -> str:
        """Return the hash of the document, which holds those of all files and of the gate."""
        return digest(canonical(dict(self.document)))


@dataclass(frozen=True, slots=True)
class _Made:
    parent: LoadedCase
    seed: int
    background: Background
    generated: Generated


def synthesize_folder(
    folder: Folder, *, generator: Generator, wish: Wish, params: Params | None = None
) -> SyntheticSet:
    """Make the wished cases on parents of the train side and send them through the gate.

    wished = made + rejected(reason); the same folder, parameters and seed give the same bytes.

    Raises:
        FileChangedError: A file is not the manifest's; nothing was made.
        NoParentError: No training case has the organ.
    """
    check_files(folder)
    settings = {**generator.params, **(params or {})}
    loaded = [load_case(folder, case) for case in folder.side("train") if case.labels]
    parents = [
        p for p in loaded if _mask(p, wish.organ).any() and not p.case.facts.get("synthetic")
    ]
    if not parents:
        raise NoParentError(f"No case of the train side has {wish.organ}.")
    made, rejected = _generate(parents, generator, wish, settings)
    sha = generator.params_sha256(settings)
    set_id = digest(canonical([folder.version_id, sha, wish.seed, wish.count]))[:SET_ID_LETTERS]
    marks = [Mark(set_id, generator.name, generator.version, m.seed, sha) for m in made]
    cases = tuple(
        _case(number, item, mark, wish)
        for number, (item, mark) in enumerate(zip(made, marks, strict=True), start=1)
    )
    gate = _gate(cases, made, parents, wish)
    document = {
        "format": FORMAT,
        "set_id": set_id,
        "generator": generator.name,
        "generator_version": generator.version,
        "params": settings,
        "params_sha256": sha,
        "organ": wish.organ,
        "seed": wish.seed,
        "version": folder.version_id,
        "wished": wish.count,
        "rejected": dict(sorted(rejected.items())),
        "cases": [_row(case, m) for case, m in zip(cases, made, strict=True)],
        "gate": gate.as_json(),
    }
    return SyntheticSet(cases, document, gate)


def _generate(
    parents: Sequence[LoadedCase], generator: Generator, wish: Wish, params: Params
) -> tuple[list[_Made], Counter[str]]:
    made, rejected = [], Counter[str]()
    order = sorted(parents, key=lambda p: _number(wish.seed, "parent", p.case.name))
    for n in range(wish.count):
        parent = order[n % len(order)]
        seed = _number(wish.seed, "case", n)
        organ = _mask(parent, wish.organ)
        background = Background(
            parent.volume.voxels,
            parent.volume.geometry.spacing,
            parent.volume.modality,
            organ,
            _mask(parent, wish.lesion),
        )
        try:
            made.append(
                _Made(parent, seed, background, generator.generate(background, params, seed))
            )
        except NoRoomError as error:
            rejected[error.code] += 1
    return made, rejected


def _case(number: int, item: _Made, mark: Mark, wish: Wish) -> SyntheticCase:
    volume = item.parent.volume
    image = mark_nifti(
        nifti_bytes(Volume(item.generated.voxels, volume.geometry, volume.modality)), mark
    )
    labels = _labels(item, wish)
    return SyntheticCase(
        name=f"{FILE_PREFIX}{mark.set_id}-{number:04}",
        parent=item.parent.case.name,
        image=image,
        labels=pack(labels),
        facts={
            "synthetic": True,
            "made": bool(item.parent.case.facts.get("made")),
            "modality": volume.modality,
            "label_classes": sorted(s.name for s in labels.segments if s.mask.any()),
            "mark": {
                "set_id": mark.set_id,
                "generator": mark.generator,
                "version": mark.version,
                "seed": mark.seed,
                "params_sha256": mark.params_sha256,
            },
        },
    )


def _labels(item: _Made, wish: Wish) -> LabelSet:
    """Add the new lesions to the lesion segment; every other segment stays as it was."""
    before = item.parent.labels
    assert before is not None  # noqa: S101  only labelled cases are parents
    segments = [
        Segment(s.number, s.name, s.code, s.mask | item.generated.mask)
        if s.name == wish.lesion
        else s
        for s in before.segments
    ]
    if before.named(wish.lesion) is None:
        number = max((s.number for s in segments), default=0) + 1
        segments.append(Segment(number, wish.lesion, LESION, item.generated.mask))
    return LabelSet(before.geometry, tuple(segments), before.vocabulary)


def _gate(
    cases: Sequence[SyntheticCase],
    made: Sequence[_Made],
    parents: Sequence[LoadedCase],
    wish: Wish,
) -> GateResult:
    real = [
        crop for parent in parents for crop in _crops(parent.volume, _mask(parent, wish.lesion))
    ]
    new = [
        crop
        for item in made
        for crop in lesion_crops(
            item.generated.voxels, item.generated.mask, item.background.spacing
        )
    ]
    return GateResult(
        (
            check_memorisation(new, real, seed=wish.seed),
            check_physics((item.background, item.generated) for item in made),
            check_marks([_is_marked(case.image) for case in cases]),
            not_trained(),
        )
    )


def _crops(volume: Volume, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> list[Crop]:
    return lesion_crops(volume.voxels, mask, volume.geometry.spacing)


def _is_marked(image: bytes) -> bool:
    try:
        nifti_mark(image)
    except NotMarkedError:
        return False
    return True


def _mask(loaded: LoadedCase, name: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    segment = loaded.labels.named(name) if loaded.labels else None
    return segment.mask if segment else np.zeros(loaded.volume.voxels.shape, bool)


def _row(case: SyntheticCase, item: _Made) -> dict[str, Any]:
    return {
        "name": case.name,
        "seed": item.seed,
        "parent": item.parent.case.image_sha256,
        "image_sha256": digest(case.image),
        "labels_sha256": digest(case.labels),
        "lesions": [dict(part) for part in item.generated.record],
    }


def _number(*parts: object) -> int:
    """Return a number of 32 bits that follows from its parts alone."""
    text = "\x00".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big")
