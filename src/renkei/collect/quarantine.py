"""What a person may do with a file in quarantine: the one table of states and acts."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from renkei.errors import ConflictError


class HeldState(StrEnum):
    """Where a held file stands."""

    HELD = "held"
    REPAIRED = "repaired"
    RELEASED = "released"
    REJECTED = "rejected"
    ERASED = "erased"


class HeldAct(StrEnum):
    """What is done with it; `erase` is what a recall does."""

    REPAIR = "repair"
    RELEASE = "release"
    REJECT = "reject"
    ERASE = "erase"


class RepairKind(StrEnum):
    """What a repair changes: whose it is, the missing file meta, or all of it by sending again."""

    SUBJECT = "subject"
    META = "meta"
    RESEND = "resend"


class AlreadyDecidedError(ConflictError):
    """Somebody has released or rejected the file; that is not taken back."""


_OPEN = {
    HeldAct.REPAIR: HeldState.REPAIRED,
    HeldAct.RELEASE: HeldState.RELEASED,
    HeldAct.REJECT: HeldState.REJECTED,
    HeldAct.ERASE: HeldState.ERASED,
}
TRANSITIONS: Mapping[HeldState, Mapping[HeldAct, HeldState]] = MappingProxyType(
    {
        HeldState.HELD: _OPEN,
        HeldState.REPAIRED: _OPEN,
        # What was released lies under the subject's key: a recall erases it there.
        HeldState.RELEASED: {},
        HeldState.REJECTED: {HeldAct.ERASE: HeldState.ERASED},
        HeldState.ERASED: {},
    }
)


def after(state: HeldState, act: HeldAct) -> HeldState:
    """Return the state that an act leads to.

    Raises:
        AlreadyDecidedError: The state does not know the act.
    """
    try:
        return TRANSITIONS[state][act]
    except KeyError as error:
        raise AlreadyDecidedError(
            "This file was decided already; see who did so and why on its page."
        ) from error
