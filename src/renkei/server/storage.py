"""Storage: Crypt4GH bodies under a key per subject; destroying that key erases.

The format lets segments be swapped, doubled and cut off, so whole reads compare the body's hash
and range reads compare the hashes of the 1 MiB blocks that cover the range.
"""

import asyncio
import hashlib
import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from mmap import mmap
from typing import IO
from uuid import UUID

import obstore
from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from renkei.errors import DataRefusedError, NotFoundError
from renkei.proof import crypt4gh
from renkei.server import keys, vault
from renkei.server.actor import Actor, Role
from renkei.server.db import Big, Table
from renkei.server.keys import ObjectErasedError, OwnerKey
from renkei.server.lineage import own

__all__ = [
    "ObjectErasedError",
    "StoredObject",
    "load",
    "load_many",
    "load_range",
    "store",
    "store_many",
]

BLOCK = 1 << 20
HASH = 32
# A body above this is encrypted into a file: the plain bytes may be a mapped file of gigabytes.
LARGE = 64 << 20
Plain = bytes | mmap
# The kind of key over what counts as an individual identification code.
GENOME = "genome"


class ObjectDamagedError(DataRefusedError):
    """The stored body is not the one that was written."""


class StoredObject(Table):
    """Bytes of one subject (or batch, or site): what they are, and the wrapped key to them."""

    __tablename__ = "stored_object"
    __table_args__ = (UniqueConstraint("key_id", "plain_sha256"),)

    key_id: Mapped[UUID] = mapped_column(ForeignKey(OwnerKey.id))
    site_id: Mapped[UUID] = mapped_column(index=True)
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    batch_id: Mapped[UUID | None] = mapped_column(index=True)
    plain_sha256: Mapped[str] = mapped_column(index=True)
    cipher_sha256: Mapped[str]
    size: Mapped[int] = mapped_column(Big)
    body_size: Mapped[int] = mapped_column(Big)
    blocks: Mapped[bytes]
    path: Mapped[str] = mapped_column(index=True)
    wrapped: Mapped[bytes | None]
    erased_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Keep a hospital to its own; the others know an id only from a row that they may see."""
        return cls.site_id == actor.site if actor.role is Role.HOSPITAL else true()


async def store(
    session: AsyncSession,
    data: Plain,
    *,
    site_id: UUID,
    subject_id: UUID | None = None,
    batch_id: UUID | None = None,
    genome: bool = False,
) -> StoredObject:
    """Keep bytes under the key of their subject, else batch, else site.

    A `genome` that identifies its subject lies under a key of its own.
    The same bytes of the same owner are kept once.

    Raises:
        ObjectErasedError: The owner was erased; nothing more is stored for it.
    """
    many = await store_many(
        session,
        [data],
        site_id=site_id,
        subject_id=subject_id,
        batch_id=batch_id,
        genome=genome,
    )
    return many[0]


async def store_many(
    session: AsyncSession,
    many: Sequence[Plain],
    *,
    site_id: UUID,
    subject_id: UUID | None = None,
    batch_id: UUID | None = None,
    genome: bool = False,
) -> list[StoredObject]:
    """Keep several pieces of one owner, in their order, with the statements of one.

    Raises:
        ObjectErasedError: The owner was erased; nothing more is stored for it.
    """
    kind, owner = _owner(site_id, subject_id, batch_id)
    kind = GENOME if genome and kind == "subject" else kind
    key_id, over = await keys.owner_key(session, site_id=site_id, kind=kind, owner_id=owner)
    hashes = [await _hash(data) for data in many]
    found = await _kept(session, key_id, hashes)
    fresh = {h: data for h, data in zip(hashes, many, strict=True) if h not in found}
    if fresh:
        sealed = await asyncio.to_thread(_seal_many, fresh, over)
        where = vault.current().objects
        try:
            await asyncio.gather(*(obstore.put_async(where, one.path, one.body) for one in sealed))
        finally:
            for one in sealed:
                one.body.close()
        owned = {
            "key_id": key_id,
            "site_id": site_id,
            "subject_id": subject_id,
            "batch_id": batch_id,
        }
        rows = insert(StoredObject).values([{**owned, **one.columns} for one in sealed])
        new = await session.scalars(rows.on_conflict_do_nothing().returning(StoredObject))
        found |= {row.plain_sha256: row for row in new}
        if len(found) < len(set(hashes)):  # somebody else kept the same bytes a moment ago
            found = await _kept(session, key_id, hashes)
    if subject_id is not None:
        await own(session, sorted(set(hashes)), [subject_id])
    return [found[one] for one in hashes]


async def _hash(data: Plain) -> str:
    # Gigabytes would keep every other request waiting.
    if len(data) > LARGE:
        return (await asyncio.to_thread(hashlib.sha256, data)).hexdigest()
    return hashlib.sha256(data).hexdigest()


async def _kept(
    session: AsyncSession, key_id: UUID, hashes: Sequence[str]
) -> dict[str, StoredObject]:
    rows = await session.scalars(
        select(StoredObject).where(
            StoredObject.key_id == key_id, StoredObject.plain_sha256.in_(hashes)
        )
    )
    return {row.plain_sha256: row for row in rows}


def _owner(site_id: UUID, subject_id: UUID | None, batch_id: UUID | None) -> tuple[str, UUID]:
    if subject_id is not None:
        return "subject", subject_id
    return ("batch", batch_id) if batch_id is not None else ("site", site_id)


@dataclass(frozen=True, slots=True)
class _Sealed:
    path: str
    body: IO[bytes]
    columns: dict[str, object]


def _seal_many(many: Mapping[str, Plain], over: bytes) -> list[_Sealed]:
    return [_seal(plain, data, over) for plain, data in many.items()]


def _seal(plain: str, data: Plain, over: bytes) -> _Sealed:
    data_key = crypt4gh.new_data_key()
    body: IO[bytes]
    if len(data) > LARGE:
        source = data if isinstance(data, mmap) else io.BytesIO(data)
        source.seek(0)
        # Closed, and so removed, when it is stored; it holds nothing that can be read.
        body = tempfile.TemporaryFile()  # noqa: SIM115
        cipher = crypt4gh.encrypt_stream(source, body, data_key)[1]  # type: ignore[arg-type]
    else:
        body = io.BytesIO(crypt4gh.encrypt_body(data[:], data_key))
        cipher = hashlib.sha256(body.getbuffer()).hexdigest()
    body.seek(0)
    blocks = []
    while block := body.read(BLOCK):
        blocks.append(hashlib.sha256(block).digest())
    size = body.tell()
    body.seek(0)
    path = f"{cipher[:2]}/{cipher}"
    columns = {
        "plain_sha256": plain,
        "cipher_sha256": cipher,
        "size": len(data),
        "body_size": size,
        "blocks": b"".join(blocks),
        "path": path,
        "wrapped": vault.wrap(data_key, over, owner=plain),
    }
    return _Sealed(path, body, columns)


async def find_object(session: AsyncSession, object_id: UUID) -> StoredObject:
    """Return the row of an object.

    Raises:
        NotFoundError: There is no such object, or none that the actor may see.
    """
    found = await session.get(StoredObject, object_id)
    if found is None:
        raise NotFoundError("There is no such object, or it is another's.")
    return found


async def load(session: AsyncSession, object_id: UUID) -> bytes:
    """Return the plain bytes of an object.

    Raises:
        NotFoundError: There is no such object, or none that the actor may see.
        ObjectErasedError: Its key was destroyed.
        ObjectDamagedError: The body was changed behind the platform's back.
    """
    return (await load_many(session, [object_id]))[0]


async def load_many(session: AsyncSession, object_ids: Sequence[UUID]) -> list[bytes]:
    """Return the plain bytes of several objects, in their order, with the statements of one.

    Raises:
        NotFoundError: There is no such object, or none that the actor may see.
        ObjectErasedError: The key to one was destroyed.
        ObjectDamagedError: A body was changed behind the platform's back.
    """
    rows = await session.scalars(
        select(StoredObject)
        .where(StoredObject.id.in_(object_ids))
        .execution_options(populate_existing=True)
    )
    found = {row.id: row for row in rows}
    if not found.keys() >= set(object_ids):
        raise NotFoundError("There is no such object, or it is another's.")
    over = await keys.open_owner_keys(session, {row.key_id for row in found.values()})
    wanted = [found[one] for one in object_ids]
    data_keys = [_unwrap(row, over[row.key_id]) for row in wanted]
    bodies = await asyncio.gather(*(_fetch(row) for row in wanted))
    return await asyncio.to_thread(_open_many, wanted, bodies, data_keys)


def _open_many(
    rows: Sequence[StoredObject], bodies: Sequence[bytes], data_keys: Sequence[bytes]
) -> list[bytes]:
    opened = []
    for row, body, key in zip(rows, bodies, data_keys, strict=True):
        _check_body(body, row)
        opened.append(crypt4gh.decrypt_body(body, key))
    return opened


async def load_range(session: AsyncSession, object_id: UUID, start: int, stop: int) -> bytes:
    """Return plain bytes `start` to `stop`, reading only the blocks that cover them.

    Raises:
        NotFoundError: There is no such object, or none that the actor may see.
        ObjectErasedError: Its key was destroyed.
        ObjectDamagedError: The body was changed behind the platform's back.
        BodyRefusedError: The range lies outside the object.
    """
    stored = await find_object(session, object_id)
    key = await _data_key(session, stored)
    stop = min(stop, stored.size)
    if not 0 <= start <= stop:
        raise crypt4gh.BodyRefusedError("The byte range lies outside the object.")
    if start == stop:
        return b""
    first = start // crypt4gh.SEGMENT * crypt4gh.SEALED_SEGMENT // BLOCK
    last = ((stop - 1) // crypt4gh.SEGMENT + 1) * crypt4gh.SEALED_SEGMENT
    begin, end = first * BLOCK, min(-(-last // BLOCK) * BLOCK, stored.body_size)
    read = await obstore.get_range_async(vault.current().objects, stored.path, start=begin, end=end)
    body = bytes(read)
    _check_blocks(body, stored.blocks[first * HASH :])
    return await asyncio.to_thread(
        crypt4gh.decrypt_range,
        lambda low, high: body[low - begin : high - begin],
        key,
        start,
        stop,
        stored.size,
    )


def _check_blocks(body: bytes, blocks: bytes) -> None:
    for n, start in enumerate(range(0, len(body), BLOCK)):
        wanted = blocks[n * HASH : (n + 1) * HASH]
        if hashlib.sha256(body[start : start + BLOCK]).digest() != wanted:
            raise ObjectDamagedError("The stored file was changed; restore it from a backup.")


async def read_body(stored: StoredObject) -> bytes:
    """Return the encrypted body, for a delivery or IPFS.

    Raises:
        ObjectDamagedError: The body is missing, or was changed behind the platform's back.
    """
    body = await _fetch(stored)
    await asyncio.to_thread(_check_body, body, stored)
    return body


async def _fetch(stored: StoredObject) -> bytes:
    try:
        answer = await obstore.get_async(vault.current().objects, stored.path)
    except FileNotFoundError as error:
        raise ObjectDamagedError("The stored file is missing; restore it.") from error
    return bytes(await answer.bytes_async())


def _check_body(body: bytes, stored: StoredObject) -> None:
    if hashlib.sha256(body).hexdigest() != stored.cipher_sha256:
        raise ObjectDamagedError("The stored file was changed; restore it from a backup.")


async def reheader(session: AsyncSession, object_id: UUID, recipient_public: bytes) -> bytes:
    """Return a Crypt4GH header that opens the body for one X25519 key.

    Raises:
        NotFoundError: There is no such object, or none that the actor may see.
        ObjectErasedError: Its key was destroyed.
    """
    stored = await find_object(session, object_id)
    return crypt4gh.make_header(await _data_key(session, stored), recipient_public)


async def _data_key(session: AsyncSession, stored: StoredObject) -> bytes:
    over = await keys.open_owner_keys(session, [stored.key_id])
    return _unwrap(stored, over[stored.key_id])


def _unwrap(stored: StoredObject, over: bytes) -> bytes:
    if stored.wrapped is None:
        raise ObjectErasedError("This data was erased; only the record of it is left.")
    return vault.unwrap(stored.wrapped, over, owner=stored.plain_sha256)


async def erase_subject(session: AsyncSession, subject_id: UUID) -> int:
    """Destroy a subject's key, so that its bytes are unreadable for good; return how many."""
    own = await keys.destroy(session, kind="subject", owner_id=subject_id)
    genome = await keys.destroy(session, kind=GENOME, owner_id=subject_id)
    return await _erase(session, [*own, *genome])


async def erase_batch(session: AsyncSession, batch_id: UUID) -> int:
    """Destroy a batch's key: originals of a confirmed batch, or its quarantine."""
    return await _erase(session, await keys.destroy(session, kind="batch", owner_id=batch_id))


async def _erase(session: AsyncSession, key_ids: list[UUID]) -> int:
    await session.flush()
    erased = await session.execute(
        update(StoredObject)
        .where(StoredObject.key_id.in_(key_ids), StoredObject.erased_at.is_(None))
        .values(wrapped=None, erased_at=datetime.now(UTC))
    )
    return int(erased.rowcount)  # type: ignore[attr-defined]
