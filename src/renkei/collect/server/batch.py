"""Open and close a batch: what is sent is stored or in quarantine, and the counts say so."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import and_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.server.count import Counts, count_batch
from renkei.collect.server.erase import erase_objects
from renkei.collect.server.received import BatchClosed, SeriesReceived
from renkei.collect.server.tables import Batch, BatchFile, BatchState, FileState
from renkei.consent.allow import Basis, Reason
from renkei.consent.server.tables import Agreement, Approval, Consent
from renkei.errors import ConflictError, ForbiddenError, NotFoundError
from renkei.proof import digest
from renkei.proof.batch import BatchManifest, SentConsent, SentSubject
from renkei.server.actor import Role
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.server.events import emit
from renkei.subjects.server.tables import Instance, Rendition, Site, Subject

CHUNK = 2000
MISSING = "missing"
# The bytes that came were not those that the manifest names; the right ones may still come.
RETRIED = frozenset({"hash_mismatch", "truncated"})


class WrongSiteError(ForbiddenError):
    """The manifest is another hospital's."""


class NoSuchBatchError(NotFoundError):
    """There is no such batch, or none that the actor may see."""


class BatchClosedError(ConflictError):
    """The batch is closed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open batch and the numbers of the files that have not come yet."""

    batch: Batch
    missing: list[int]


async def open_batch(session: AsyncSession, *, manifest: BatchManifest) -> Opened:
    """Open the batch of a manifest; the same manifest again is the same batch.

    Raises:
        WrongSiteError: It is not the actor's hospital.
    """
    actor = actor_of(session)
    if actor.role is not Role.SYSTEM and actor.site != manifest.site:
        raise WrongSiteError("The manifest names another hospital than the one signed in.")
    if await session.scalar(select(Site.id).where(Site.id == manifest.site)) is None:
        raise WrongSiteError("The manifest names no hospital of this platform.")
    body = manifest.to_bytes()
    approval = await session.scalar(select(Approval).where(Approval.number == manifest.approval))
    agreement = await session.scalar(
        select(Agreement).where(
            Agreement.number == manifest.agreement, Agreement.site_id == manifest.site
        )
    )
    row = insert(Batch).values(
        site_id=manifest.site,
        manifest=manifest.to_json(),
        manifest_sha256=digest(body),
        approval_id=approval and approval.id,
        agreement_id=agreement and agreement.id,
        opened_by=actor.id,
        state=BatchState.OPEN,
    )
    # The constraint decides: of two sendings at once the second waits here and finds the first.
    fresh = await session.scalar(row.on_conflict_do_nothing().returning(Batch.id))
    batch = (
        await session.scalars(
            select(Batch).where(
                Batch.site_id == manifest.site, Batch.manifest_sha256 == digest(body)
            )
        )
    ).one()
    if fresh is not None:
        await _write_subjects(session, batch, manifest.subjects)
        await _write_files(session, batch, manifest)
        await record(session, "collect.open", batch)
    return Opened(batch, await missing_files(session, batch_id=batch.id))


async def _write_subjects(session: AsyncSession, batch: Batch, sent: Iterable[SentSubject]) -> None:
    known = [s for s in sent if s.consent is not None]
    for start in range(0, len(known), CHUNK):
        part = known[start : start + CHUNK]
        rows = [
            {
                "site_id": batch.site_id,
                "pseudonym": s.pseudonym,
                "sex": s.sex,
                "age": s.age,
                "year": s.year,
                "made": s.made,
            }
            for s in part
        ]
        await session.execute(insert(Subject).values(rows).on_conflict_do_nothing())
        found = await session.execute(
            select(Subject.pseudonym, Subject.id).where(
                Subject.site_id == batch.site_id,
                Subject.pseudonym.in_([s.pseudonym for s in part]),
            )
        )
        ids = dict(found.all())
        await session.execute(
            insert(Consent).values([_consent(batch, s, ids[s.pseudonym]) for s in part])
        )


