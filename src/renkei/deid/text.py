"""Free text: take out what is known of this patient, then what is an identity by its form."""

import re

from renkei.deid.fold import Span
from renkei.deid.identifiers import Identifiers
from renkei.deid.rules import identities

_SPACES = re.compile(r"\s{2,}")
ROUNDS = 3


def clean_text(text: str, known: Identifiers) -> tuple[str, int]:
    """Return the text without identities and the number of places that were cut.

    Text that only may name somebody stays: `rules.suspects` says where, and the hospital reviews
    it. For lines found in a picture, join them by a line break.
    """
    clean, places = text, 0
    for _ in range(ROUNDS):
        found = _merged([*known.places(clean), *identities(clean)])
        if not found:
            return (_SPACES.sub(" ", clean).strip(), places) if places else (text, 0)
        places += len(found)
        clean = _cut(clean, found)
    # What a cut brings together again and again cannot be told apart from an identity.
    return "", places


def _cut(text: str, spans: list[Span]) -> str:
    at, kept = 0, []
    for start, end in spans:
        kept.append(text[at:start])
        at = end
    return " ".join([*kept, text[at:]])


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
