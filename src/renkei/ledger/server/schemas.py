"""What crosses the wire of the ledger."""

from datetime import datetime
from typing import Any
from uuid import UUID

from renkei.ledger.server.tables import AnchorState
from renkei.server.web import Out


class AnchorOut(Out):
    """A record of the ledger; its payload only where the record itself is shown."""

    id: UUID
    created_at: datetime
    kind: str
    key: str
    commitment: str
    ledger: str
    state: AnchorState
    index: int | None
    anchored_at: datetime | None


class AnchorDetail(AnchorOut):
    """A record with what was committed to; None after a recall."""

    payload: dict[str, Any] | None


class EntryOut(Out):
    """An entry as the log holds it."""

    id: UUID
    index: int
    kind: str
    key: str
    commitment: str


class ReceiptOut(Out):
    """A receipt, as `renkei verify` reads it."""

    format: str
    kind: str
    key: str
    payload: dict[str, Any]
    salt: str
    proof: str


class TrustOut(Out):
    """A trust bundle, as `renkei verify` reads it."""

    format: str
    origin: str
    log: str
    witnesses: list[str]
    quorum: int
    recalls: str


class ConsistencyOut(Out):
    """The proof that the log of one size only grew into that of another; hashes in base64."""

    old: int
    new: int
    hashes: list[str]


class LogCheckOut(Out):
    """What a replay found; no findings means intact."""

    entries: int
    checkpoints: int
    findings: dict[str, int]
