"""A newer vocabulary: what is carried, what is read again, and that old labels stay."""

from dataclasses import replace

import numpy as np
import pytest
from tests.annotate.shapes import GRID, SHAPE, ball

from renkei.annotate.compare import label_set, mask_of
from renkei.annotate.migrate import Became, NotCarriedError, carry, fates, migrate
from renkei.annotate.vocabulary import (
    UnknownTermError,
    Vocabulary,
    VocabularyRefusedError,
    load_vocabulary,
)
from renkei.imaging.labels import LabelSet, label_hash, pack, unpack

OLD, NEW = load_vocabulary("chest-ct@1"), load_vocabulary("chest-ct@2")
NODE, HEART = ball(5, 12, 10, 3), ball(5, 12, 20, 6)


def old(**masks: np.ndarray) -> LabelSet:
    """Return labels of the older version."""
    return label_set(LabelSet(GRID, ()), masks, OLD)


def test_each_label_has_its_fate() -> None:
    assert {key: fate.became for key, fate in fates(OLD, NEW).items()} == {
        "lungs": Became.SPLIT,
        "heart": Became.DROPPED,
        "node": Became.RENAMED,
    }


def test_what_was_split_is_read_again_and_the_rest_carried() -> None:
    plan = migrate(["lungs", "heart", "node"], OLD, NEW)
    assert dict(plan.carried) == {"node": "nodule"}
    assert plan.reread == ("lung_right", "lung_left")
    assert plan.dropped == ("heart",)
    assert not plan.whole


def test_a_required_label_that_nobody_was_asked_for_is_unread() -> None:
    plan = migrate(["heart"], OLD, NEW)
    assert plan.unread == ("nodule",)
    assert not plan.whole


def test_a_renamed_label_keeps_its_voxels_under_the_new_key() -> None:
    before = old(node=NODE, heart=HEART)
    held = label_hash(before)
    after = carry(before, OLD, NEW)
    assert after.vocabulary == NEW.reference
    assert [(s.name, s.number) for s in after.segments] == [("nodule", 3)]
    assert np.array_equal(mask_of(after, "nodule"), NODE)
    # The old labels are untouched and still read by their own version.
    assert label_hash(unpack(pack(before))) == held
    assert load_vocabulary(before.vocabulary) is OLD


def test_an_asserted_absence_is_carried_too() -> None:
    after = carry(old(node=np.zeros(SHAPE, bool)), OLD, NEW)
    mask = mask_of(after, "nodule")
    assert mask is not None
    assert not mask.any()


def test_labels_that_were_split_are_not_carried() -> None:
    with pytest.raises(NotCarriedError) as refused:
        carry(old(lungs=HEART, node=NODE), OLD, NEW)
    assert refused.value.facts["labels"] == "lung_right, lung_left"


def test_a_key_whose_meaning_changed_is_read_again_although_its_name_stayed() -> None:
    other = replace(NEW.term("nodule"), code=NEW.term("lung_left").code)
    changed = replace(NEW, terms=(*NEW.terms[:2], other))
    assert migrate(["node"], OLD, changed).reread == ("nodule",)
    wider = replace(NEW, terms=(*NEW.terms[:2], replace(NEW.term("nodule"), tau_mm=3.0)))
    assert migrate(["node"], OLD, wider).whole


def test_what_cannot_be_followed_is_refused() -> None:
    other = load_vocabulary("abdomen-ct")
    third = Vocabulary(NEW.name, 3, NEW.ja, NEW.en, NEW.terms)
    for older, newer in ((OLD, other), (NEW, OLD), (OLD, third)):
        with pytest.raises(VocabularyRefusedError):
            migrate(["node"], older, newer)
    with pytest.raises(UnknownTermError):
        migrate(["no such"], OLD, NEW)
    assert migrate(["nodule"], NEW, NEW).whole
