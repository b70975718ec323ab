"""What people's routes take and give."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from renkei.people.server.tables import Language, OrganisationKind
from renkei.people.server.token import LONGEST_DAYS
from renkei.server.actor import Permission, Role
from renkei.server.web import In, Out

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
Password = Annotated[str, StringConstraints(max_length=256, strip_whitespace=False)]
Secret = Annotated[str, StringConstraints(min_length=20, max_length=200)]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]


class SignInIn(In):
    """Address and password."""

    email: Email
    password: Password


class DemoSignInIn(In):
    """Whom to be in the demo."""

    user_id: UUID


class OrganisationIn(In):
    """A new organisation; a hospital names the code of its site."""

    kind: OrganisationKind
    name: Name
    country: Country = "JP"


class InvitationIn(In):
    """Whom to invite, and as what."""

    organisation_id: UUID
    email: Email
    role: Role


class AcceptIn(In):
    """The secret of an invitation, and who accepts it."""

    secret: Secret
    name: Name
    password: Password
    language: Language = Language.JA


class ProfileIn(In):
    """What users change about themselves."""

    name: Name | None = None
    language: Language | None = None


class ActiveIn(In):
    """Whether a user is let in."""

    active: bool


class TokenIn(In):
    """A new token's name and days."""

    name: Name
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 90


class OrganisationOut(Out):
    """An organisation."""

    id: UUID
    kind: OrganisationKind
    name: str
    country: str
    created_at: datetime


class UserOut(Out):
    """A user as colleagues see one."""

    id: UUID
    organisation_id: UUID
    email: str
    name: str
    role: Role
    language: Language
    active: bool
    created_at: datetime


class MeOut(Out):
    """The signed-in user; the page sends `csrf_token` with each change."""

    id: UUID
    email: str
    name: str
    role: Role
    language: Language
    organisation: OrganisationOut
    permissions: list[Permission]
    csrf_token: str | None


class SignedInOut(Out):
    """A new sign-in."""

    user: UserOut
    csrf_token: str
    expires_at: datetime


class WaysOut(Out):
    """The ways in besides address and password: an OpenID provider, one click in the demo."""

    oidc: bool
    demo: bool


class DemoUserOut(Out):
    """Somebody one may be in the demo."""

    id: UUID
    name: str
    role: Role
    organisation: str


class InvitationOut(Out):
    """An open invitation."""

    id: UUID
    organisation_id: UUID
    email: str
    role: Role
    expires_at: datetime


class InvitedOut(InvitationOut):
    """A new invitation; the secret is shown this once."""

    secret: str


class TokenOut(Out):
    """A token without its secret."""

    id: UUID
    name: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class MadeTokenOut(TokenOut):
    """A new token; the secret is shown this once."""

    secret: str
