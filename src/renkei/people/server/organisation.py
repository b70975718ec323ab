"""Organisations and their users."""

import unicodedata
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError, ForbiddenError, NotFoundError
from renkei.people.server.password import hash_password
from renkei.people.server.tables import Language, Organisation, OrganisationKind, User
from renkei.server.actor import Actor, Role
from renkei.server.audit import record

# A role lives only in an organisation of its kind; system is nobody's role.
KIND_OF_ROLE = {
    Role.HOSPITAL: OrganisationKind.HOSPITAL,
    Role.LICENSEE: OrganisationKind.LICENSEE,
    Role.CURATOR: OrganisationKind.OPERATOR,
    Role.READER: OrganisationKind.OPERATOR,
    Role.OPERATOR: OrganisationKind.OPERATOR,
}


class NoSuchOrganisationError(NotFoundError):
    """There is no such organisation, or none that the actor may see."""


class NoSuchUserError(NotFoundError):
    """There is no such user, or none that the actor may see."""


class EmailTakenError(ConflictError):
    """A user with this address exists."""


class WrongRoleError(ForbiddenError):
    """The organisation cannot hold this role."""


async def add_organisation(
    session: AsyncSession, *, kind: OrganisationKind, name: str, country: str = "JP"
) -> Organisation:
    """Add an organisation; a hospital also needs a site (`subjects.server.site.add_site`)."""
    organisation = Organisation(kind=kind, name=name, country=country)
    session.add(organisation)
    await session.flush()
    await record(session, "people.organisation", organisation)
    return organisation


async def add_user(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    email: str,
    name: str,
    role: Role,
    password: str | None = None,
    language: Language = Language.JA,
) -> User:
    """Add a user; without a password the way in is OIDC.

    Raises:
        NoSuchOrganisationError: There is none, or none that the actor may see.
        WrongRoleError: The organisation cannot hold this role.
        EmailTakenError: A user with this address exists.
    """
    await refuse_role(session, organisation_id=organisation_id, role=role)
    row = insert(User).values(
        organisation_id=organisation_id,
        email=normal_email(email),
        name=name,
        role=role,
        language=language,
        password_hash=None if password is None else await hash_password(password),
        active=True,
    )
    user: User | None = await session.scalar(row.on_conflict_do_nothing().returning(User))
    if user is None:
        raise EmailTakenError("A user with this address exists; use another address.")
    await record(session, "people.user", user)
    return user


async def refuse_role(session: AsyncSession, *, organisation_id: UUID, role: Role) -> None:
    """Refuse a role that the organisation cannot hold.

    Raises:
        NoSuchOrganisationError: There is none, or none that the actor may see.
        WrongRoleError: The organisation is of another kind.
    """
    kind = await session.scalar(select(Organisation.kind).where(Organisation.id == organisation_id))
    if kind is None:
        raise NoSuchOrganisationError("There is no such organisation; choose one from the list.")
    if KIND_OF_ROLE.get(role) != kind:
        raise WrongRoleError(
            "An organisation of this kind cannot hold this role; choose another one."
        )


async def set_active(session: AsyncSession, *, user_id: UUID, active: bool) -> User:
    """Let a user in or keep the user out; open sign-ins and tokens end with it.

    Raises:
        NoSuchUserError: There is none, or none that the actor may see.
    """
    user = await session.scalar(select(User).where(User.id == user_id))
    if user is None:
        raise NoSuchUserError("There is no such user; choose one from the list.")
    user.active = active
    await session.flush()
    await record(session, "people.activate" if active else "people.deactivate", user)
    return user


def actor_of_user(user: User) -> Actor:
    """Return the actor that a user is."""
    hospital = user.role is Role.HOSPITAL
    return Actor(
        id=str(user.id),
        role=user.role,
        organisation=user.organisation_id,
        site=user.organisation_id if hospital else None,
    )


def normal_email(email: str) -> str:
    """Return the address as it is compared: NFKC, no blanks around, lower case."""
    return unicodedata.normalize("NFKC", email).strip().lower()
