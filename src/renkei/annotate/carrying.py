"""Carry packed labels to a newer version of their vocabulary, in another process."""

from renkei.annotate.migrate import carry
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.labels import label_hash, pack, unpack


def carry_packed(packed: bytes, old: str, new: str) -> tuple[bytes, str, list[str]]:
    """Return packed labels in the newer version, their hash, and which are said to be absent.

    Raises:
        NotCarriedError: A label was split or is new and must be read.
    """
    labels = carry(unpack(packed), load_vocabulary(old), load_vocabulary(new))
    absent = [segment.name for segment in labels.segments if not segment.mask.any()]
    return pack(labels), label_hash(labels), absent
