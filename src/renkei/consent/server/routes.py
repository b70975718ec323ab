"""Routes of consent: approvals, agreements, consents, questions of use, recalls."""

import datetime as dt
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.allow import Use
from renkei.consent.bases import BASES
from renkei.consent.outcome import outcome_of
from renkei.consent.server.agree import add_agreement
from renkei.consent.server.allow import allow
from renkei.consent.server.approve import add_approval, amend_approval
from renkei.consent.server.recall import (
    NoSuchRecallError,
    preview_recall,
    recall_subject,
    waiting_folders,
)
from renkei.consent.server.schemas import (
    AgreementIn,
    AgreementOut,
    AmendmentIn,
    AmendmentOut,
    AnswerIn,
    ApprovalIn,
    ApprovalOut,
    ConsentOut,
    DecisionOut,
    EffectOut,
    InvestigatorIn,
    InvestigatorOut,
    LegalBasisOut,
    NoteIn,
    NoteOut,
    NoticeOut,
    PreviewOut,
    RecallDetailOut,
    RecallIn,
    RecallOut,
    StepOut,
    WorkspaceDetailOut,
    WorkspaceIn,
    WorkspaceOut,
)
from renkei.consent.server.tables import (
    Agreement,
    Amendment,
    Approval,
    Consent,
    ExpiryNotice,
    Recall,
    RecallEffect,
    Workspace,
)
from renkei.consent.server.workspace import (
    SHARED,
    answer_note,
    find_workspace,
    leave_workspace,
    members_of,
    name_investigator,
    next_steps,
    notes_of,
    open_workspace,
    terms_of,
    write_note,
)
from renkei.errors import NotFoundError
from renkei.server.actor import Permission
from renkei.server.db import as_system
from renkei.server.web import Db, Page, Params, list_page, needs

router = APIRouter(prefix="/consent", tags=["consent"])
VIEW = needs(Permission.CONSENT_VIEW)
MANAGE = needs(Permission.CONSENT_MANAGE)
SHARE = needs(Permission.CONSENT_SHARE)
SCOPE = "As DICOM writes it."
WHERE = "Where the recipient is, by ISO 3166-1."
KIND = "Only this kind of data, such as image."


def _columns(table: Any, out: Any) -> dict[str, Any]:
    return {name: getattr(table, name) for name in out.model_fields}


APPROVALS = _columns(Approval, ApprovalOut)
AGREEMENTS = _columns(Agreement, AgreementOut)
CONSENTS = _columns(Consent, ConsentOut)
NOTICES = _columns(ExpiryNotice, NoticeOut)
RECALLS = _columns(Recall, RecallOut)
WORKSPACES: dict[str, Any] = {
    "id": Workspace.id,
    "created_at": Workspace.created_at,
    "number": Agreement.number,
    "title": Approval.title,
    "expires": Approval.expires,
}


class NoSuchPermitError(NotFoundError):
    """There is no such approval or agreement, or none that the actor may see."""


@router.get("/approvals", dependencies=VIEW)
async def list_approvals(session: Db, params: Params) -> Page[ApprovalOut]:
    """List ethics approvals."""
    return await list_page(session, select(Approval), columns=APPROVALS, params=params)


@router.get("/approvals/{approval_id}", dependencies=VIEW)
async def get_approval(approval_id: UUID, session: Db) -> ApprovalOut:
    """Return an ethics approval."""
    row = await session.scalar(select(Approval).where(Approval.id == approval_id))
    if row is None:
        raise NoSuchPermitError("There is no such approval; choose one from the list.")
    return ApprovalOut.model_validate(row)


@router.post("/approvals", status_code=201, dependencies=MANAGE)
async def post_approval(body: ApprovalIn, session: Db) -> ApprovalOut:
    """Put an ethics approval on record."""
    row = await add_approval(session, **body.model_dump())
    return ApprovalOut.model_validate(row)


@router.get("/approvals/{approval_id}/amendments", dependencies=VIEW)
async def list_amendments(approval_id: UUID, session: Db) -> list[AmendmentOut]:
    """List what was changed since an approval was put on record, oldest first."""
    rows = await session.scalars(
        select(Amendment).where(Amendment.approval_id == approval_id).order_by(Amendment.version)
    )
    return [AmendmentOut.model_validate(row) for row in rows]


