"""Receipts: what a party needs to show, without the platform, that a record stands in the log."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError, NotFoundError, RenkeiError
from renkei.ledger.backends import ledgers
from renkei.ledger.server.store import Rows
from renkei.ledger.server.tables import Anchor, AnchorState
from renkei.plugins import by_name
from renkei.proof.receipt import Receipt


class AnchorPendingError(ConflictError):
    """The record waits for the ledger; try again in a moment."""


class AnchorErasedError(RenkeiError):
    """A recall deleted the salt: the record cannot be shown any more."""

    status: ClassVar[int] = 410
    exit_code: ClassVar[int] = 4


async def find_anchor(session: AsyncSession, *, key: str | None = None, **by: UUID) -> Anchor:
    """Return an anchor by its key, or by `anchor_id`.

    Raises:
        NotFoundError: There is none that the actor may see.
    """
    query = select(Anchor).where(Anchor.key == key if key else Anchor.id == by["anchor_id"])
    found = await session.scalar(query)
    if found is None:
        raise NotFoundError("There is no such record in the ledger; choose one from the list.")
    return found


async def receipt_for(session: AsyncSession, anchor: Anchor) -> Receipt:
    """Return the receipt of a record under the newest checkpoint.

    Raises:
        AnchorPendingError: It is not in the log yet.
        AnchorErasedError: A recall deleted its salt.
        LogUnavailableError: The log has lost nodes.
    """
    if anchor.state is not AnchorState.ANCHORED or anchor.index is None:
        raise AnchorPendingError("This record waits for the ledger; try again in a moment.")
    if anchor.salt is None or anchor.payload is None:
        raise AnchorErasedError("A recall deleted this record; only its commitment is left.")
    proof = await by_name(ledgers(), anchor.ledger).prove(Rows(session), anchor.index)
    return Receipt(
        anchor.kind, anchor.key, anchor.payload, bytes.fromhex(anchor.salt), proof.to_text()
    )
