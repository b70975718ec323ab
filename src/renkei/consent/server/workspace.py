"""The workspace of a joint research: who of both sides shares it, what they ask, what is next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from renkei.consent.allow import AgreementKind
from renkei.consent.server.tables import (
    Agreement,
    Approval,
    Investigator,
    Workspace,
    WorkspaceNote,
)
from renkei.errors import ConflictError, NotFoundError, UsageError
from renkei.people.server.tables import Organisation, OrganisationKind, User
from renkei.server.audit import record
from renkei.server.db import actor_of, as_system

SHARED = "workspace of a joint research"


class NoSuchWorkspaceError(NotFoundError):
    """There is no such workspace, or the actor is not one of its investigators."""


class NotJointResearchError(UsageError):
    """The agreement is of another kind, or the approval does not name its hospital."""


class WorkspaceExistsError(ConflictError):
    """The agreement has a workspace."""


class NotInvolvedError(UsageError):
    """The user is of another hospital, or may no longer sign in."""


class AlreadyAnsweredError(ConflictError):
    """Somebody answered first, or the note asks nothing."""


@dataclass(frozen=True, slots=True)
class Member:
    """An investigator with the name of their organisation."""

    user_id: UUID
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note with the names of those who wrote and answered it."""

    id: UUID
    created_at: datetime
    author: str
    text: str
    question: bool
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next: a day that is ahead or past, with the days that are left."""

    code: str
    on: date
    days: int


async def open_workspace(
    session: AsyncSession, *, agreement_id: UUID, approval_id: UUID
) -> Workspace:
    """Open the page that both sides of a joint research share.

    Raises:
        NotFoundError: There is no such agreement or approval.
        NotJointResearchError: The kind or the approval does not fit.
        WorkspaceExistsError: It is open.
    """
    agreement = await session.scalar(select(Agreement).where(Agreement.id == agreement_id))
    approval = await session.scalar(select(Approval).where(Approval.id == approval_id))
    if agreement is None or approval is None:
        raise NotFoundError("There is no such agreement or approval; choose both from the lists.")
    if agreement.kind is not AgreementKind.JOINT or str(agreement.site_id) not in approval.sites:
        raise NotJointResearchError(
            "Choose an agreement of joint research and an approval that names its hospital."
        )
    row = insert(Workspace).values(
        site_id=agreement.site_id, agreement_id=agreement_id, approval_id=approval_id
    )
    opened: Workspace | None = await session.scalar(
        row.on_conflict_do_nothing().returning(Workspace)
    )
    if opened is None:
        raise WorkspaceExistsError("This agreement has a workspace; open it from the list.")
    await record(session, "consent.share", opened)
    return opened


async def find_workspace(session: AsyncSession, workspace_id: UUID) -> Workspace:
    """Return a workspace.

    Raises:
        NoSuchWorkspaceError: There is none that the actor shares.
    """
    row: Workspace | None = await session.scalar(
        select(Workspace).where(Workspace.id == workspace_id)
    )
    if row is None:
        raise NoSuchWorkspaceError("There is no such workspace, or you are not named in it.")
    return row


async def name_investigator(session: AsyncSession, *, workspace_id: UUID, user_id: UUID) -> None:
    """Let somebody of the hospital, of the platform or of a licensee into a workspace.

    Raises:
        NoSuchWorkspaceError: There is none.
        NotInvolvedError: The user is of another hospital, or may no longer sign in.
    """
    workspace = await find_workspace(session, workspace_id)
    party = await session.scalar(
        select(User.id)
        .join(Organisation, Organisation.id == User.organisation_id)
        .where(User.id == user_id, User.active)
        .where(
            (Organisation.id == workspace.site_id)
            | (Organisation.kind != OrganisationKind.HOSPITAL)
        )
    )
    if party is None:
        raise NotInvolvedError("Name users of this hospital, of the platform or of a licensee.")
    row = insert(Investigator).values(workspace_id=workspace_id, user_id=user_id)
    named: Investigator | None = await session.scalar(
        row.on_conflict_do_nothing().returning(Investigator)
    )
    if named is not None:
        await record(session, "consent.name", workspace, why=str(user_id))


async def leave_workspace(session: AsyncSession, *, workspace_id: UUID, user_id: UUID) -> None:
    """Take somebody out of a workspace; their notes stay.

    Raises:
        NoSuchWorkspaceError: There is none.
    """
    workspace = await find_workspace(session, workspace_id)
    await session.execute(
        delete(Investigator).where(
            Investigator.workspace_id == workspace_id, Investigator.user_id == user_id
        )
    )
    await record(session, "consent.leave", workspace, why=str(user_id))


async def write_note(
    session: AsyncSession, *, workspace_id: UUID, text: str, question: bool
) -> WorkspaceNote:
    """Leave a note for the other side.

    Raises:
        NoSuchWorkspaceError: There is none that the actor shares.
    """
    workspace = await find_workspace(session, workspace_id)
    author = UUID(actor_of(session).id)
    note = WorkspaceNote(workspace_id=workspace.id, author_id=author, text=text, question=question)
    await record(session, "consent.note", note)
    return note


async def answer_note(
    session: AsyncSession, *, workspace_id: UUID, note_id: UUID, text: str
) -> WorkspaceNote:
    """Answer an open question, once.

    Raises:
        NoSuchWorkspaceError: There is none that the actor shares.
        AlreadyAnsweredError: It is no open question of this workspace.
    """
    await find_workspace(session, workspace_id)
    note: WorkspaceNote | None = await session.scalar(
        update(WorkspaceNote)
        .where(
            WorkspaceNote.id == note_id,
            WorkspaceNote.workspace_id == workspace_id,
            WorkspaceNote.question,
            WorkspaceNote.answered_at.is_(None),
        )
        .values(answer=text, answered_by=UUID(actor_of(session).id), answered_at=func.now())
        .returning(WorkspaceNote)
    )
    if note is None:
        raise AlreadyAnsweredError("This question is not open any more; read the page again.")
    await record(session, "consent.answer", note)
    return note


async def members_of(session: AsyncSession, workspace: Workspace) -> list[Member]:
    """Return the investigators of both sides, by organisation and name."""
    with as_system(session, SHARED):
        rows = await session.execute(
            select(User.id, User.name, Organisation.name)
            .join(Investigator, Investigator.user_id == User.id)
            .join(Organisation, Organisation.id == User.organisation_id)
            .where(Investigator.workspace_id == workspace.id)
            .order_by(Organisation.name, User.name, User.id)
        )
    return [Member(*row) for row in rows]


async def notes_of(session: AsyncSession, workspace: Workspace) -> list[Note]:
    """Return the notes, newest first."""
    author, replier = aliased(User), aliased(User)
    with as_system(session, SHARED):
        rows = await session.execute(
            select(WorkspaceNote, author.name, replier.name)
            .join(author, author.id == WorkspaceNote.author_id)
            .outerjoin(replier, replier.id == WorkspaceNote.answered_by)
            .where(WorkspaceNote.workspace_id == workspace.id)
            .order_by(WorkspaceNote.id.desc())
        )
    return [
        Note(
            note.id,
            note.created_at,
            wrote,
            note.text,
            note.question,
            note.answer,
            answered,
            note.answered_at,
        )
        for note, wrote, answered in rows
    ]


async def terms_of(session: AsyncSession, workspace: Workspace) -> tuple[Agreement, Approval, str]:
    """Return the agreement, its approval and the name of the hospital."""
    with as_system(session, SHARED):
        found = await session.execute(
            select(Agreement, Approval, Organisation.name)
            .join(Workspace, Workspace.agreement_id == Agreement.id)
            .join(Approval, Approval.id == Workspace.approval_id)
            .join(Organisation, Organisation.id == Workspace.site_id)
            .where(Workspace.id == workspace.id)
        )
        agreement, approval, hospital = found.one()
    return agreement, approval, hospital


def next_steps(agreement: Agreement, approval: Approval) -> Sequence[Step]:
    """Return the days that end something, the nearest first."""
    today = datetime.now(UTC).date()
    days = {
        "approval_ends": approval.expires,
        "agreement_ends": agreement.ends,
        "objections_until": approval.notice_until,
        "retain_until": agreement.retain_until,
    }
    steps = [Step(code, on, (on - today).days) for code, on in days.items() if on is not None]
    return sorted(steps, key=lambda step: step.on)
