"""Routes of the quarantine: see what is held, repair, release or reject it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy import select

from renkei.collect.kinds import LIMIT
from renkei.collect.quarantine import TRANSITIONS, HeldAct, RepairKind
from renkei.collect.scans import DicomFacts
from renkei.collect.server.conflict import compare_held, read_held
from renkei.collect.server.held import find_held, reject_held, repair_held, repairs_of
from renkei.collect.server.release import release_held
from renkei.collect.server.schemas import (
    ConflictOut,
    DecideIn,
    HeldOut,
    QuarantineOut,
    RepairIn,
    RepairOut,
    SaidOut,
)
from renkei.collect.server.tables import Quarantine
from renkei.server.actor import Permission
from renkei.server.storage import ObjectErasedError
from renkei.server.web import Db, Page, Params, list_page, needs

router = APIRouter(prefix="/quarantine")
VIEW = needs(Permission.COLLECT_VIEW)
DECIDE = needs(Permission.COLLECT_DECIDE)
HELD: dict[str, Any] = {name: getattr(Quarantine, name) for name in QuarantineOut.model_fields}
RESENT = "The file was sent again."


@router.get("", dependencies=VIEW)
async def list_quarantine(session: Db, params: Params) -> Page[QuarantineOut]:
    """List what could not be taken."""
    return await list_page(session, select(Quarantine), columns=HELD, params=params)


@router.get("/{held_id}", dependencies=DECIDE)
async def get_held(held_id: UUID, session: Db) -> HeldOut:
    """Show a held file, its repairs, and how it differs from the copy on record."""
    held = await find_held(session, held_id=held_id)
    return await _shown(session, held)


@router.post("/{held_id}/release", dependencies=DECIDE)
async def post_release(held_id: UUID, body: DecideIn, session: Db) -> QuarantineOut:
    """Take a held file into the facts after all; consent and readable bytes are asked again."""
    return QuarantineOut.model_validate(await release_held(session, held_id=held_id, why=body.why))


@router.post("/{held_id}/reject", dependencies=DECIDE)
async def post_reject(held_id: UUID, body: DecideIn, session: Db) -> QuarantineOut:
    """Erase the bytes of a held file; its row stays."""
    return QuarantineOut.model_validate(await reject_held(session, held_id=held_id, why=body.why))


@router.post("/{held_id}/repair", dependencies=DECIDE)
async def post_repair(held_id: UUID, body: RepairIn, session: Db) -> QuarantineOut:
    """Repair a held file: say whose it is, or add its missing file meta."""
    held = await repair_held(
        session, held_id=held_id, kind=body.kind, why=body.why, pseudonym=body.pseudonym
    )
    return QuarantineOut.model_validate(held)


@router.put("/{held_id}/file", dependencies=DECIDE, max_body_size=LIMIT["dicom"])
async def put_file(held_id: UUID, request: Request, session: Db) -> QuarantineOut:
    """Repair a held file by its bytes, sent again as the body."""
    held = await repair_held(
        session,
        held_id=held_id,
        kind=RepairKind.RESEND,
        why=RESENT,
        data=await request.body(),
    )
    return QuarantineOut.model_validate(held)


async def _shown(session: Db, held: Quarantine) -> HeldOut:
    acts: list[HeldAct] = [act for act in TRANSITIONS[held.state] if act is not HeldAct.ERASE]
    unreadable: str | None = None
    said: SaidOut | None = None
    conflict: ConflictOut | None = None
    if acts and held.kind == "dicom":
        try:
            data, facts = await read_held(session, held)
        except ObjectErasedError as error:
            acts, unreadable = [], error.code
        else:
            unreadable = facts if isinstance(facts, str) else None
            if isinstance(facts, DicomFacts):
                said = SaidOut.model_validate(facts)
                found = await compare_held(session, held, data, facts)
                conflict = None if found is None else ConflictOut.model_validate(found)
    repairs = await repairs_of(session, held_id=held.id)
    return HeldOut(
        **QuarantineOut.model_validate(held).model_dump(),
        why=held.why,
        decided_by=held.decided_by,
        decided_at=held.decided_at,
        acts=acts,
        repairs=[RepairOut.model_validate(repair) for repair in repairs],
        unreadable=unreadable,
        said=said,
        conflict=conflict,
    )
