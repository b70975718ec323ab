"""From request to closed licence: one table of transitions, and who may make each."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from renkei.errors import ConflictError, ForbiddenError

QUOTE_VALID = timedelta(days=30)
REQUEST_VALID = timedelta(days=45)


class State(StrEnum):
    """Where a request, and later its licence, stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CLARIFYING = "clarifying"
    APPROVED = "approved"
    REFUSED = "refused"
    QUOTED = "quoted"
    ORDERED = "ordered"
    SIGNED = "signed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CLOSED = "closed"
    ABANDONED = "abandoned"


class Mover(StrEnum):
    """Who moves it."""

    LICENSEE = "licensee"
    CURATOR = "curator"
    PARTIES = "parties"
    JOB = "job"


_L, _C, _P, _J = (
    frozenset({Mover.LICENSEE}),
    frozenset({Mover.CURATOR}),
    frozenset({Mover.PARTIES}),
    frozenset({Mover.JOB}),
)
TRANSITIONS: Mapping[State, Mapping[State, frozenset[Mover]]] = {
    State.DRAFT: {State.SUBMITTED: _L, State.ABANDONED: _L},
    State.SUBMITTED: {
        State.CLARIFYING: _C,
        State.APPROVED: _C,
        State.REFUSED: _C,
        State.EXPIRED: _J,
    },
    State.CLARIFYING: {State.SUBMITTED: _L, State.ABANDONED: _L},
    State.APPROVED: {State.QUOTED: _C},
    State.QUOTED: {State.ORDERED: _L, State.ABANDONED: _L, State.EXPIRED: _J},
    State.ORDERED: {State.SIGNED: _P},
    State.SIGNED: {State.ACTIVE: _C | _J},
    State.ACTIVE: {
        State.SUSPENDED: _C,
        State.EXPIRED: _J,
        State.REVOKED: _C | _J,
        State.CLOSED: _C,
    },
    State.SUSPENDED: {State.ACTIVE: _C, State.REVOKED: _C | _J, State.EXPIRED: _J},
    State.EXPIRED: {State.CLOSED: _C},
    State.REVOKED: {State.CLOSED: _C},
}


class NoSuchMoveError(ConflictError):
    """From this state there is no way to that one."""


class NotYourMoveError(ForbiddenError):
    """Somebody else has to make this move."""


def check_move(state: State, to: State, mover: Mover) -> State:
    """Return `to` when this mover may go there.

    Raises:
        NoSuchMoveError: The table has no such way.
        NotYourMoveError: It is another's.
    """
    movers = TRANSITIONS.get(state, {}).get(to)
    if movers is None:
        raise NoSuchMoveError(f"What is {state.value} cannot become {to.value}.")
    if mover not in movers:
        raise NotYourMoveError(f"Only {' or '.join(sorted(movers))} can make it {to.value}.")
    return to