def _consent(batch: Batch, sent: SentSubject, subject_id: UUID) -> dict[str, object]:
    given = cast("SentConsent", sent.consent)
    return {
        "subject_id": subject_id,
        "site_id": batch.site_id,
        "approval_id": batch.approval_id,
        "agreement_id": batch.agreement_id,
        "basis": Basis(given.basis),
        "version": given.version,
        "commercial": given.commercial,
        "data_types": sorted(set(given.data_types)),
        "date_ok": given.date_ok,
        "in_approval_period": sent.in_approval_period,
        "in_opt_out_window": sent.in_opt_out_window,
        "adult": sent.adult,
    }


async def _write_files(session: AsyncSession, batch: Batch, manifest: BatchManifest) -> None:
    without = {s.pseudonym for s in manifest.subjects if s.consent is None}
    rows = [
        {
            "batch_id": batch.id,
            "site_id": batch.site_id,
            "n": f.n,
            "kind": f.kind,
            "blake3": f.blake3,
            "bytes": f.bytes,
            "pseudonym": f.subject,
            "sop_uid": f.sop_uid,
            "refers": f.refers,
            "refused": Reason.NO_CONSENT.value if f.subject in without else None,
            "state": FileState.EXPECTED,
            "parts": 0,
            "parts_refused": 0,
        }
        for f in manifest.files
    ]
    for start in range(0, len(rows), CHUNK):
        await session.execute(insert(BatchFile).values(rows[start : start + CHUNK]))


async def missing_files(session: AsyncSession, *, batch_id: UUID) -> list[int]:
    """Return the numbers of the files whose bytes have not come, in order."""
    waiting = (BatchFile.state == FileState.EXPECTED) | BatchFile.reason.in_(RETRIED)
    rows = await session.scalars(
        select(BatchFile.n).where(BatchFile.batch_id == batch_id, waiting).order_by(BatchFile.n)
    )
    return list(rows)


async def find_batch(session: AsyncSession, *, batch_id: UUID) -> Batch:
    """Return a batch.

    Raises:
        NoSuchBatchError: There is none, or none that the actor may see.
    """
    batch = await session.scalar(select(Batch).where(Batch.id == batch_id))
    if batch is None:
        raise NoSuchBatchError("There is no such batch.")
    return batch


async def close_batch(session: AsyncSession, *, batch_id: UUID) -> Counts:
    """Close a batch: what has not come counts as quarantined; closing twice changes nothing.

    Raises:
        NoSuchBatchError: There is none, or none that the actor may see.
    """
    batch = await session.scalar(
        select(Batch)
        .where(Batch.id == batch_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if batch is None:
        raise NoSuchBatchError("There is no such batch.")
    if batch.state is BatchState.OPEN:
        await session.execute(
            update(BatchFile)
            .where(BatchFile.batch_id == batch_id, BatchFile.state == FileState.EXPECTED)
            .values(state=FileState.QUARANTINED, reason=MISSING)
        )
        originals = await session.scalars(
            select(BatchFile.original_id).where(
                BatchFile.batch_id == batch_id, BatchFile.original_id.is_not(None)
            )
        )
        await erase_objects(session, [o for o in originals if o is not None])
        batch.state = BatchState.CLOSED
        await session.flush()
        await record(session, "collect.close", batch)
        for series_id in await _received_series(session, batch):
            await emit(session, SeriesReceived(series_id), site_id=batch.site_id)
        await emit(session, BatchClosed(batch.id), site_id=batch.site_id)
    return await count_batch(session, batch_id=batch_id)


async def _received_series(session: AsyncSession, batch: Batch) -> list[UUID]:
    rows = await session.scalars(
        select(Instance.series_id)
        .join(Rendition, Rendition.instance_id == Instance.id)
        .join(
            BatchFile,
            and_(
                BatchFile.sha256 == Rendition.sha256, BatchFile.subject_id == Rendition.subject_id
            ),
        )
        .where(
            BatchFile.batch_id == batch.id,
            BatchFile.state == FileState.STORED,
            Rendition.created_at >= batch.created_at,
        )
        .distinct()
        .order_by(Instance.series_id)
    )
    return list(rows)
