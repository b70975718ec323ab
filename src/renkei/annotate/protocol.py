"""The workflow: states of task and attempt, one table of transitions each, and every refusal.

A task goes draft → ready → reading → comparing → agreed, or disputed → adjudicating; then
review → signed. An attempt goes assigned → open → submitted → accepted, or back to its own reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from renkei.errors import ConflictError, DataRefusedError, ForbiddenError


class Protocol(StrEnum):
    """How many people look: one and an expert, or two blinded readers and an adjudicator."""

    SINGLE = "single"
    DOUBLE = "double"


READERS: Mapping[Protocol, int] = {Protocol.SINGLE: 1, Protocol.DOUBLE: 2}


class Part(StrEnum):
    """What somebody is in a task."""

    READER = "reader"
    ADJUDICATOR = "adjudicator"
    APPROVER = "approver"


class TaskState(StrEnum):
    """Where a task stands."""

    DRAFT = "draft"
    READY = "ready"
    READING = "reading"
    COMPARING = "comparing"
    AGREED = "agreed"
    DISPUTED = "disputed"
    ADJUDICATING = "adjudicating"
    REVIEW = "review"
    SIGNED = "signed"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"


class AttemptState(StrEnum):
    """Where one person's work on a task stands."""

    ASSIGNED = "assigned"
    OPEN = "open"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    RELEASED = "released"
    EXPIRED = "expired"


class Move(StrEnum):
    """What can be done to a task."""

    PREPARE = "prepare"
    OPEN = "open"
    SUBMIT_LAST = "submit_last"
    AGREE = "agree"
    DISPUTE = "dispute"
    ADJUDICATE = "adjudicate"
    PROPOSE = "propose"
    SIGN = "sign"
    RETURN = "return"
    EXCLUDE = "exclude"
    WITHDRAW = "withdraw"


class AttemptMove(StrEnum):
    """What can be done to an attempt."""

    OPEN = "open"
    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN = "return"
    RELEASE = "release"
    EXPIRE = "expire"


S, M = TaskState, Move
_WORKING: Final = (
    S.DRAFT,
    S.READY,
    S.READING,
    S.COMPARING,
    S.AGREED,
    S.DISPUTED,
    S.ADJUDICATING,
    S.REVIEW,
)
TASK_MOVES: Mapping[tuple[TaskState, Move], TaskState] = {
    (S.DRAFT, M.PREPARE): S.READY,
    (S.READY, M.OPEN): S.READING,
    (S.READING, M.OPEN): S.READING,
    (S.READING, M.SUBMIT_LAST): S.COMPARING,
    (S.COMPARING, M.AGREE): S.AGREED,
    (S.COMPARING, M.DISPUTE): S.DISPUTED,
    (S.DISPUTED, M.ADJUDICATE): S.ADJUDICATING,
    (S.ADJUDICATING, M.ADJUDICATE): S.ADJUDICATING,
    (S.AGREED, M.PROPOSE): S.REVIEW,
    (S.ADJUDICATING, M.PROPOSE): S.REVIEW,
    (S.REVIEW, M.SIGN): S.SIGNED,
    (S.REVIEW, M.RETURN): S.READING,
    **{(state, M.EXCLUDE): S.EXCLUDED for state in _WORKING},
    **{(state, M.WITHDRAW): S.WITHDRAWN for state in (*_WORKING, S.SIGNED, S.EXCLUDED)},
}
ENDED: Final = frozenset({S.SIGNED, S.EXCLUDED, S.WITHDRAWN})
# From here on the readers have both submitted, so the adjudicator may see what they drew.
COMPARED: Final = frozenset({S.AGREED, S.DISPUTED, S.ADJUDICATING, S.REVIEW, S.SIGNED})

