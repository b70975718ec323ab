"""Bring labels from an older version of a vocabulary to a newer one, label by label.

The old labels stay as they are, bound to their version; what is carried makes a new label set, and
what was split is read again.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from renkei.annotate.compare import label_set
from renkei.annotate.vocabulary import FOLDER, Term, Vocabulary, VocabularyRefusedError
from renkei.errors import ConflictError
from renkei.imaging.labels import LabelSet

# A change of one of these changes what a drawing means, not how it is shown.
MEANS = ("geometry", "kind", "side", "question")


class NotCarriedError(ConflictError):
    """Labels must be read again before they stand in the newer version."""


class Became(StrEnum):
    """What happened to a label between two versions."""

    SAME = "same"
    RENAMED = "renamed"
    SPLIT = "split"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one label, and the keys that it is now."""

    became: Became
    into: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Migration:
    """What of a label set goes over: old key to new, keys of the new to read, old keys dropped.

    `unread` are required labels of the new version that the old one did not ask for.
    """

    carried: Mapping[str, str]
    reread: tuple[str, ...]
    dropped: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Tell whether nobody has to read the case again."""
        return not self.reread and not self.unread


def fates(old: Vocabulary, new: Vocabulary) -> Mapping[str, Fate]:
    """Return what became of each label of the old version, over all versions between.

    Raises:
        VocabularyRefusedError: Two vocabularies of different names, or a version without its map.
    """
    if old.name != new.name or old.version > new.version:
        raise VocabularyRefusedError("Labels go over to a newer version of their own vocabulary.")
    found = {term.key: Fate(Became.SAME, (term.key,)) for term in old.terms}
    for version in range(old.version, new.version):
        step = _steps(new.name, version)
        found = {key: _follow(fate, step) for key, fate in found.items()}
    known = {term.key for term in new.terms}
    for key, fate in found.items():
        if not known.issuperset(fate.into):
            raise VocabularyRefusedError("A map leads to a label that is not there.", label=key)
    return {key: _checked(key, fate, old, new) for key, fate in found.items()}


def migrate(keys: Collection[str], old: Vocabulary, new: Vocabulary) -> Migration:
    """Return what of labels with these keys, drawn or said to be absent, goes over.

    Raises:
        UnknownTermError: A key is not in the old version.
        VocabularyRefusedError: There is no map between the versions.
    """
    known = fates(old, new)
    for key in keys:
        old.term(key)
    found = {key: fate for key, fate in known.items() if key in keys}
    carried = {
        key: fate.into[0]
        for key, fate in found.items()
        if fate.became in {Became.SAME, Became.RENAMED}
    }
    reread = [
        new_key for fate in found.values() if fate.became is Became.SPLIT for new_key in fate.into
    ]
    reached = {*carried.values(), *reread}
    return Migration(
        carried=carried,
        reread=tuple(dict.fromkeys(reread)),
        dropped=tuple(key for key, fate in found.items() if fate.became is Became.DROPPED),
        unread=tuple(t.key for t in new.terms if t.required and t.key not in reached),
    )


def carry(labels: LabelSet, old: Vocabulary, new: Vocabulary) -> LabelSet:
    """Return the labels in the new version: the same voxels under new keys, numbers and codes.

    Raises:
        NotCarriedError: A label was split or is new; facts name what must be read.
        UnknownTermError: A label is not in the old version.
    """
    names = [segment.name for segment in labels.segments] + [mark["key"] for mark in labels.marks]
    plan = migrate(names, old, new)
    if not plan.whole:
        raise NotCarriedError(
            "Labels of the newer version must be read first; put the case in the queue.",
            labels=", ".join((*plan.reread, *plan.unread)),
        )
    masks = {
        plan.carried[segment.name]: segment.mask
        for segment in labels.segments
        if segment.name in plan.carried
    }
    marks = tuple(
        {**mark, "key": plan.carried[mark["key"]]}
        for mark in labels.marks
        if mark["key"] in plan.carried
    )
    return label_set(LabelSet(labels.geometry, (), marks=marks), masks, new)


@cache
def _steps(name: str, version: int) -> Mapping[str, Fate]:
    path = FOLDER / "maps" / f"{name}-{version}-{version + 1}.toml"
    try:
        rows: Mapping[str, Any] = tomllib.loads(path.read_text("utf-8"))["labels"]
        return {key: Fate(Became(r["became"]), tuple(r.get("into", ()))) for key, r in rows.items()}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise VocabularyRefusedError(
            "There is no map from the older version; write one beside the vocabulary.",
            version=version,
        ) from error


def _follow(fate: Fate, step: Mapping[str, Fate]) -> Fate:
    """Follow a label through one more version; what the map does not name stays the same."""
    after = [step.get(key, Fate(Became.SAME, (key,))) for key in fate.into]
    into = tuple(dict.fromkeys(key for one in after for key in one.into))
    if not into:
        return Fate(Became.DROPPED)
    kinds = {fate.became, *(one.became for one in after)}
    if len(into) > 1 or Became.SPLIT in kinds:
        return Fate(Became.SPLIT, into)
    return Fate(Became.RENAMED if Became.RENAMED in kinds else Became.SAME, into)


def _checked(key: str, fate: Fate, old: Vocabulary, new: Vocabulary) -> Fate:
    """Return a fate; a label whose meaning changed under one key is read again, as if split."""
    if fate.became not in {Became.SAME, Became.RENAMED}:
        return fate
    before, after = old.term(key), new.term(fate.into[0])
    return fate if _meaning(before) == _meaning(after) else Fate(Became.SPLIT, fate.into)


def _meaning(term: Term) -> tuple[Any, ...]:
    return (term.code.value, *(getattr(term, name) for name in MEANS))
