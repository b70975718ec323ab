"""Facts first: what signed labels say in numbers, before anybody writes a sentence."""

from collections.abc import Mapping, Sequence
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
from renkei.imaging.outlines import FINDINGS, Outline
from renkei.imaging.outlines import Kind as Drawn
from renkei.imaging.volume import SeriesFacts
from renkei.proof import canonical, digest

MIDLINE = "spine"  # the organ whose middle tells left from right
SCOPE = "done"  # the area of a slide that was annotated throughout
DEFINITE = 5


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
    """One lesion: diameters in mm, volume in mL, slice from 1; None where unknown.

    `hu` is (mean, standard deviation, least, most). `certainty` runs from 1, excluded, to 5,
    definite, and is a person's word; `change`, `prior_mm` and `before`, the lesion's name there,
    hold against the prior examination.
    """

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
    hu: tuple[float, float, float, float] | None = None
    slice_uid: str = ""
    certainty: int = DEFINITE
    change: str | None = None
    prior_mm: float | None = None
    before: str | None = None

    @property
    def name(self) -> str:
        """Return what tells this lesion from the others of the report."""
        return f"{self.key}/{self.number}"


@dataclass(frozen=True, slots=True)
class RegionFact:
    """All elements of one class on a slide; area in mm2, None where the scale is unknown.

    `percent` is of the area that was annotated throughout, `per_mm2` the count in it.
    """

    key: str
    ja: str
    en: str
    count: int
    area_mm2: float | None
    percent: float | None = None
    per_mm2: float | None = None


@dataclass(frozen=True, slots=True)
class PriorFact:
    """The examination that this one is compared with; `resolved` are lesions no longer seen."""

    date: str
    labels: str
    resolved: tuple[str, ...] = ()


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
    sex: str = ""
    date: str = ""
    technique: tuple[tuple[str, str], ...] = ()
    prior: PriorFact | None = None
    recommendation: str = ""

    @property
    def is_pathology(self) -> bool:
        """Tell whether the image is a slide."""
        return self.modality == "SM"

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Facts":
        """Return the facts of JSON values as they were kept."""
        more = dict(fields)
        more["organs"] = tuple(OrganFact(**one) for one in more["organs"])
        more["lesions"] = tuple(_lesion(one) for one in more["lesions"])
        more["regions"] = tuple(RegionFact(**one) for one in more["regions"])
        more["absent"] = tuple(more["absent"])
        more["technique"] = tuple((k, v) for k, v in more.get("technique", ()))
        prior = more.get("prior")
        more["prior"] = prior and PriorFact(**{**prior, "resolved": tuple(prior["resolved"])})
        return cls(**more)

    @property
    def hash(self) -> str:
        """Return the hash that a report's signature names."""
        return digest(canonical(self.to_json()))


def _lesion(fields: Mapping[str, Any]) -> LesionFact:
    hu, side = fields.get("hu"), fields["side"]
    own = {"hu": hu and tuple(hu), "side": side and Side(side)}
    return LesionFact(**{**fields, **own})


def technique_of(series: SeriesFacts) -> tuple[tuple[str, str], ...]:
    """Return how an image was taken, as far as it says so itself."""
    names = ("thickness_mm", "kvp", "kernel", "sequence", "field_t")
    said = ((name, getattr(series, name)) for name in names)
    text = ((n, f"{value:g}" if isinstance(value, float) else value) for n, value in said if value)
    return tuple((name, str(value)) for name, value in text)


def facts_of_volume(
    labels: LabelSet,
    vocabulary: Vocabulary,
    *,
    modality: str,
    voxels: NDArray[np.generic] | None = None,
    sop_uids: Sequence[str] = (),
    technique: Sequence[tuple[str, str]] = (),
) -> Facts:
    """Measure every label; `voxels` (z, y, x) add the HU of lesions on CT.

    `sop_uids` name the slices in z order, `technique` says how the image was taken.
    """
    organs, lesions, absent = [], [], []
    for term in vocabulary.terms:
        mask = mask_of(labels, term.key)
        if mask is None:
            continue
        if not mask.any():
            absent.append(term.key)
        elif term.kind is Kind.LESION:
            hu = voxels if modality == "CT" else None
            lesions += _lesions(term, mask, labels, vocabulary, hu, sop_uids)
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
        technique=tuple(technique),
    )


def _lesions(
    term: Term,
    mask: np.ndarray,
    labels: LabelSet,
    vocabulary: Vocabulary,
    voxels: NDArray[np.generic] | None,
    sop_uids: Sequence[str],
) -> list[LesionFact]:
    parts = components(mask)
    ml = labels.geometry.voxel_mm3 / MM3_PER_ML
    found = []
    for lesion in measure_lesions(parts, labels.geometry.spacing):
        where = parts == lesion.number
        organ = _host(where, labels, vocabulary)
        hu = None if voxels is None else _statistics(voxels[where])
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
                mean_hu=hu and round(hu[0], 0),
                hu=hu,
                slice_uid=sop_uids[lesion.slice] if lesion.slice < len(sop_uids) else "",
            )
        )
    return found


def _statistics(values: NDArray[np.generic]) -> tuple[float, float, float, float]:
    numbers = values.astype(np.float64)
    found = (numbers.mean(), numbers.std(), numbers.min(), numbers.max())
    return tuple(round(float(one), 1) for one in found)  # type: ignore[return-value]


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
    mm2 = None if mpp is None else (mpp / 1000.0) ** 2
    within = sum(o.area_px() for o in outlines if o.kind is Drawn.ANNOTATED or o.name == SCOPE)
    regions = []
    for term in vocabulary.terms:
        mine = [o for o in outlines if o.name == term.key and o.kind in FINDINGS]
        if not mine:
            continue
        pixels = sum(outline.area_px() for outline in mine)
        density = len(mine) / (within * mm2) if mm2 and within and not pixels else None
        regions.append(
            RegionFact(
                term.key,
                term.ja,
                term.en,
                len(mine),
                round(pixels * mm2, 3) if mm2 and pixels else None,
                percent=round(100 * pixels / within, 1) if pixels and pixels <= within else None,
                per_mm2=None if density is None else round(density, 2),
            )
        )
    return Facts(
        modality="SM",
        labels=labels,
        vocabulary=vocabulary.reference,
        regions=tuple(regions),
        absent=tuple(absent),
    )
