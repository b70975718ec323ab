"""Put several packed readings together as a start for whoever decides, in another process."""

from collections.abc import Sequence

import numpy as np

from renkei.annotate.compare import label_set, mask_of
from renkei.annotate.fuse import majority, staple
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.labels import LabelSet, label_hash, pack, unpack

WAYS = ("majority", "staple")


def fuse_packed(packed: Sequence[bytes], vocabulary: str, way: str) -> tuple[bytes, str]:
    """Return the fused labels packed, and their hash; exclusive labels share no voxel.

    Raises:
        TooFewReadingsError: There are fewer than two readings.
    """
    words = load_vocabulary(vocabulary)
    readings = [unpack(data) for data in packed]
    shape = readings[0].geometry.shape
    taken: dict[str, np.ndarray] = {}
    masks: dict[str, np.ndarray] = {}
    for term in words.terms:
        drawn = [mask_of(reading, term.key) for reading in readings]
        if not term.is_drawn or all(mask is None for mask in drawn):
            continue
        whole = [np.zeros(shape, dtype=bool) if mask is None else mask for mask in drawn]
        fused = majority(whole) if way == "majority" else staple(whole)[0]
        free = taken.setdefault(term.group, np.zeros(shape, dtype=bool))
        masks[term.key] = fused & ~free
        free |= fused
    labels = label_set(LabelSet(readings[0].geometry, ()), masks, words)
    return pack(labels), label_hash(labels)
