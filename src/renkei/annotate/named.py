"""Find the vocabulary's label by the name that a reader gave it in another program."""

from renkei.annotate.vocabulary import Vocabulary
from renkei.errors import DataRefusedError
from renkei.imaging.codes import Code


class UnnamedSegmentError(DataRefusedError):
    """A segment bears no name or code of the vocabulary."""


def key_named(words: Vocabulary, name: str, code: Code | None = None) -> str:
    """Return the key of a label by its name in either language, else by its code.

    Raises:
        UnnamedSegmentError: The vocabulary has neither.
    """
    plain = name.strip().casefold()
    for term in words.terms:
        if plain in {term.key.casefold(), term.ja.casefold(), term.en.casefold()}:
            return term.key
    for term in words.terms:
        if code is not None and (code.scheme, code.value) == (term.code.scheme, term.code.value):
            return term.key
    raise UnnamedSegmentError(
        "A segment or measurement is not named as in the vocabulary; rename it and save again."
    )
