"""The chain of keys: platform → site → subject (or batch, or the site's own) → object."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from renkei.errors import RenkeiError
from renkei.proof.crypt4gh import new_data_key
from renkei.server import vault
from renkei.server.actor import Actor, Role
from renkei.server.db import Table


class ObjectErasedError(RenkeiError):
    """The key was destroyed: nobody can read these bytes any more."""

    status: ClassVar[int] = 410
    exit_code: ClassVar[int] = 4


def _of_site(site_id: InstrumentedAttribute[UUID], actor: Actor) -> ColumnElement[bool]:
    # An object's id is on no wire: whoever may see the row that names it may read the bytes.
    return site_id == actor.site if actor.role is Role.HOSPITAL else true()


class SiteKey(Table):
    """A site's storage key, wrapped by the platform's."""

    __tablename__ = "site_key"

    site_id: Mapped[UUID] = mapped_column(unique=True)
    wrapped: Mapped[bytes]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Keep a hospital to its own key."""
        return _of_site(cls.site_id, actor)


class OwnerKey(Table):
    """The random key of a subject, a batch or a site's subjectless objects; erasing destroys it."""

    __tablename__ = "owner_key"
    __table_args__ = (UniqueConstraint("site_id", "kind", "owner_id"),)

    site_id: Mapped[UUID] = mapped_column(ForeignKey(SiteKey.site_id))
    kind: Mapped[str]
    owner_id: Mapped[UUID] = mapped_column(index=True)
    wrapped: Mapped[bytes | None]
    destroyed_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Keep a hospital to its own keys."""
        return _of_site(cls.site_id, actor)


# A backup writes these into a file of their own, so that an erasure can reach it.
KEY_TABLES = (SiteKey.__tablename__, OwnerKey.__tablename__)


OPENED = "opened owner keys"


async def owner_key(
    session: AsyncSession, *, site_id: UUID, kind: str, owner_id: UUID
) -> tuple[UUID, bytes]:
    """Return id and key of an owner; the first call draws it.

    Raises:
        ObjectErasedError: It was destroyed, so nothing more is stored for this owner.
    """
    # Opened once per transaction: a batch stores hundreds of objects under one key.
    opened: dict[tuple[str, UUID], tuple[UUID, bytes]] = session.info.setdefault(OPENED, {})
    if (kind, owner_id) not in opened:
        opened[kind, owner_id] = await _owner_key(session, site_id, kind, owner_id)
    return opened[kind, owner_id]


async def _owner_key(
    session: AsyncSession, site_id: UUID, kind: str, owner_id: UUID
) -> tuple[UUID, bytes]:
    query = select(OwnerKey).where(
        OwnerKey.site_id == site_id, OwnerKey.kind == kind, OwnerKey.owner_id == owner_id
    )
    found: OwnerKey | None = await session.scalar(query)
    if found is None:
        over = await _site_key(session, site_id)
        sealed = vault.wrap(new_data_key(), over, owner=f"{kind}:{owner_id}")
        row = insert(OwnerKey).values(site_id=site_id, kind=kind, owner_id=owner_id, wrapped=sealed)
        await session.execute(row.on_conflict_do_nothing())
        found = (await session.scalars(query)).one()
    return found.id, _open(found, await _site_key(session, site_id))


async def open_owner_keys(session: AsyncSession, key_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """Return keys by their rows' ids, as they stand in the database now.

    Raises:
        ObjectErasedError: One was destroyed.
    """
    rows = await session.scalars(
        select(OwnerKey).where(OwnerKey.id.in_(key_ids)).execution_options(populate_existing=True)
    )
    opened, sites = {}, dict[UUID, bytes]()
    for row in list(rows):
        if row.site_id not in sites:
            sites[row.site_id] = await _site_key(session, row.site_id)
        opened[row.id] = _open(row, sites[row.site_id])
    return opened


def _open(row: OwnerKey, over: bytes) -> bytes:
    if row.wrapped is None:
        raise ObjectErasedError("This data was erased; only the record of it is left.")
    return vault.unwrap(row.wrapped, over, owner=f"{row.kind}:{row.owner_id}")


async def _site_key(session: AsyncSession, site_id: UUID) -> bytes:
    platform = vault.current().platform_key
    query = select(SiteKey.wrapped).where(SiteKey.site_id == site_id)
    wrapped = await session.scalar(query)
    if wrapped is None:
        sealed = vault.wrap(new_data_key(), platform, owner=f"site:{site_id}")
        row = insert(SiteKey).values(site_id=site_id, wrapped=sealed)
        await session.execute(row.on_conflict_do_nothing())
        wrapped = (await session.scalars(query)).one()
    return vault.unwrap(wrapped, platform, owner=f"site:{site_id}")


async def destroy(session: AsyncSession, *, kind: str, owner_id: UUID) -> list[UUID]:
    """Destroy the keys of an owner for good; return their ids."""
    session.info.pop(OPENED, None)
    rows = await session.scalars(
        select(OwnerKey)
        .where(OwnerKey.kind == kind, OwnerKey.owner_id == owner_id)
        .with_for_update()
    )
    found = list(rows)
    for row in found:
        if row.wrapped is not None:
            row.wrapped, row.destroyed_at = None, datetime.now(UTC)
    return [row.id for row in found]
