"""The workflow: states of task and attempt, one table of transitions each, and every refusal.

A task goes draft → ready → reading → comparing → agreed, or disputed → adjudicating; then
review → signed. A second round is read unblinded and compared again; what was signed can be amended
and reviewed anew. An attempt goes assigned → open → submitted → accepted, or back to its reader; a
doubted one opens its task again for somebody else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from renkei.annotate.protocols import Protocol
from renkei.errors import ConflictError, DataRefusedError, ForbiddenError, RenkeiError


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
    UNBLINDED = "unblinded"
    AGREED = "agreed"
    DISPUTED = "disputed"
    ADJUDICATING = "adjudicating"
    REVIEW = "review"
    SIGNED = "signed"
    AMENDING = "amending"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"


class AttemptState(StrEnum):
    """Where one person's work on a task stands."""

    ASSIGNED = "assigned"
    OPEN = "open"
    SUBMITTED = "submitted"
    CANNOT_READ = "cannot_read"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    RELEASED = "released"
    EXPIRED = "expired"
    DOUBTED = "doubted"


class Move(StrEnum):
    """What can be done to a task."""

    PREPARE = "prepare"
    OPEN = "open"
    SUBMIT_LAST = "submit_last"
    UNBLIND = "unblind"
    AGREE = "agree"
    DISPUTE = "dispute"
    ADJUDICATE = "adjudicate"
    PROPOSE = "propose"
    SIGN = "sign"
    RETURN = "return"
    REOPEN = "reopen"
    AMEND = "amend"
    KEEP = "keep"
    EXCLUDE = "exclude"
    WITHDRAW = "withdraw"


class AttemptMove(StrEnum):
    """What can be done to an attempt."""

    OPEN = "open"
    SUBMIT = "submit"
    CANNOT_READ = "cannot_read"
    ACCEPT = "accept"
    RETURN = "return"
    RELEASE = "release"
    EXPIRE = "expire"
    DOUBT = "doubt"


class Unreadable(StrEnum):
    """Why a reader leaves a case; `other` needs a note."""

    WRONG_PART = "wrong_part"
    QUALITY = "quality"
    NOT_MY_FIELD = "not_my_field"
    OTHER = "other"


class TaskStateError(ConflictError):
    """The task does not stand where this can be done."""


class AttemptStateError(ConflictError):
    """The attempt does not stand where this can be done."""


class RolesMixedError(ForbiddenError):
    """Somebody would check their own work."""


class ReadersMissingError(DataRefusedError):
    """The protocol needs another number of readers."""


class NotYourPartError(ForbiddenError):
    """Somebody else has the part in this task that does this."""


class UndecidedError(ConflictError):
    """A dispute has no decision yet."""


class SignerIsAuthorError(ForbiddenError):
    """Nobody signs what they drew."""


class SomethingDisputedError(ConflictError):
    """The readers do not agree; an adjudicator decides first."""


class ReadersOutstandingError(ConflictError):
    """Somebody has not handed in."""


class NobodyDecidesError(ConflictError):
    """The protocol has no adjudication."""


class NoSecondRoundError(ConflictError):
    """The protocol reads once, or both rounds were read."""


class ReasonMissingError(DataRefusedError):
    """Something is done that needs a reason."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the guards of a task's moves look at; what is not said stands in nobody's way.

    `rounds` counts the rounds that were read, `authors` who drew a part of the labels.
    """

    protocol: Protocol | None = None
    readers_left: int = 0
    rounds: int = 1
    disputes: int = 0
    undecided: int = 0
    actor: str = ""
    authors: frozenset[str] = frozenset()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What the guards of an attempt's moves look at: why somebody cannot read."""

    why: Unreadable | None = None
    note: str = ""


def _free(_: object) -> None:
    """Guard nothing."""


def _all_have_read(at: Standing) -> RenkeiError | None:
    if at.readers_left:
        return ReadersOutstandingError("Somebody still reads; it is compared when all have.")
    return None


def _nothing_disputed(at: Standing) -> RenkeiError | None:
    if at.disputes and (at.protocol is None or at.protocol.adjudicated):
        return SomethingDisputedError("The readers do not agree; an adjudicator decides first.")
    return None


def _somebody_decides(at: Standing) -> RenkeiError | None:
    if at.protocol is not None and not at.protocol.adjudicated:
        return NobodyDecidesError("This protocol keeps what readers see differently.")
    return None


def _another_round(at: Standing) -> RenkeiError | None:
    if at.protocol is None or not at.protocol.second_round or at.rounds != 1:
        return NoSecondRoundError("This task is not read a second time; go on to its review.")
    return None


