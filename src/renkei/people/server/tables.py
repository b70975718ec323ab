"""Who there is: organisations, users, and the proofs by which a request becomes an actor."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, false, true
from sqlalchemy.orm import Mapped, mapped_column

from renkei.server.actor import Actor, Role
from renkei.server.db import Table

EVERYTHING = frozenset({Role.OPERATOR, Role.CURATOR, Role.SYSTEM})


class OrganisationKind(StrEnum):
    """What an organisation is on the platform."""

    HOSPITAL = "hospital"
    OPERATOR = "operator"
    LICENSEE = "licensee"


class Language(StrEnum):
    """The languages that pages and reports are written in."""

    JA = "ja"
    EN = "en"


class Organisation(Table):
    """A hospital, the operator or a licensee."""

    __tablename__ = "organisation"

    kind: Mapped[OrganisationKind]
    name: Mapped[str]
    country: Mapped[str] = mapped_column(default="JP")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show everything to the platform's own people, to others their own organisation."""
        return true() if actor.role in EVERYTHING else cls.id == actor.organisation


class User(Table):
    """Somebody who can sign in, with one role in one organisation."""

    __tablename__ = "user_account"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id), index=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role]
    language: Mapped[Language] = mapped_column(default=Language.JA)
    password_hash: Mapped[str | None] = mapped_column(default=None)
    oidc_subject: Mapped[str | None] = mapped_column(default=None, unique=True)
    active: Mapped[bool] = mapped_column(default=True)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the organisation."""
        return true() if actor.role in EVERYTHING else cls.organisation_id == actor.organisation


class Invitation(Table):
    """A one-time way in for somebody who is not yet a user; only the token's hash is kept."""

    __tablename__ = "invitation"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id), index=True)
    email: Mapped[str]
    role: Mapped[Role]
    token_sha256: Mapped[str] = mapped_column(unique=True)
    invited_by: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the organisation."""
        return true() if actor.role in EVERYTHING else cls.organisation_id == actor.organisation


class SignIn(Table):
    """A browser that is signed in; only the cookie's hash is kept."""

    __tablename__ = "sign_in"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    token_sha256: Mapped[str] = mapped_column(unique=True)
    csrf_token: Mapped[str]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a sign-in to the one who made it."""
        return own(cls.user_id, actor)


class ApiToken(Table):
    """A secret for programs; only its hash is kept."""

    __tablename__ = "api_token"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    name: Mapped[str]
    token_sha256: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a token to the one who made it."""
        return own(cls.user_id, actor)


class SecondFactor(Table):
    """An authenticator app's seed, wrapped under the platform's key; `last_step` was used last."""

    __tablename__ = "second_factor"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), unique=True)
    wrapped: Mapped[bytes]
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    last_step: Mapped[int] = mapped_column(default=-1)
    failures: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to its user; the operator may take it away."""
        return true() if actor.role is Role.OPERATOR else own(cls.user_id, actor)


class StepUp(Table):
    """A proof by a one-time code, good for a while in the one sign-in that gave it."""

    __tablename__ = "step_up"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    secret_sha256: Mapped[str] = mapped_column(index=True)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to its user; the operator may take it away."""
        return true() if actor.role is Role.OPERATOR else own(cls.user_id, actor)


def own(column: Mapped[UUID], actor: Actor) -> ColumnElement[bool]:
    """Tell the rows of the user who acts from others'; the system sees all."""
    if actor.role is Role.SYSTEM:
        return true()
    try:
        return column == UUID(actor.id)
    except ValueError:
        return false()
