"""Deliver: one manifest for one key, its root on the ledger, the bytes where they already lie."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError
from renkei.ledger.server.anchor import anchor
from renkei.ledger.server.tables import WithdrawnCase
from renkei.market.server.licence import find_licence
from renkei.market.server.tables import Delivery, DeliveryFile, Licence
from renkei.market.states import State
from renkei.proof import canonical
from renkei.proof.crypt4gh import fingerprint
from renkei.proof.delivery import DeliveredFile, DeliveryManifest, build_delivery
from renkei.proof.version import VersionManifest, prove_subject
from renkei.publish.server.files import VersionFile, version_files
from renkei.publish.server.manifest import version_manifest
from renkei.publish.server.shared import shared_files
from renkei.publish.server.tables import Version
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import transaction
from renkei.server.jobs import defer
from renkei.server.storage import store
from renkei.subjects.server.tables import Subject

DELIVER_JOB = "market.deliver"
DAYS = 14


class NotActiveError(ConflictError):
    """Only an active licence can be delivered on."""


async def open_delivery(session: AsyncSession, *, licence_id: UUID, days: int = DAYS) -> Delivery:
    """Begin a delivery; a job builds it, and keys are released for `days`.

    Raises:
        NotFoundError: There is no such licence of the actor's.
        NotActiveError: It is not active.
    """
    licence = await find_licence(session, licence_id, lock=True)
    if licence.state is not State.ACTIVE:
        raise NotActiveError("Only an active licence can be delivered on; sign and pay it first.")
    last = await session.scalar(
        select(func.max(Delivery.number)).where(Delivery.licence_id == licence_id)
    )
    ends = min(datetime.now(UTC) + timedelta(days=days), licence.not_after)
    delivery = Delivery(
        licence_id=licence_id,
        organisation_id=licence.organisation_id,
        version_id=licence.version_id,
        number=(last or 0) + 1,
        expires_at=ends,
    )
    session.add(delivery)
    await record(session, "market.deliver", delivery)
    await defer(session, DELIVER_JOB, delivery_id=delivery.id)
    return delivery


async def build(delivery_id: UUID) -> None:
    """Write files and manifest of a delivery and anchor its root; twice changes nothing."""
    async with transaction(system("build a delivery")) as session:
        delivery = await session.get_one(Delivery, delivery_id, with_for_update=True)
        if delivery.ready:
            return
        licence = await session.get_one(Licence, delivery.licence_id)
        version = await session.get_one(Version, delivery.version_id)
        manifest = await version_manifest(session, version_id=version.id)
        gone = await _withdrawn(session, version.id)
        sealed = licence.sealed_part
        files = [
            file
            for file in await version_files(session, version_id=version.id, sealed=sealed)
            if file.subject_id not in gone
        ]
        roots = {name: root.hex() for name, root in manifest.case_roots().items()}
        session.add_all(_row(delivery, n, file, roots) for n, file in enumerate(files))
        shared = await _shared(session, delivery, files, manifest, sealed=sealed)
        session.add_all(shared)
        made = await asyncio.to_thread(
            _manifest, licence, str(version.version_hash), files, shared, manifest, roots
        )
        delivery.manifest, delivery.root = made.to_bytes(), made.root
        delivery.files = len(made.files)
        delivery.size = sum(file.size for file in made.files)
        delivery.anchor_key = f"delivery/{licence.id}/{delivery.number}"
        delivery.ready = True
        await anchor(
            session,
            kind="delivery",
            key=delivery.anchor_key,
            payload=made.payload(),
            parties=[licence.organisation_id],
        )


async def _withdrawn(session: AsyncSession, version_id: UUID) -> set[UUID]:
    listed = select(WithdrawnCase.subject_id).where(WithdrawnCase.version_id == version_id)
    # Whoever withdrew a moment ago is not yet on the list.
    recent = select(Subject.id).where(Subject.withdrawn_at.is_not(None))
    return {*await session.scalars(listed), *await session.scalars(recent)}


def _row(delivery: Delivery, n: int, file: VersionFile, roots: dict[str, str]) -> DeliveryFile:
    return DeliveryFile(
        delivery_id=delivery.id,
        organisation_id=delivery.organisation_id,
        n=n,
        path=file.path,
        sha256=file.sha256,
        size=file.size,
        object_id=file.object_id,
        subject_id=file.subject_id,
        site_id=file.site_id,
        case_root=roots[file.released_subject],
    )


async def _shared(
    session: AsyncSession,
    delivery: Delivery,
    files: list[VersionFile],
    manifest: VersionManifest,
    *,
    sealed: bool,
) -> list[DeliveryFile]:
    """Write what tells programs about the folder; it stands only in this delivery."""
    paths = {file.path for file in files}
    lines = b"".join(line.to_bytes() + b"\n" for line in manifest.lines if line.path in paths)
    made = []
    cards = await shared_files(session, version_id=delivery.version_id, sealed=sealed)
    contents = cards | {"header.json": canonical(dict(manifest.header)), "manifest.jsonl": lines}
    for n, (path, data) in enumerate(sorted(contents.items()), len(files)):
        kept = await store(session, data, site_id=delivery.organisation_id)
        made.append(
            DeliveryFile(
                delivery_id=delivery.id,
                organisation_id=delivery.organisation_id,
                n=n,
                path=path,
                sha256=kept.plain_sha256,
                size=kept.size,
                object_id=kept.id,
                subject_id=None,
                site_id=None,
                case_root=None,
            )
        )
    return made


def _manifest(
    licence: Licence,
    version: str,
    files: list[VersionFile],
    shared: list[DeliveryFile],
    manifest: VersionManifest,
    roots: dict[str, str],
) -> DeliveryManifest:
    subjects = sorted({file.released_subject for file in files})
    rows = [
        DeliveredFile(f.path, f.size, f.sha256, roots[f.released_subject], f.path) for f in files
    ]
    return build_delivery(
        licence=str(licence.id),
        version=version,
        key_fingerprint=fingerprint(bytes.fromhex(licence.key_public)),
        files=[*rows, *(DeliveredFile(f.path, f.size, f.sha256) for f in shared)],
        cases=[prove_subject(manifest, name) for name in subjects],
    )
