"""Which marks a vocabulary allows: a class is answered, all else is measured or pointed at."""

from collections.abc import Sequence

from renkei.annotate.marks import ANSWERS, Mark, MarkKind, MarkRefusedError, check_shape, slice_of
from renkei.annotate.vocabulary import Term, Vocabulary
from renkei.imaging.geometry import Geometry

MOST_MARKS = 2_000
MOST_LETTERS = 200


def check_mark(mark: Mark, vocabulary: Vocabulary, grid: Geometry) -> None:
    """Refuse a mark whose key, kind, answer or place does not fit.

    Raises:
        UnknownTermError: Its key is not in the vocabulary.
        MarkRefusedError: The sentence says what to do.
    """
    term = vocabulary.term(mark.key)
    if len(mark.text) > MOST_LETTERS:
        raise MarkRefusedError(f"A mark carries at most {MOST_LETTERS} letters.")
    if term.question is not None:
        _check_answer(mark, term)
    elif mark.kind in ANSWERS or mark.answer:
        raise MarkRefusedError("This label is measured, not answered; take a ruler or a region.")
    elif term.measured_by and mark.kind.value not in term.measured_by:
        raise MarkRefusedError(
            "This label is measured in another way; take the tool that it lists.",
            kinds=", ".join(term.measured_by),
        )
    check_shape(mark, grid)


def _check_answer(mark: Mark, term: Term) -> None:
    question = term.question
    if question is None:
        return
    asked = MarkKind.SLICE_CLASS if question.per_slice else MarkKind.CLASS
    if mark.kind is not asked or mark.answer not in question.keys:
        raise MarkRefusedError("Choose one of the answers that this question allows.")


def answered_twice(mark: Mark, others: Sequence[Mark], grid: Geometry) -> bool:
    """Tell whether another mark answers the same question, of the same slice if it asks that."""
    if mark.kind not in ANSWERS:
        return False
    at = slice_of(mark, grid)
    return any(
        other.kind is mark.kind and other.key == mark.key and slice_of(other, grid) == at
        for other in others
    )
