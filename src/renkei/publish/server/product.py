"""The one table of what may be listed: versions, models, evaluations, synthetic sets."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.publish.server.tables import Product, ProductKind
from renkei.server.audit import record


async def offer_product(
    session: AsyncSession,
    *,
    kind: ProductKind,
    name: str,
    hash: str,  # noqa: A002  the column's name
    version_id: UUID,
    why_not: str | None = None,
) -> Product:
    """Enter a product; the same kind and hash again changes nothing.

    `why_not` keeps it from being listed, with the reason.
    """
    row = insert(Product).values(
        kind=kind,
        name=name,
        hash=hash,
        version_id=version_id,
        listable=why_not is None,
        why_not=why_not,
    )
    product: Product | None = await session.scalar(row.on_conflict_do_nothing().returning(Product))
    if product is None:
        found = await session.scalars(
            select(Product).where(Product.kind == kind, Product.hash == hash)
        )
        return found.one()
    await record(session, "publish.offer", product, why=why_not)
    return product


async def withdraw_products(session: AsyncSession, *, hashes: list[str], why: str) -> int:
    """Take products from what may be listed, with the reason; return how many were there."""
    found = await session.scalars(
        update(Product)
        .where(Product.hash.in_(hashes))
        .values(listable=False, why_not=why)
        .returning(Product.id)
        .execution_options(synchronize_session=False)
    )
    return len(list(found))