A, N = AttemptState, AttemptMove
ATTEMPT_MOVES: Mapping[tuple[AttemptState, AttemptMove], AttemptState] = {
    (A.ASSIGNED, N.OPEN): A.OPEN,
    (A.OPEN, N.OPEN): A.OPEN,
    (A.RETURNED, N.OPEN): A.OPEN,
    (A.EXPIRED, N.OPEN): A.OPEN,
    (A.OPEN, N.SUBMIT): A.SUBMITTED,
    (A.SUBMITTED, N.ACCEPT): A.ACCEPTED,
    (A.SUBMITTED, N.RETURN): A.RETURNED,
    (A.OPEN, N.EXPIRE): A.EXPIRED,
    **{(state, N.RELEASE): A.RELEASED for state in (A.ASSIGNED, A.OPEN, A.RETURNED, A.EXPIRED)},
}
DONE: Final = frozenset({A.SUBMITTED, A.ACCEPTED})


class TaskStateError(ConflictError):
    """The task does not stand where this can be done."""


class AttemptStateError(ConflictError):
    """The attempt does not stand where this can be done."""


class RolesMixedError(ForbiddenError):
    """Somebody would check their own work."""


class ReadersMissingError(DataRefusedError):
    """The protocol needs another number of readers."""


class NotAssertedError(DataRefusedError):
    """A required label is neither drawn nor said to be absent."""


class AssertionContradictsError(DataRefusedError):
    """What is said of a label is not what was drawn."""


class NotYourPartError(ForbiddenError):
    """Somebody else has the part in this task that does this."""


class UndecidedError(ConflictError):
    """A dispute has no decision yet."""


class SignerIsAuthorError(ForbiddenError):
    """Nobody signs what they drew."""


class SomethingDisputedError(ConflictError):
    """The readers do not agree; an adjudicator decides first."""


_TASK_SENTENCES: Mapping[Move, str] = {
    M.PREPARE: "Only a new task can be prepared.",
    M.OPEN: "This task is not open for reading.",
    M.SUBMIT_LAST: "This task is not being read.",
    M.AGREE: "This task is not being compared.",
    M.DISPUTE: "This task is not being compared.",
    M.ADJUDICATE: "There is nothing to adjudicate in this task now; take the next case.",
    M.PROPOSE: "This task has no agreed or adjudicated labels yet.",
    M.SIGN: "This task is not ready to be signed.",
    M.RETURN: "Only a task in review can go back to its readers.",
    M.EXCLUDE: "This task has ended.",
    M.WITHDRAW: "This task is withdrawn already.",
}
_ATTEMPT_SENTENCES: Mapping[AttemptMove, str] = {
    N.OPEN: "This attempt was handed in; it can be read but not changed.",
    N.SUBMIT: "Open the attempt before you submit it.",
    N.ACCEPT: "Only a submitted attempt can be accepted.",
    N.RETURN: "Only a submitted attempt can go back to its reader.",
    N.RELEASE: "This attempt was handed in; it cannot be released.",
    N.EXPIRE: "Only an open attempt can expire.",
}


def move_task(state: TaskState, move: Move) -> TaskState:
    """Return the state after a move.

    Raises:
        TaskStateError: The table does not have this move; facts name the state.
    """
    after = TASK_MOVES.get((state, move))
    if after is None:
        raise TaskStateError(_TASK_SENTENCES[move], state=state.value, move=move.value)
    return after


def move_attempt(state: AttemptState, move: AttemptMove) -> AttemptState:
    """Return the state after a move.

    Raises:
        AttemptStateError: The table does not have this move; facts name the state.
    """
    after = ATTEMPT_MOVES.get((state, move))
    if after is None:
        raise AttemptStateError(_ATTEMPT_SENTENCES[move], state=state.value, move=move.value)
    return after


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


def check_team(protocol: Protocol, readers: list[str], adjudicator: str) -> None:
    """Refuse a team in which somebody would check their own work, or of the wrong size.

    Raises:
        ReadersMissingError: The protocol needs another number of readers.
        RolesMixedError: Somebody has two parts.
    """
    if len(readers) != READERS[protocol]:
        raise ReadersMissingError(f"This protocol needs {READERS[protocol]} readers.")
    if len({*readers, adjudicator}) != len(readers) + 1:
        raise RolesMixedError("Each person has one part in a task: choose different people.")


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


def check_signer(signer: str, authors: list[str]) -> None:
    """Refuse a signature under one's own drawing.

    Raises:
        SignerIsAuthorError: The signer drew a part of it.
    """
    if signer in authors:
        raise SignerIsAuthorError("You drew a part of these labels; somebody else signs them.")
