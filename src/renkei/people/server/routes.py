"""Routes of people: signing in, profile, organisations, users, invitations, tokens."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from renkei.people.server.demo import demo_users, sign_in_demo
from renkei.people.server.invitation import accept_invitation, invite_user, open_invitations
from renkei.people.server.oidc import offered
from renkei.people.server.oidc import router as oidc_router
from renkei.people.server.organisation import NoSuchOrganisationError, add_organisation, set_active
from renkei.people.server.proving import router as proving_router
from renkei.people.server.schemas import (
    AcceptIn,
    ActiveIn,
    DemoSignInIn,
    DemoUserOut,
    InvitationIn,
    InvitationOut,
    InvitedOut,
    MadeTokenOut,
    MeOut,
    OrganisationIn,
    OrganisationOut,
    ProfileIn,
    SignedInOut,
    SignInIn,
    TokenIn,
    TokenOut,
    UserOut,
    WaysOut,
)
from renkei.people.server.signin import (
    COOKIE,
    SignedIn,
    csrf_token_of,
    current_user,
    set_cookie,
    sign_in,
    sign_out,
)
from renkei.people.server.tables import ApiToken, Organisation, User
from renkei.people.server.token import make_token, revoke_token
from renkei.server.actor import PERMISSIONS, Permission
from renkei.server.audit import record
from renkei.server.web import Db, Page, Params, list_page, needs, public
from renkei.server.web.address import over_tls
from renkei.settings import load_settings

router = APIRouter(prefix="/people", tags=["people"])
router.include_router(oidc_router)
router.include_router(proving_router)

ORGANISATIONS: dict[str, Any] = {
    "id": Organisation.id,
    "kind": Organisation.kind,
    "name": Organisation.name,
    "country": Organisation.country,
    "created_at": Organisation.created_at,
}
USERS: dict[str, Any] = {
    "id": User.id,
    "organisation_id": User.organisation_id,
    "email": User.email,
    "name": User.name,
    "role": User.role,
    "language": User.language,
    "active": User.active,
    "created_at": User.created_at,
}


@router.post("/sign-in", dependencies=public())
async def post_sign_in(
    body: SignInIn, request: Request, response: Response, session: Db
) -> SignedInOut:
    """Sign in by address and password; the answer sets the cookie."""
    signed = await sign_in(session, email=body.email, password=body.password)
    return _welcome(request, response, signed)


@router.get("/ways", dependencies=public())
async def get_ways() -> WaysOut:
    """Say how one may sign in here besides address and password."""
    settings = load_settings()
    return WaysOut(oidc=offered(settings), demo=settings.demo)


@router.get("/demo/users", dependencies=public())
async def list_demo_users(session: Db) -> list[DemoUserOut]:
    """List whom a visitor of the demo may be."""
    return [
        DemoUserOut(id=user.id, name=user.name, role=user.role, organisation=organisation.name)
        for user, organisation in await demo_users(session)
    ]


@router.post("/demo/sign-in", dependencies=public())
async def post_demo_sign_in(
    body: DemoSignInIn, request: Request, response: Response, session: Db
) -> SignedInOut:
    """Sign in to the demo as one of its users."""
    signed = await sign_in_demo(session, user_id=body.user_id)
    return _welcome(request, response, signed)


@router.post("/sign-out", status_code=204, dependencies=needs(Permission.PEOPLE_VIEW))
async def post_sign_out(request: Request, response: Response, session: Db) -> None:
    """End this browser's sign-in."""
    if secret := request.cookies.get(COOKIE):
        await sign_out(session, secret=secret)
    response.delete_cookie(COOKIE)


@router.get("/me", dependencies=needs(Permission.PEOPLE_VIEW))
async def get_me(request: Request, session: Db) -> MeOut:
    """Return the signed-in user, with what the role may do."""
    user = await current_user(session)
    organisation = await session.scalar(
        select(Organisation).where(Organisation.id == user.organisation_id)
    )
    return MeOut(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        language=user.language,
        organisation=OrganisationOut.model_validate(organisation),
        permissions=sorted(PERMISSIONS[user.role]),
        csrf_token=await csrf_token_of(session, request),
    )


