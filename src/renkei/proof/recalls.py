"""The list of withdrawn cases: signed, dated, and telling no more than case roots."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from renkei.proof.note import SigningKey, Verifier, open_note, sign_note
from renkei.proof.strict import HEX64, MalformedError

HEAD = "renkei.recalls/1"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True, slots=True)
class RecallList:
    """Case roots that were withdrawn up to `issued` (UTC)."""

    issued: datetime
    cases: frozenset[str]


def sign_recalls(cases: Iterable[str], issued: datetime, *keys: SigningKey) -> str:
    """Return the signed note; cases are sorted, so their order tells nothing."""
    time = issued.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return sign_note("\n".join([HEAD, time, *sorted(set(cases))]) + "\n", *keys)


def open_recalls(note: str, verifiers: Sequence[Verifier]) -> RecallList:
    """Return the list of a note that a verifier signed.

    Raises:
        NoteRefusedError: It is not signed by any of them.
        MalformedError: It is no recall list.
    """
    head, time, *cases = open_note(note, verifiers).rstrip("\n").split("\n") + [""] * 2
    cases = [case for case in cases if case]
    if head != HEAD or not _TIME.fullmatch(time) or not all(map(HEX64.fullmatch, cases)):
        raise MalformedError("This is no list of recalls; download the trust bundle again.")
    return RecallList(datetime.fromisoformat(time), frozenset(cases))
