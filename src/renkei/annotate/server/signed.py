"""What later steps take: the newest signed labels of a series, checked against their signature."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.server.find import load_labels
from renkei.annotate.server.key import signing_key
from renkei.annotate.server.tables import Signature
from renkei.annotate.sign import verify_labels
from renkei.imaging.labels import LabelSet


async def signed_labels(
    session: AsyncSession, series_id: UUID
) -> tuple[LabelSet, Signature] | None:
    """Return the newest signed labels of a series; None when there are none.

    Raises:
        SignatureBrokenError: The stored labels are not the ones that were signed.
        ObjectErasedError: The subject's key was destroyed.
    """
    query = select(Signature).where(Signature.series_id == series_id)
    newest: Signature | None = await session.scalar(query.order_by(Signature.id.desc()).limit(1))
    if newest is None:
        return None
    labels = await load_labels(session, label_id=newest.label_id)
    verify_labels(newest.note, [signing_key().verifier], labels)
    return labels, newest