@router.post("/approvals/{approval_id}/amendments", dependencies=MANAGE)
async def post_amendment(approval_id: UUID, body: AmendmentIn, session: Db) -> ApprovalOut:
    """Change an approval as its committee decided."""
    row = await amend_approval(
        session,
        approval_id=approval_id,
        decided_on=body.decided_on,
        summary=body.summary,
        changes=body.scope.model_dump(),
    )
    return ApprovalOut.model_validate(row)


@router.get("/bases", dependencies=VIEW)
async def list_bases() -> list[LegalBasisOut]:
    """List the legal bases with their sources."""
    return [LegalBasisOut.model_validate(basis) for basis in BASES.values()]


@router.get("/notices", dependencies=VIEW)
async def list_notices(session: Db, params: Params) -> Page[NoticeOut]:
    """List warnings of approvals and contracts that end."""
    return await list_page(session, select(ExpiryNotice), columns=NOTICES, params=params)


@router.get("/agreements", dependencies=VIEW)
async def list_agreements(session: Db, params: Params) -> Page[AgreementOut]:
    """List contracts."""
    return await list_page(session, select(Agreement), columns=AGREEMENTS, params=params)


@router.get("/agreements/{agreement_id}", dependencies=VIEW)
async def get_agreement(agreement_id: UUID, session: Db) -> AgreementOut:
    """Return a contract."""
    row = await session.scalar(select(Agreement).where(Agreement.id == agreement_id))
    if row is None:
        raise NoSuchPermitError("There is no such agreement; choose one from the list.")
    return AgreementOut.model_validate(row)


@router.post("/agreements", status_code=201, dependencies=MANAGE)
async def post_agreement(body: AgreementIn, session: Db) -> AgreementOut:
    """Put a contract on record."""
    row = await add_agreement(session, **body.model_dump())
    return AgreementOut.model_validate(row)


@router.get("/consents", dependencies=VIEW)
async def list_consents(session: Db, params: Params) -> Page[ConsentOut]:
    """List what persons agreed to."""
    return await list_page(session, select(Consent), columns=CONSENTS, params=params)


@router.get("/subjects/{subject_id}/allow", dependencies=VIEW)
async def get_decision(
    subject_id: UUID,
    session: Db,
    use: Annotated[Use, Query(description="What the data would be used for.")],
    *,
    commercial: Annotated[bool, Query(description="Whether somebody earns by it.")] = False,
    data_type: Annotated[str | None, Query(max_length=40, description=KIND)] = None,
    modality: Annotated[str | None, Query(max_length=16, description=SCOPE)] = None,
    body_part: Annotated[str | None, Query(max_length=40, description=SCOPE)] = None,
    country: Annotated[str | None, Query(pattern="^[A-Z]{2}$", description=WHERE)] = None,
    at: Annotated[dt.date | None, Query(description="On this day; without it, today.")] = None,
) -> DecisionOut:
    """Say whether a subject's data may be used for something, with every reason against it."""
    decision = await allow(
        session,
        subject_id=subject_id,
        use=use,
        at=at or datetime.now(UTC).date(),
        commercial=commercial,
        data_type=data_type,
        modality=modality,
        body_part=body_part,
        country=country,
    )
    return DecisionOut(allowed=decision.allowed, reasons=list(decision.reasons))


@router.get("/subjects/{subject_id}/recall", dependencies=needs(Permission.CONSENT_RECALL))
async def get_preview(subject_id: UUID, session: Db) -> PreviewOut:
    """Show what a recall would touch, before it acts."""
    return PreviewOut(found=await preview_recall(session, subject_id=subject_id))


@router.get("/recalls", dependencies=VIEW)
async def list_recalls(session: Db, params: Params) -> Page[RecallOut]:
    """List recalls."""
    return await list_page(session, select(Recall), columns=RECALLS, params=params)


@router.post("/recalls", status_code=201, dependencies=needs(Permission.CONSENT_RECALL))
async def post_recall(body: RecallIn, session: Db) -> RecallDetailOut:
    """Take a subject's data back; it cannot be undone."""
    recall = await recall_subject(
        session, subject_id=body.subject_id, kind=body.kind, reason=body.reason
    )
    return await _detail(session, recall)


@router.get("/recalls/{recall_id}", dependencies=VIEW)
async def get_recall(recall_id: UUID, session: Db) -> RecallDetailOut:
    """Return a recall with what each folder did."""
    recall = await session.scalar(select(Recall).where(Recall.id == recall_id))
    if recall is None:
        raise NoSuchRecallError("There is no such recall; choose one from the list.")
    return await _detail(session, recall)