def _all_decided(at: Standing) -> RenkeiError | None:
    if at.undecided:
        return UndecidedError("Decide each dispute first.", waiting=at.undecided)
    return None


def _no_author(at: Standing) -> RenkeiError | None:
    if at.actor in at.authors:
        return SignerIsAuthorError("You drew a part of these labels; somebody else signs them.")
    return None


def _reason_said(at: Standing) -> RenkeiError | None:
    return None if at.reason.strip() else ReasonMissingError("Say why the labels are amended.")


def _why_unreadable(at: Leaving) -> RenkeiError | None:
    if at.why is None or (at.why is Unreadable.OTHER and not at.note.strip()):
        return ReasonMissingError("Say why you cannot read this case.")
    return None


class Step(NamedTuple):
    """Where a move leads, and who may stand in its way."""

    after: TaskState
    guard: Callable[[Standing], RenkeiError | None] = _free


class AttemptStep(NamedTuple):
    """Where a move of an attempt leads, and what may stand in its way."""

    after: AttemptState
    guard: Callable[[Leaving], RenkeiError | None] = _free


S, M = TaskState, Move
_WORKING: Final = (
    S.DRAFT,
    S.READY,
    S.READING,
    S.COMPARING,
    S.UNBLINDED,
    S.AGREED,
    S.DISPUTED,
    S.ADJUDICATING,
    S.REVIEW,
)
TASK_MOVES: Mapping[tuple[TaskState, Move], Step] = {
    (S.DRAFT, M.PREPARE): Step(S.READY),
    (S.READY, M.OPEN): Step(S.READING),
    (S.READING, M.OPEN): Step(S.READING),
    (S.READING, M.SUBMIT_LAST): Step(S.COMPARING, _all_have_read),
    (S.COMPARING, M.UNBLIND): Step(S.UNBLINDED, _another_round),
    (S.UNBLINDED, M.OPEN): Step(S.UNBLINDED),
    (S.UNBLINDED, M.SUBMIT_LAST): Step(S.COMPARING, _all_have_read),
    (S.COMPARING, M.AGREE): Step(S.AGREED, _nothing_disputed),
    (S.COMPARING, M.DISPUTE): Step(S.DISPUTED, _somebody_decides),
    (S.DISPUTED, M.ADJUDICATE): Step(S.ADJUDICATING),
    (S.ADJUDICATING, M.ADJUDICATE): Step(S.ADJUDICATING),
    (S.AGREED, M.PROPOSE): Step(S.REVIEW),
    (S.ADJUDICATING, M.PROPOSE): Step(S.REVIEW, _all_decided),
    (S.REVIEW, M.SIGN): Step(S.SIGNED, _no_author),
    (S.REVIEW, M.RETURN): Step(S.READING),
    **{
        (state, M.REOPEN): Step(S.READING)
        for state in (S.READING, S.COMPARING, S.UNBLINDED, S.DISPUTED, S.ADJUDICATING, S.REVIEW)
    },
    (S.SIGNED, M.AMEND): Step(S.AMENDING, _reason_said),
    (S.AMENDING, M.OPEN): Step(S.AMENDING),
    (S.AMENDING, M.PROPOSE): Step(S.REVIEW),
    (S.AMENDING, M.KEEP): Step(S.SIGNED),
    **{(state, M.EXCLUDE): Step(S.EXCLUDED) for state in _WORKING},
    **{
        (state, M.WITHDRAW): Step(S.WITHDRAWN)
        for state in (*_WORKING, S.SIGNED, S.AMENDING, S.EXCLUDED)
    },
}
ENDED: Final = frozenset({S.SIGNED, S.EXCLUDED, S.WITHDRAWN})
# From here on the readers have all submitted, so the adjudicator may see what they drew.
COMPARED: Final = frozenset(
    {S.UNBLINDED, S.AGREED, S.DISPUTED, S.ADJUDICATING, S.REVIEW, S.SIGNED, S.AMENDING}
)

