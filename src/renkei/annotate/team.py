"""Who may read a case and who does so best: skill, load, language, and no conflict of interest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from random import Random


class Hindrance(StrEnum):
    """Why somebody is not given a case."""

    NO_CREDENTIAL = "no_credential"
    EXPIRED = "expired"
    PAUSED = "paused"
    MODALITY = "modality"
    LABELS = "labels"
    BROUGHT_IT = "brought_it"
    TREATS_THERE = "treats_there"
    HAS_A_PART = "has_a_part"
    READ_IT = "read_it"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reader with what they may read; `credited` is False for who has no credential at all.

    No `groups` means every label. `skill` is the lower bound of the share of hidden cases passed,
    None where too few were read to say.
    """

    user: str
    credited: bool = False
    modalities: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    valid_until: datetime | None = None
    paused: bool = False
    load: int = 0
    most: int = 50
    skill: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be read: `importers` brought it or its labels, `readers` read it before."""

    modality: str
    groups: frozenset[str]
    site: str
    language: str
    importers: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """One candidate for a case, with what speaks for them."""

    user: str
    load: int
    skill: float | None
    speaks: bool


def hindrances(candidate: Candidate, case: Case, now: datetime) -> tuple[Hindrance, ...]:
    """Return everything that keeps a case from somebody; nothing means that they may have it."""
    if not candidate.credited:
        return (Hindrance.NO_CREDENTIAL,)
    expired = candidate.valid_until is not None and candidate.valid_until <= now
    found = {
        Hindrance.EXPIRED: expired,
        Hindrance.PAUSED: candidate.paused,
        Hindrance.MODALITY: case.modality not in candidate.modalities,
        Hindrance.LABELS: bool(candidate.groups) and not case.groups <= candidate.groups,
        Hindrance.BROUGHT_IT: candidate.user in case.importers,
        Hindrance.TREATS_THERE: case.site in candidate.sites,
        Hindrance.HAS_A_PART: candidate.user in case.members,
        Hindrance.READ_IT: candidate.user in case.readers,
        Hindrance.FULL: candidate.load >= candidate.most,
    }
    return tuple(why for why, there in found.items() if there)


def propose(
    candidates: Sequence[Candidate], case: Case, now: datetime, lot: Random
) -> list[Proposal]:
    """Return who may have a case, best first; who is equal stands in an order drawn by lot.

    The fewest open cases come first, then who has the language of the case, then skill: load first,
    so that pairs of readers mix.
    """
    fit = [one for one in candidates if not hindrances(one, case, now)]
    lot.shuffle(fit)
    fit.sort(key=lambda one: (one.load, case.language not in one.languages, -(one.skill or 0.0)))
    return [Proposal(one.user, one.load, one.skill, case.language in one.languages) for one in fit]