@router.get("/workspaces", dependencies=SHARE)
async def list_workspaces(session: Db, params: Params) -> Page[WorkspaceOut]:
    """List the workspaces of joint research that one is named in."""
    shared = list(await session.scalars(select(Workspace.id)))
    query: Select[Any] = (
        select(*WORKSPACES.values())
        .join(Agreement, Agreement.id == Workspace.agreement_id)
        .join(Approval, Approval.id == Workspace.approval_id)
        .where(Workspace.id.in_(shared))
    )
    with as_system(session, SHARED):
        return await list_page(session, query, columns=WORKSPACES, params=params)


@router.post("/workspaces", status_code=201, dependencies=MANAGE)
async def post_workspace(body: WorkspaceIn, session: Db) -> WorkspaceDetailOut:
    """Open the page that both sides of a joint research share."""
    workspace = await open_workspace(session, **body.model_dump())
    return await _workspace(session, workspace.id)


@router.get("/workspaces/{workspace_id}", dependencies=SHARE)
async def get_workspace(workspace_id: UUID, session: Db) -> WorkspaceDetailOut:
    """Return what both sides of a joint research share."""
    return await _workspace(session, workspace_id)


@router.post("/workspaces/{workspace_id}/investigators", dependencies=MANAGE)
async def post_investigator(
    workspace_id: UUID, body: InvestigatorIn, session: Db
) -> WorkspaceDetailOut:
    """Let somebody of either side into a workspace."""
    await name_investigator(session, workspace_id=workspace_id, user_id=body.user_id)
    return await _workspace(session, workspace_id)


@router.post("/workspaces/{workspace_id}/investigators/{user_id}/leave", dependencies=MANAGE)
async def post_leave(workspace_id: UUID, user_id: UUID, session: Db) -> WorkspaceDetailOut:
    """Take somebody out of a workspace; their notes stay."""
    await leave_workspace(session, workspace_id=workspace_id, user_id=user_id)
    return await _workspace(session, workspace_id)


@router.post("/workspaces/{workspace_id}/notes", status_code=201, dependencies=SHARE)
async def post_note(workspace_id: UUID, body: NoteIn, session: Db) -> WorkspaceDetailOut:
    """Leave a note for the other side."""
    await write_note(session, workspace_id=workspace_id, text=body.text, question=body.question)
    return await _workspace(session, workspace_id)


@router.post("/workspaces/{workspace_id}/notes/{note_id}/answer", dependencies=SHARE)
async def post_answer(
    workspace_id: UUID, note_id: UUID, body: AnswerIn, session: Db
) -> WorkspaceDetailOut:
    """Answer an open question."""
    await answer_note(session, workspace_id=workspace_id, note_id=note_id, text=body.text)
    return await _workspace(session, workspace_id)


async def _workspace(session: AsyncSession, workspace_id: UUID) -> WorkspaceDetailOut:
    workspace = await find_workspace(session, workspace_id)
    agreement, approval, hospital = await terms_of(session, workspace)
    return WorkspaceDetailOut(
        id=workspace.id,
        created_at=workspace.created_at,
        hospital=hospital,
        agreement=AgreementOut.model_validate(agreement),
        approval=ApprovalOut.model_validate(approval),
        investigators=[
            InvestigatorOut.model_validate(one) for one in await members_of(session, workspace)
        ],
        notes=[NoteOut.model_validate(note) for note in await notes_of(session, workspace)],
        steps=[StepOut.model_validate(step) for step in next_steps(agreement, approval)],
    )


async def _detail(session: AsyncSession, recall: Recall) -> RecallDetailOut:
    effects = await session.scalars(
        select(RecallEffect)
        .where(RecallEffect.recall_id == recall.id)
        .order_by(RecallEffect.folder, RecallEffect.what)
    )
    return RecallDetailOut(
        **RecallOut.model_validate(recall).model_dump(),
        preview=recall.preview,
        effects=[_effect(effect) for effect in effects],
        waiting=await waiting_folders(session, recall_id=recall.id),
        certificate=recall.certificate,
    )


def _effect(row: RecallEffect) -> EffectOut:
    found = outcome_of(row.folder, row.what)
    return EffectOut(
        folder=row.folder,
        what=row.what,
        count=row.count,
        result=found.result,
        rule=found.rule,
        source=found.source,
    )
