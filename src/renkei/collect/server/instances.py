"""Write the instances of a series with their bytes, many with one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.proof import digest
from renkei.server.storage import store_many
from renkei.subjects.server.tables import Instance, Rendition, Subject


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of an instance as it came; `pixel_sha256` covers its decoded frames.

    `header_sha256` covers what else changes its meaning.
    """

    sop_uid: str
    sop_class_uid: str | None
    number: int | None
    transfer_syntax: str
    pixel_sha256: str | None
    data: bytes
    header_sha256: str | None = None


async def write_instances(
    session: AsyncSession,
    *,
    subject: Subject,
    series_id: UUID,
    copies: Sequence[Copy],
    decided: bool = False,
) -> list[str | None]:
    """Store copies of instances of one series; return the SHA-256 of each that fits the record.

    The same bytes again change nothing. Other bytes are another rendition when the decoded frames
    and the relevant header are equal; else they conflict, unless a person has `decided` for them.
    No two copies have one UID.
    """
    fresh = await _add(session, subject, series_id, copies)
    known = await _known(session, subject, [c.sop_uid for c in copies if c.sop_uid not in fresh])
    wanted = [(fresh[c.sop_uid], c) for c in copies if c.sop_uid in fresh]
    stands: dict[str, str | None] = {}
    for copy in copies:
        if copy.sop_uid not in known:
            continue
        instance_id, in_series, held = known[copy.sop_uid]
        sha256 = digest(copy.data)
        same = any(one.sha256 == sha256 for one in held)
        conflicts = not same and not decided and any(_differ(copy, one) for one in held)
        if in_series != series_id or conflicts:
            stands[copy.sop_uid] = None
        elif same:
            stands[copy.sop_uid] = sha256
        else:
            wanted.append((instance_id, copy))
    stands |= await _write(session, subject, wanted, datetime.now(UTC) if decided else None)
    return [stands[copy.sop_uid] for copy in copies]


async def _add(
    session: AsyncSession, subject: Subject, series_id: UUID, copies: Sequence[Copy]
) -> dict[str, UUID]:
    """Return the instances that were not there before, by UID."""
    rows = [
        {
            "site_id": subject.site_id,
            "subject_id": subject.id,
            "series_id": series_id,
            "sop_uid": copy.sop_uid,
            "sop_class_uid": copy.sop_class_uid,
            "number": copy.number,
        }
        for copy in copies
    ]
    added = await session.execute(
        insert(Instance)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(Instance.sop_uid, Instance.id)
    )
    return dict(added.all())


async def _known(
    session: AsyncSession, subject: Subject, uids: Sequence[str]
) -> dict[str, tuple[UUID, UUID, tuple[Rendition, ...]]]:
    """Return instance, series and renditions of what was there before, by UID."""
    if not uids:
        return {}
    found = await session.execute(
        select(Instance.sop_uid, Instance.id, Instance.series_id).where(
            Instance.site_id == subject.site_id, Instance.sop_uid.in_(uids)
        )
    )
    rows = found.all()
    held: dict[UUID, list[Rendition]] = {row.id: [] for row in rows}
    for rendition in await session.scalars(
        select(Rendition).where(Rendition.instance_id.in_(held))
    ):
        held[rendition.instance_id].append(rendition)
    return {row.sop_uid: (row.id, row.series_id, tuple(held[row.id])) for row in rows}


def _differ(copy: Copy, one: Rendition) -> bool:
    if one.pixel_sha256 != copy.pixel_sha256:
        return True
    if one.header_sha256 is None or copy.header_sha256 is None:
        # Nobody compared the headers: only another encoding of the same frames is believed.
        return copy.pixel_sha256 is None or one.transfer_syntax == copy.transfer_syntax
    return one.header_sha256 != copy.header_sha256


async def _write(
    session: AsyncSession,
    subject: Subject,
    wanted: Sequence[tuple[UUID, Copy]],
    chosen_at: datetime | None,
) -> dict[str, str]:
    """Store bytes as renditions of their instances; return their SHA-256 by UID."""
    if not wanted:
        return {}
    stored = await store_many(
        session,
        [copy.data for _, copy in wanted],
        site_id=subject.site_id,
        subject_id=subject.id,
    )
    rows = [
        {
            "site_id": subject.site_id,
            "subject_id": subject.id,
            "instance_id": instance_id,
            "sha256": kept.plain_sha256,
            "object_id": kept.id,
            "transfer_syntax": copy.transfer_syntax,
            "pixel_sha256": copy.pixel_sha256,
            "header_sha256": copy.header_sha256,
            "chosen_at": chosen_at,
        }
        for (instance_id, copy), kept in zip(wanted, stored, strict=True)
    ]
    await session.execute(insert(Rendition).values(rows).on_conflict_do_nothing())
    pairs = zip(wanted, stored, strict=True)
    return {copy.sop_uid: kept.plain_sha256 for (_, copy), kept in pairs}
