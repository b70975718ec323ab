"""What the ledger enters by itself: governance of a batch, and every frozen version."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.server.tables import Batch
from renkei.consent.server.tables import Agreement, Approval, Consent
from renkei.ledger.server.anchor import anchor
from renkei.ledger.server.tables import Anchor
from renkei.publish.server.files import frozen_version
from renkei.publish.server.tables import VersionCase


async def anchor_governance(session: AsyncSession, *, batch_id: UUID) -> int:
    """Enter approval, agreement and consents that a batch stands on; return how many records."""
    batch = await session.get_one(Batch, batch_id)
    rows = [
        await _approval(session, batch.approval_id),
        await _agreement(session, batch.agreement_id),
    ]
    known = select(Anchor.key).where(Anchor.kind == "consent")
    held = set(await session.scalars(known))
    consents = await session.scalars(select(Consent).where(Consent.site_id == batch.site_id))
    fresh = [consent for consent in consents if f"consent/{consent.id}" not in held]
    rows += [await _consent(session, consent) for consent in fresh]
    return len([row for row in rows if row is not None])


async def _approval(session: AsyncSession, approval_id: UUID | None) -> Anchor | None:
    approval = await session.get(Approval, approval_id) if approval_id else None
    if approval is None:
        return None
    payload = {
        "number": approval.number,
        "committee": approval.committee,
        "modalities": approval.modalities,
        "data_types": approval.data_types,
        "purposes": approval.purposes,
        "sites": approval.sites,
        "commercial": approval.commercial,
        "expires": approval.expires.isoformat(),
    }
    return await anchor(
        session,
        kind="approval",
        key=f"approval/{approval.id}",
        payload=payload,
        parties=[UUID(site) for site in approval.sites],
    )


async def _agreement(session: AsyncSession, agreement_id: UUID | None) -> Anchor | None:
    agreement = await session.get(Agreement, agreement_id) if agreement_id else None
    if agreement is None:
        return None
    payload = {
        "number": agreement.number,
        "uses": agreement.uses,
        "commercial": agreement.commercial,
        "fee_share_bp": agreement.fee_share_bp,
        "starts": agreement.starts.isoformat(),
        "ends": agreement.ends.isoformat(),
    }
    return await anchor(
        session,
        kind="agreement",
        key=f"agreement/{agreement.id}",
        payload=payload,
        parties=[agreement.site_id],
    )


async def _consent(session: AsyncSession, consent: Consent) -> Anchor:
    payload = {
        "subject": str(consent.subject_id),
        "basis": consent.basis.value,
        "version": consent.version,
        "commercial": consent.commercial,
        "data_types": consent.data_types,
    }
    return await anchor(
        session,
        kind="consent",
        key=f"consent/{consent.id}",
        payload=payload,
        parties=[consent.site_id],
        subject_id=consent.subject_id,
    )


async def anchor_version(session: AsyncSession, *, version_id: UUID) -> Anchor:
    """Enter a frozen version: its id and root; no subject, no count."""
    version = await frozen_version(session, version_id=version_id)
    sites = select(VersionCase.site_id).where(VersionCase.version_id == version_id).distinct()
    return await anchor(
        session,
        kind="version",
        key=f"version/{version.dataset_id}/{version.number}",
        payload={"id": version.version_hash, "root": version.root, "number": version.number},
        parties=list(await session.scalars(sites)),
    )
