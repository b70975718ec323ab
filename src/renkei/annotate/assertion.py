"""What a reader says of each label: an empty mask alone says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from renkei.errors import DataRefusedError


class NotAssertedError(DataRefusedError):
    """A required label is neither drawn nor said to be absent."""


class AssertionContradictsError(DataRefusedError):
    """What is said of a label is not what was drawn."""


class Said(StrEnum):
    """What a reader says of a label; an empty mask alone says nothing."""

    PRESENT = "present"
    ABSENT = "absent"
    NOT_ASSESSED = "not_assessed"
    CANNOT_ASSESS = "cannot_assess"


@dataclass(frozen=True, slots=True)
class Assertion:
    """What was said of one label, and why where it could not be assessed."""

    said: Said
    reason: str = ""


def check_assertions(
    required: set[str], drawn: Mapping[str, bool], said: Mapping[str, Assertion]
) -> None:
    """Refuse a submission that leaves a required label open, or says other than it draws.

    Raises:
        NotAssertedError: facts name the labels.
        AssertionContradictsError: facts name the label.
    """
    open_terms = sorted(
        key
        for key in required
        if not drawn.get(key)
        and said.get(key, Assertion(Said.NOT_ASSESSED)).said
        not in {Said.ABSENT, Said.CANNOT_ASSESS}
    )
    if open_terms:
        raise NotAssertedError(
            "Draw each required label, or say that it is absent.", labels=", ".join(open_terms)
        )
    for key, assertion in sorted(said.items()):
        if (assertion.said is Said.PRESENT) != bool(drawn.get(key)):
            raise AssertionContradictsError(
                "What is drawn and what is said differ; change one of them.",
                label=key,
            )
        if assertion.said is Said.CANNOT_ASSESS and not assertion.reason.strip():
            raise NotAssertedError("Say why the label cannot be assessed.", labels=key)
