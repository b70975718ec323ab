"""Facts first: what signed labels say in numbers, before anybody writes a sentence."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.annotate.compare import mask_of
from renkei.annotate.lesions import Lesion, components, measure_lesions
from renkei.annotate.overlap import MM3_PER_ML, volume_ml
from renkei.annotate.vocabulary import Kind, Side, Term, Vocabulary
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, label_hash
from renkei.imaging.outlines import Outline
from renkei.proof import canonical, digest

MIDLINE = "spine"  # the organ whose middle tells left from right


@dataclass(frozen=True, slots=True)
class OrganFact:
    """One organ that was drawn."""

    key: str
    ja: str
    en: str
    side: Side
    volume_ml: float


@dataclass(frozen=True, slots=True)
class LesionFact:
    """One lesion: diameters in mm, volume in mL, slice from 1; None where unknown."""

    key: str
    ja: str
    en: str
    number: int
    long_mm: float
    short_mm: float
    volume_ml: float
    slice: int
    organ: str | None
    organ_ja: str | None
    organ_en: str | None
    side: Side | None
    mean_hu: float | None


@dataclass(frozen=True, slots=True)
class RegionFact:
    """All polygons of one class on a slide; area in mm2, None where the scale is unknown."""

    key: str
    ja: str
    en: str
    count: int
    area_mm2: float | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report must say: nothing in it comes from a person's memory."""

    modality: str
    labels: str
    vocabulary: str
    organs: tuple[OrganFact, ...] = ()
    lesions: tuple[LesionFact, ...] = ()
    regions: tuple[RegionFact, ...] = ()
    absent: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return asdict(self)

    @property
    def hash(self) -> str:
        """Return the hash that a report's signature names."""
        return digest(canonical(self.to_json()))


def facts_of_volume(
    labels: LabelSet,
    vocabulary: Vocabulary,
    *,
    modality: str,
    voxels: NDArray[np.generic] | None = None,
) -> Facts:
    """Measure every label; `voxels` (z, y, x) add the mean HU of lesions on CT."""
    organs, lesions, absent = [], [], []
    for term in vocabulary.terms:
        mask = mask_of(labels, term.key)
        if mask is None:
            continue
        if not mask.any():
            absent.append(term.key)
        elif term.kind is Kind.LESION:
            hu = voxels if modality == "CT" else None
            lesions += _lesions(term, mask, labels, vocabulary, hu)
        else:
            volume = volume_ml(mask, labels.geometry.spacing)
            organs.append(OrganFact(term.key, term.ja, term.en, term.side, round(volume, 2)))
    return Facts(
        modality=modality,
        labels=label_hash(labels),
        vocabulary=vocabulary.reference,
        organs=tuple(organs),
        lesions=tuple(lesions),
        absent=tuple(absent),
    )


def _lesions(
    term: Term,
    mask: np.ndarray,
    labels: LabelSet,
    vocabulary: Vocabulary,
    voxels: NDArray[np.generic] | None,
) -> list[LesionFact]:
    parts = components(mask)
    ml = labels.geometry.voxel_mm3 / MM3_PER_ML
    found = []
    for lesion in measure_lesions(parts, labels.geometry.spacing):
        where = parts == lesion.number
        organ = _host(where, labels, vocabulary)
        found.append(
            LesionFact(
                key=term.key,
                ja=term.ja,
                en=term.en,
                number=lesion.number,
                long_mm=round(lesion.long_mm, 1),
                short_mm=round(lesion.short_mm, 1),
                volume_ml=round(lesion.voxels * ml, 2),
                slice=lesion.slice + 1,
                organ=organ.key if organ else None,
                organ_ja=organ.ja if organ else None,
                organ_en=organ.en if organ else None,
                side=_side(term, organ, lesion, labels),
                mean_hu=None if voxels is None else round(float(voxels[where].mean()), 0),
            )
        )
    return found


def _host(where: np.ndarray, labels: LabelSet, vocabulary: Vocabulary) -> Term | None:
    """Return the organ that holds or touches most of a lesion."""
    from scipy import ndimage

    near = ndimage.binary_dilation(where, iterations=2)
    shares = []
    for term in vocabulary.terms:
        mask = mask_of(labels, term.key) if term.kind is Kind.ORGAN else None
        if mask is not None:
            shares.append((int(np.count_nonzero(mask & near)), term))
    most = max(shares, key=lambda share: share[0], default=None)
    return most[1] if most and most[0] else None


def _side(term: Term, organ: Term | None, lesion: Lesion, labels: LabelSet) -> Side | None:
    if term.side is not Side.ASKED:
        return term.side
    if organ is not None:
        return organ.side
    middle = mask_of(labels, MIDLINE)
    if middle is None or not middle.any():
        return None
    place = _x(labels.geometry, lesion.centre)
    at = np.argwhere(middle).mean(axis=0)
    return Side.LEFT if place > _x(labels.geometry, at) else Side.RIGHT


def _x(geometry: Geometry, index: Sequence[float]) -> float:
    """Return the patient's x in mm; LPS: it grows to the left."""
    return geometry.point(float(index[0]), float(index[1]), float(index[2]))[0]


def facts_of_slide(
    outlines: Sequence[Outline],
    vocabulary: Vocabulary,
    *,
    labels: str,
    mpp: float | None,
    absent: Sequence[str] = (),
) -> Facts:
    """Count and measure the polygons of each class; `mpp` in µm per pixel of level 0."""
    regions = []
    for term in vocabulary.terms:
        mine = [outline for outline in outlines if outline.name == term.key]
        if mine:
            pixels = sum(outline.area_px() for outline in mine)
            area = None if mpp is None else round(pixels * (mpp / 1000.0) ** 2, 3)
            regions.append(RegionFact(term.key, term.ja, term.en, len(mine), area))
    return Facts(
        modality="SM",
        labels=labels,
        vocabulary=vocabulary.reference,
        regions=tuple(regions),
        absent=tuple(absent),
    )
