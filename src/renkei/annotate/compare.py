"""Compare two readers label by label, list what they dispute, and settle it as decided.

Agreement is not correctness: it says that two people drew the same, with their shared habits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from renkei.annotate.box import box_of
from renkei.annotate.lesions import (
    Lesion,
    Match,
    components,
    f1,
    match_lesions,
    measure_lesions,
    moved,
)
from renkei.annotate.mark_agreement import Decided, MarkPair, compare_marks, settle_marks
from renkei.annotate.marks import Mark, mark_of
from renkei.annotate.overlap import VERSION, Overlap, mean_dice, overlap
from renkei.annotate.vocabulary import Kind, Term, Vocabulary
from renkei.errors import DataRefusedError
from renkei.imaging.labels import LabelSet, Segment

SIZE_MM = 2.0
SIZE_SHARE = 0.1


class GridsDifferError(DataRefusedError):
    """Two label sets do not lie on one grid."""


class LabelsOverlapError(DataRefusedError):
    """Two labels that exclude each other claim the same voxels."""


class Choice(StrEnum):
    """What an adjudicator may decide; `none` means that neither is right: nothing is there."""

    A = "a"
    B = "b"
    MERGE = "merge"
    EDIT = "edit"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Dispute:
    """One thing that two readers see differently: a whole label, or lesions of it."""

    key: str
    reason: str
    lesions_a: tuple[int, ...] = ()
    lesions_b: tuple[int, ...] = ()
    slice: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "key": self.key,
            "reason": self.reason,
            "lesions_a": list(self.lesions_a),
            "lesions_b": list(self.lesions_b),
            "slice": self.slice,
        }


@dataclass(frozen=True, slots=True)
class TermResult:
    """One label in two readings."""

    key: str
    overlap: Overlap
    disputes: tuple[Dispute, ...]
    lesion_f1: float | None = None
    lesions_a: tuple[Lesion, ...] = ()
    lesions_b: tuple[Lesion, ...] = ()
    matches: tuple[Match, ...] = ()
    marks: tuple[MarkPair, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "key": self.key,
            **self.overlap.to_json(),
            "lesion_f1": self.lesion_f1,
            "lesions_a": [lesion.to_json() for lesion in self.lesions_a],
            "lesions_b": [lesion.to_json() for lesion in self.lesions_b],
            "matches": [[list(match.a), list(match.b)] for match in self.matches],
            "marks": [pair.to_json() for pair in self.marks],
            "disputes": [dispute.to_json() for dispute in self.disputes],
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """All labels of two readings."""

    terms: tuple[TermResult, ...]

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        """Return every dispute, in the order of the vocabulary."""
        return tuple(dispute for term in self.terms for dispute in term.disputes)

    @property
    def agreed(self) -> bool:
        """Tell whether nothing is disputed."""
        return not self.disputes

    @property
    def worst_first(self) -> tuple[Dispute, ...]:
        """Return the disputes: whether something is there before where its edge is, large first."""
        ranked = [(_badness(term, one), one) for term in self.terms for one in term.disputes]
        return tuple(one for _, one in sorted(ranked, key=lambda pair: pair[0], reverse=True))

    def to_json(self) -> dict[str, Any]:
        """Return the results; agreed absences are counted apart from the mean."""
        mean, absent = mean_dice([term.overlap.dice for term in self.terms if not term.marks])
        return {
            "metric": VERSION,
            "agreed": self.agreed,
            "mean_dice": mean,
            "agreed_absent": absent,
            "disputes": [dispute.to_json() for dispute in self.worst_first],
            "terms": [term.to_json() for term in self.terms],
        }


# What is missing weighs more than what is drawn in parts, and that more than an edge.
_KINDS = ("extent", "size", "answer", "split", "not_assessed", "presence", "missed")


def _badness(term: TermResult, dispute: Dispute) -> tuple[int, float]:
    """Return how much a dispute matters: its kind, then mm of the lesion or lack of overlap."""
    kind = "missed" if dispute.reason.startswith("missed") else dispute.reason
    sides = ((term.lesions_a, dispute.lesions_a), (term.lesions_b, dispute.lesions_b))
    sizes = [side[n - 1].long_mm for side, numbers in sides for n in numbers if n <= len(side)]
    lack = 1.0 - (term.overlap.surface_dice or term.overlap.dice or 0.0)
    return _KINDS.index(kind) if kind in _KINDS else 0, max(sizes, default=lack)


def compare(a: LabelSet, b: LabelSet, vocabulary: Vocabulary) -> Comparison:
    """Compare two readings of one image.

    A label that neither assessed is left out; one that only one of them assessed is disputed.

    Raises:
        GridsDifferError: They lie on different grids.
    """
    check_grids(a, b)
    pairs = compare_marks(_marks(a), _marks(b), vocabulary, a.geometry)
    results = []
    for term in vocabulary.terms:
        mask_a, mask_b = mask_of(a, term.key), mask_of(b, term.key)
        mine = tuple(pair for pair in pairs if pair.key == term.key)
        if mine:
            results.append(_of_marks(term, mine))
            continue
        if mask_a is None and mask_b is None:
            continue
        if mask_a is None or mask_b is None:
            results.append(_one_sided(term, a, mask_a, mask_b))
        else:
            results.append(compare_term(term, mask_a, mask_b, a.geometry.spacing))
    return Comparison(tuple(results))


def _of_marks(term: Term, pairs: tuple[MarkPair, ...]) -> TermResult:
    """Return a label that is measured or answered; a dispute names marks as lesions are named."""
    disputes = tuple(
        Dispute(
            term.key,
            pair.reason,
            (pair.a,) if pair.a else (),
            (pair.b,) if pair.b else (),
            pair.slice,
        )
        for pair in pairs
        if pair.reason
    )
    nothing = Overlap(False, None, None, None, 0.0, 0.0)
    return TermResult(term.key, nothing, disputes, marks=pairs)


def compare_term(
    term: Term, a: np.ndarray, b: np.ndarray, spacing: tuple[float, float, float]
) -> TermResult:
    """Compare one label; masks are (z, y, x)."""
    measured = overlap(a, b, spacing, tau_mm=term.tau_mm)
    if term.kind is Kind.LESION:
        return _compare_lesions(term, a, b, spacing, measured)
    disputes: tuple[Dispute, ...] = ()
    if measured.dice == 0.0 and (not a.any() or not b.any()):
        disputes = (Dispute(term.key, "presence", slice=_fullest(a | b)),)
    elif measured.surface_dice is not None and measured.surface_dice < term.nsd_min:
        disputes = (Dispute(term.key, "extent", slice=_fullest(a ^ b)),)
    return TermResult(term.key, measured, disputes)


def _compare_lesions(
    term: Term,
    a: np.ndarray,
    b: np.ndarray,
    spacing: tuple[float, float, float],
    measured: Overlap,
) -> TermResult:
    # Both in one box, so that the components are numbered as on the whole image.
    box = box_of(a, b) or (slice(0, 1),) * 3
    start = tuple(int(cut.start) for cut in box)
    parts_a, parts_b = (components(np.ascontiguousarray(mask[box])) for mask in (a, b))
    lesions_a, lesions_b = (moved(measure_lesions(p, spacing), start) for p in (parts_a, parts_b))
    matches = match_lesions(parts_a, parts_b)
    disputes = []
    for match in matches:
        one = lesions_a[match.a[0] - 1] if match.a else lesions_b[match.b[0] - 1]
        # What is under the least size may be drawn or not.
        least = 0.0 if match.a and match.b else term.min_mm
        reason = match.reason if one.long_mm >= least else ""
        if match.pair:
            pair = (parts_a == match.a[0], parts_b == match.b[0])
            near = overlap(*pair, spacing, tau_mm=term.tau_mm)
            reason = _disputed_size(lesions_a[match.a[0] - 1], lesions_b[match.b[0] - 1])
            if not reason and (near.surface_dice or 0.0) < term.nsd_min:
                reason = "extent"
        if reason:
            disputes.append(Dispute(term.key, reason, match.a, match.b, one.slice))
    return TermResult(
        term.key, measured, tuple(disputes), f1(matches), lesions_a, lesions_b, matches
    )


def _disputed_size(a: Lesion, b: Lesion) -> str:
    limit = max(SIZE_MM, SIZE_SHARE * max(a.long_mm, b.long_mm))
    return "size" if abs(a.long_mm - b.long_mm) > limit else ""


def _one_sided(term: Term, on: LabelSet, a: np.ndarray | None, b: np.ndarray | None) -> TermResult:
    empty = np.zeros(on.geometry.shape, dtype=bool)
    measured = overlap(
        empty if a is None else a,
        empty if b is None else b,
        on.geometry.spacing,
        tau_mm=term.tau_mm,
    )
    return TermResult(term.key, measured, (Dispute(term.key, "not_assessed"),))


def _fullest(mask: np.ndarray) -> int:
    return int(np.argmax(np.count_nonzero(mask, axis=(1, 2))))


def settle(
    a: LabelSet,
    b: LabelSet,
    vocabulary: Vocabulary,
    decided: Sequence[tuple[Dispute, Choice]],
    drawn: LabelSet | None = None,
) -> LabelSet:
    """Return the labels that follow from the decisions.

    What is not disputed is A's, not a fusion: a mean of two people is nobody's reading. `edit`
    takes the whole label from what the adjudicator drew.

    Raises:
        GridsDifferError: The readings lie on different grids.
        LabelsOverlapError: Decisions let two exclusive labels share voxels.
    """
    check_grids(a, b)
    by_key: dict[str, list[tuple[Dispute, Choice]]] = {}
    for dispute, choice in decided:
        by_key.setdefault(dispute.key, []).append((dispute, choice))
    marks = _settle_marks(a, b, vocabulary, decided, drawn)
    measured = {mark["key"] for mark in marks if not vocabulary.term(mark["key"]).is_drawn}
    masks: dict[str, np.ndarray] = {}
    for term in vocabulary.terms:
        mask = _settle_term(term, a, b, by_key.get(term.key, []), drawn)
        # An empty mask says that a label is absent, so none stands beside its measurements.
        if mask is not None and term.key not in measured:
            masks[term.key] = mask
    return replace(label_set(a, masks, vocabulary), marks=marks)


def _settle_marks(
    a: LabelSet,
    b: LabelSet,
    vocabulary: Vocabulary,
    decided: Sequence[tuple[Dispute, Choice]],
    drawn: LabelSet | None,
) -> tuple[dict[str, Any], ...]:
    choices = [
        Decided(d.key, min(d.lesions_a, default=0), min(d.lesions_b, default=0), choice.value)
        for d, choice in decided
        if not vocabulary.term(d.key).is_drawn
    ]
    own = _marks(drawn) if drawn else []
    return tuple(mark.to_json() for mark in settle_marks(_marks(a), _marks(b), choices, own))


def _marks(labels: LabelSet) -> list[Mark]:
    return [mark_of(row) for row in labels.marks]


def _settle_term(
    term: Term,
    a: LabelSet,
    b: LabelSet,
    decided: Sequence[tuple[Dispute, Choice]],
    drawn: LabelSet | None,
) -> np.ndarray | None:
    mask_a, mask_b = mask_of(a, term.key), mask_of(b, term.key)
    if any(choice is Choice.EDIT for _, choice in decided):
        return None if drawn is None else mask_of(drawn, term.key)
    if not decided:
        return mask_a
    empty = np.zeros(a.geometry.shape, dtype=bool)
    left = empty if mask_a is None else mask_a
    right = empty if mask_b is None else mask_b
    if not any(dispute.lesions_a or dispute.lesions_b for dispute, _ in decided):
        return _picked(decided[-1][1], left, right)
    parts_a, parts_b = components(left), components(right)
    settled = left.copy()
    for dispute, choice in decided:
        mine, theirs = np.isin(parts_a, dispute.lesions_a), np.isin(parts_b, dispute.lesions_b)
        settled &= ~mine
        settled |= _picked(choice, mine & (parts_a > 0), theirs & (parts_b > 0))
    return settled


def _picked(choice: Choice, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if choice is Choice.NONE:
        return np.zeros_like(a)
    if choice is Choice.MERGE:
        return np.asarray(a | b)
    return a if choice is Choice.A else b


def label_set(like: LabelSet, masks: Mapping[str, np.ndarray], vocabulary: Vocabulary) -> LabelSet:
    """Return masks by key as a label set; labels of one group must not share voxels.

    Raises:
        LabelsOverlapError: facts name the two labels and count the voxels.
    """
    for group in vocabulary.groups:
        owner = np.zeros(like.geometry.shape, dtype=np.uint8)
        for term in vocabulary.of_group(group):
            mask = masks.get(term.key)
            if mask is None:
                continue
            shared = owner[mask]
            if shared.any():
                other = int(shared[shared > 0][0])
                pair = [t.key for t in vocabulary.terms if t.number == other] + [term.key]
                raise LabelsOverlapError(
                    "Two labels that exclude each other claim the same voxels: edit one of them.",
                    labels=", ".join(pair),
                    voxels=int(np.count_nonzero(shared)),
                )
            owner[mask] = term.number
    segments = tuple(
        Segment(number=term.number, name=term.key, code=term.code, mask=masks[term.key])
        for term in vocabulary.terms
        if term.key in masks
    )
    return LabelSet(like.geometry, segments, vocabulary.reference, like.marks)


def mask_of(labels: LabelSet, key: str) -> np.ndarray | None:
    """Return the mask (z, y, x) of a label; None when it was not assessed."""
    segment = labels.named(key)
    return None if segment is None else segment.mask


def check_grids(a: LabelSet, b: LabelSet) -> None:
    """Refuse label sets that do not lie on one grid.

    Raises:
        GridsDifferError: Shape, spacing, origin or direction differ.
    """
    if not a.geometry.close_to(b.geometry):
        raise GridsDifferError(
            "The two label sets do not lie on the same grid; resample one of them."
        )