@router.patch("/me", dependencies=needs(Permission.PEOPLE_VIEW))
async def patch_me(body: ProfileIn, session: Db) -> UserOut:
    """Change one's own name or language."""
    user = await current_user(session)
    user.name = body.name or user.name
    user.language = body.language or user.language
    await session.flush()
    await record(session, "people.profile", user)
    return UserOut.model_validate(user)


@router.get("/organisations", dependencies=needs(Permission.PEOPLE_VIEW))
async def list_organisations(session: Db, params: Params) -> Page[OrganisationOut]:
    """List the organisations that one may see."""
    return await list_page(session, select(Organisation), columns=ORGANISATIONS, params=params)


@router.get("/organisations/{organisation_id}", dependencies=needs(Permission.PEOPLE_VIEW))
async def get_organisation(organisation_id: UUID, session: Db) -> OrganisationOut:
    """Return one organisation."""
    row = await session.scalar(select(Organisation).where(Organisation.id == organisation_id))
    if row is None:
        raise NoSuchOrganisationError("There is no such organisation; choose one from the list.")
    return OrganisationOut.model_validate(row)


@router.post("/organisations", status_code=201, dependencies=needs(Permission.PEOPLE_MANAGE))
async def post_organisation(body: OrganisationIn, session: Db) -> OrganisationOut:
    """Add an organisation."""
    row = await add_organisation(session, kind=body.kind, name=body.name, country=body.country)
    return OrganisationOut.model_validate(row)


@router.get("/users", dependencies=needs(Permission.PEOPLE_VIEW))
async def list_users(session: Db, params: Params) -> Page[UserOut]:
    """List the users that one may see."""
    return await list_page(session, select(User), columns=USERS, params=params)


@router.put("/users/{user_id}/active", dependencies=needs(Permission.PEOPLE_MANAGE))
async def put_active(user_id: UUID, body: ActiveIn, session: Db) -> UserOut:
    """Let a user in, or keep the user out."""
    user = await set_active(session, user_id=user_id, active=body.active)
    return UserOut.model_validate(user)


@router.get("/invitations", dependencies=needs(Permission.PEOPLE_INVITE))
async def list_invitations(session: Db) -> list[InvitationOut]:
    """List the invitations that still wait."""
    return [InvitationOut.model_validate(row) for row in await open_invitations(session)]


@router.post("/invitations", status_code=201, dependencies=needs(Permission.PEOPLE_INVITE))
async def post_invitation(body: InvitationIn, session: Db) -> InvitedOut:
    """Invite somebody; the secret is shown this once."""
    row, secret = await invite_user(
        session, organisation_id=body.organisation_id, email=body.email, role=body.role
    )
    return InvitedOut(**InvitationOut.model_validate(row).model_dump(), secret=secret)


@router.post("/invitations/accept", status_code=201, dependencies=public())
async def post_accept(body: AcceptIn, session: Db) -> UserOut:
    """Become a user by an invitation."""
    user = await accept_invitation(
        session,
        secret=body.secret,
        name=body.name,
        password=body.password,
        language=body.language,
    )
    return UserOut.model_validate(user)


@router.get("/tokens", dependencies=needs(Permission.PEOPLE_VIEW))
async def list_tokens(session: Db) -> list[TokenOut]:
    """List one's own tokens."""
    rows = await session.scalars(select(ApiToken).order_by(ApiToken.id.desc()))
    return [TokenOut.model_validate(row) for row in rows]


@router.post("/tokens", status_code=201, dependencies=needs(Permission.PEOPLE_VIEW))
async def post_token(body: TokenIn, session: Db) -> MadeTokenOut:
    """Make a token for programs; the secret is shown this once."""
    row, secret = await make_token(session, name=body.name, days=body.days)
    return MadeTokenOut(**TokenOut.model_validate(row).model_dump(), secret=secret)


@router.delete("/tokens/{token_id}", status_code=204, dependencies=needs(Permission.PEOPLE_VIEW))
async def delete_token(token_id: UUID, session: Db) -> None:
    """End a token now."""
    await revoke_token(session, token_id=token_id)


def _welcome(request: Request, response: Response, signed: SignedIn) -> SignedInOut:
    set_cookie(response, signed, secure=over_tls(request))
    return SignedInOut(
        user=UserOut.model_validate(signed.user),
        csrf_token=signed.csrf_token,
        expires_at=signed.expires_at,
    )