A, N = AttemptState, AttemptMove
_IN_HAND: Final = (A.ASSIGNED, A.OPEN, A.RETURNED, A.EXPIRED)
_LEFT: Final = (A.CANNOT_READ, A.DOUBTED)
ATTEMPT_MOVES: Mapping[tuple[AttemptState, AttemptMove], AttemptStep] = {
    (A.ASSIGNED, N.OPEN): AttemptStep(A.OPEN),
    (A.OPEN, N.OPEN): AttemptStep(A.OPEN),
    (A.RETURNED, N.OPEN): AttemptStep(A.OPEN),
    (A.EXPIRED, N.OPEN): AttemptStep(A.OPEN),
    (A.OPEN, N.SUBMIT): AttemptStep(A.SUBMITTED),
    (A.SUBMITTED, N.ACCEPT): AttemptStep(A.ACCEPTED),
    (A.SUBMITTED, N.RETURN): AttemptStep(A.RETURNED),
    (A.OPEN, N.EXPIRE): AttemptStep(A.EXPIRED),
    (A.CANNOT_READ, N.RETURN): AttemptStep(A.RETURNED),
    (A.SUBMITTED, N.DOUBT): AttemptStep(A.DOUBTED),
    (A.ACCEPTED, N.DOUBT): AttemptStep(A.DOUBTED),
    (A.DOUBTED, N.ACCEPT): AttemptStep(A.ACCEPTED),
    **{(state, N.CANNOT_READ): AttemptStep(A.CANNOT_READ, _why_unreadable) for state in _IN_HAND},
    **{(state, N.RELEASE): AttemptStep(A.RELEASED) for state in (*_IN_HAND, *_LEFT)},
}
DONE: Final = frozenset({A.SUBMITTED, A.ACCEPTED})


_TASK_SENTENCES: Mapping[Move, str] = {
    M.PREPARE: "Only a new task can be prepared.",
    M.OPEN: "This task is not open for reading.",
    M.SUBMIT_LAST: "This task is not being read.",
    M.UNBLIND: "Only a task that was just compared is read a second time.",
    M.AGREE: "This task is not being compared.",
    M.DISPUTE: "This task is not being compared.",
    M.ADJUDICATE: "There is nothing to adjudicate in this task now; take the next case.",
    M.PROPOSE: "This task has no agreed or adjudicated labels yet.",
    M.SIGN: "This task is not ready to be signed.",
    M.RETURN: "Only a task in review can go back to its readers.",
    M.REOPEN: "This task is not read or judged now; amend what is signed.",
    M.AMEND: "Only signed labels are amended; change these before they are signed.",
    M.KEEP: "These labels are not being amended.",
    M.EXCLUDE: "This task has ended.",
    M.WITHDRAW: "This task is withdrawn already.",
}
_ATTEMPT_SENTENCES: Mapping[AttemptMove, str] = {
    N.OPEN: "This attempt was handed in; it can be read but not changed.",
    N.SUBMIT: "Open the attempt before you submit it.",
    N.CANNOT_READ: "This attempt was handed in; ask for it to be returned to you first.",
    N.ACCEPT: "Only a submitted attempt can be accepted.",
    N.RETURN: "Only an attempt that was handed in can go back to its reader.",
    N.RELEASE: "This attempt was handed in; it cannot be released.",
    N.EXPIRE: "Only an open attempt can expire.",
    N.DOUBT: "Only a reading that was handed in can be doubted.",
}


def move_task(state: TaskState, move: Move, standing: Standing = Standing()) -> TaskState:
    """Return the state after a move.

    Raises:
        TaskStateError: The table does not have this move; facts name the state.
        RenkeiError: A guard stands in the way.
    """
    step = TASK_MOVES.get((state, move))
    if step is None:
        raise TaskStateError(_TASK_SENTENCES[move], state=state.value, move=move.value)
    if refusal := step.guard(standing):
        raise refusal
    return step.after


def move_attempt(
    state: AttemptState,
    move: AttemptMove,
    leaving: Leaving = Leaving(),
) -> AttemptState:
    """Return the state after a move.

    Raises:
        AttemptStateError: The table does not have this move; facts name the state.
        RenkeiError: A guard stands in the way.
    """
    step = ATTEMPT_MOVES.get((state, move))
    if step is None:
        raise AttemptStateError(_ATTEMPT_SENTENCES[move], state=state.value, move=move.value)
    if refusal := step.guard(leaving):
        raise refusal
    return step.after


def check_team(protocol: Protocol, readers: list[str], adjudicator: str) -> None:
    """Refuse a team in which somebody would check their own work, or of the wrong size.

    Raises:
        ReadersMissingError: The protocol needs another number of readers.
        RolesMixedError: Somebody has two parts.
    """
    if len(readers) != protocol.readers:
        raise ReadersMissingError(f"This protocol needs {protocol.readers} readers.")
    if len({*readers, adjudicator}) != len(readers) + 1:
        raise RolesMixedError("Each person has one part in a task: choose different people.")


def check_signer(signer: str, authors: list[str]) -> None:
    """Refuse a signature under one's own drawing.

    Raises:
        SignerIsAuthorError: The signer drew a part of it.
    """
    if signer in authors:
        raise SignerIsAuthorError("You drew a part of these labels; somebody else signs them.")
