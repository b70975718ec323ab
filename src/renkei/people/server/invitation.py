"""Invitations: how a user comes into being without anybody choosing another's password."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.people.secret import hash_secret, new_secret
from renkei.people.server.organisation import add_user, normal_email, refuse_role
from renkei.people.server.tables import Invitation, Language, User
from renkei.server.actor import Role
from renkei.server.audit import record
from renkei.server.db import actor_of

VALID = timedelta(days=7)


class InvitationEndedError(NotFoundError):
    """The invitation is unknown, used or expired."""


async def invite_user(
    session: AsyncSession, *, organisation_id: UUID, email: str, role: Role
) -> tuple[Invitation, str]:
    """Invite somebody into an organisation; the secret works once, for seven days.

    Raises:
        NoSuchOrganisationError: There is none, or none that the actor may see.
        WrongRoleError: The organisation cannot hold this role.
    """
    await refuse_role(session, organisation_id=organisation_id, role=role)
    secret = new_secret()
    invitation = Invitation(
        organisation_id=organisation_id,
        email=normal_email(email),
        role=role,
        token_sha256=hash_secret(secret),
        invited_by=actor_of(session).id,
        expires_at=datetime.now(UTC) + VALID,
    )
    session.add(invitation)
    await session.flush()
    await record(session, "people.invite", invitation)
    return invitation, secret


async def accept_invitation(
    session: AsyncSession, *, secret: str, name: str, password: str, language: Language
) -> User:
    """Become a user by an invitation.

    Raises:
        InvitationEndedError: It is unknown, used or expired.
        WeakPasswordError: The password is too short.
        EmailTakenError: A user with this address exists.
    """
    now = datetime.now(UTC)
    # The update decides, not an earlier read: two clicks at once make one user.
    invitation = await session.scalar(
        update(Invitation)
        .where(
            Invitation.token_sha256 == hash_secret(secret),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .values(used_at=now)
        .returning(Invitation)
    )
    if invitation is None:
        raise InvitationEndedError("This invitation was used or has expired; ask for a new one.")
    return await add_user(
        session,
        organisation_id=invitation.organisation_id,
        email=invitation.email,
        name=name,
        role=invitation.role,
        password=password,
        language=language,
    )


async def open_invitations(session: AsyncSession) -> list[Invitation]:
    """Return the invitations that still wait for an answer."""
    rows = await session.scalars(
        select(Invitation)
        .where(Invitation.used_at.is_(None), Invitation.expires_at > datetime.now(UTC))
        .order_by(Invitation.id)
    )
    return list(rows)
