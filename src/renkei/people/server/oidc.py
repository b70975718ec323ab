"""Signing in through an OpenID provider: code flow with PKCE, discovery from the settings."""

import json
from dataclasses import asdict, dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from fastapi import APIRouter, Query, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from renkei.errors import NotFoundError, PeerUnreachableError
from renkei.people.claims import ClaimsRefusedError, Identity, identity_of
from renkei.people.secret import new_secret
from renkei.people.server.organisation import normal_email
from renkei.people.server.signin import SignInRefusedError, open_sign_in, set_cookie
from renkei.people.server.tables import User
from renkei.server.web import Db, public
from renkei.server.web.address import over_tls, public_address
from renkei.settings import Settings, load_settings

router = APIRouter(prefix="/oidc")
COOKIE = "renkei_oidc"
COOKIE_SECONDS = 600
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
SECONDS = 10.0
Word = Annotated[str, Query(max_length=4000, description="As the provider gave it.")]


class NoProviderError(NotFoundError):
    """The settings name no OpenID provider."""


class ProviderUnreachableError(PeerUnreachableError):
    """The OpenID provider does not answer as it should."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What this browser's attempt is bound to."""

    state: str
    nonce: str
    verifier: str


@router.get("/start", status_code=307, response_class=RedirectResponse, dependencies=public())
async def start(request: Request) -> RedirectResponse:
    """Send the browser to the provider."""
    settings = _settings()
    provider = await discover(str(settings.oidc_issuer))
    attempt = Attempt(new_secret(), new_secret(), new_secret())
    query = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": _back(request),
        "scope": "openid email",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": create_s256_code_challenge(attempt.verifier),
        "code_challenge_method": "S256",
    }
    answer = RedirectResponse(f"{provider['authorization_endpoint']}?{urlencode(query)}", 302)
    answer.set_cookie(
        COOKIE,
        json.dumps(asdict(attempt)),
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=over_tls(request),
    )
    return answer


@router.get(
    "/back",
    status_code=303,
    response_class=RedirectResponse,
    dependencies=public(),
    name="back",
)
async def back(request: Request, session: Db, code: Word, state: Word) -> RedirectResponse:
    """Take the provider's answer and open a sign-in."""
    settings = _settings()
    attempt = _attempt(request, state)
    provider = await discover(str(settings.oidc_issuer))
    answer = await _fetch(
        "POST",
        provider["token_endpoint"],
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": _back(request),
            "client_id": settings.oidc_client_id,
            "client_secret": settings.oidc_client_secret,
            "code_verifier": attempt.verifier,
        },
    )
    keys = await _fetch("GET", provider["jwks_uri"])
    claims = check_token(
        str(answer.get("id_token", "")),
        KeySet.import_key_set(keys),  # type: ignore[arg-type]
        issuer=str(settings.oidc_issuer),
        client_id=str(settings.oidc_client_id),
        nonce=attempt.nonce,
    )
    user = await user_of(session, identity_of(claims))
    signed = await open_sign_in(session, user=user)
    page = RedirectResponse("/", 303)
    set_cookie(page, signed, secure=over_tls(request))
    page.delete_cookie(COOKIE)
    return page


def check_token(
    token: str, keys: KeySet, *, issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """Return the claims of an ID token that is signed, timely and for us.

    Raises:
        ClaimsRefusedError: It is not.
    """
    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={"iss": {"values": [issuer]}, "aud": {"values": [client_id]}},
            params={"nonce": nonce, "client_id": client_id},
        )
        claims.validate()
    # authlib's claim errors have a root of their own; joserfc reports bad input as ValueError too.
    except (JoseError, ValueError, AuthlibBaseError) as error:
        raise ClaimsRefusedError("The provider's answer is not valid; sign in again.") from error
    return dict(decoded.claims)


async def user_of(session: AsyncSession, identity: Identity) -> User:
    """Return the invited user of an identity, and bind the two at the first sign-in.

    Raises:
        SignInRefusedError: Nobody here has this identity, or the user is kept out.
    """
    by_email = User.email == normal_email(identity.email) if identity.email else User.id.is_(None)
    user = await session.scalar(
        select(User).where(
            User.active,
            or_(User.oidc_subject == identity.subject, by_email & User.oidc_subject.is_(None)),
        )
    )
    if user is None:
        raise SignInRefusedError("Nobody here signs in with this account; ask for an invitation.")
    user.oidc_subject = identity.subject
    return user


async def discover(issuer: str) -> dict[str, Any]:
    """Return the provider's own description.

    Raises:
        ProviderUnreachableError: It does not answer, or for another issuer.
    """
    found = await _fetch("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise ProviderUnreachableError(
            "The OpenID provider describes another issuer; the operator corrects the settings."
        )
    return found


async def _fetch(method: str, url: str, **more: Any) -> dict[str, Any]:
    try:
        async with httpx2.AsyncClient(timeout=SECONDS) as client:
            answer = await client.request(method, url, **more)
            answer.raise_for_status()
            found = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise ProviderUnreachableError(
            "The OpenID provider does not answer; try again later."
        ) from error
    if not isinstance(found, dict):
        raise ProviderUnreachableError(
            "The OpenID provider does not answer as it should; tell the operator."
        )
    return found


def _back(request: Request) -> str:
    return public_address(request) + request.url_for("back").path


def _attempt(request: Request, state: str) -> Attempt:
    try:
        attempt = Attempt(**json.loads(request.cookies.get(COOKIE, "")))
    except (TypeError, ValueError) as error:
        raise ClaimsRefusedError("This sign-in was begun elsewhere; begin again.") from error
    if attempt.state != state:
        raise ClaimsRefusedError("This sign-in was begun elsewhere; begin again.")
    return attempt


def offered(settings: Settings) -> bool:
    """Tell whether the settings name a provider."""
    return bool(settings.oidc_issuer and settings.oidc_client_id)


def _settings() -> Settings:
    settings = load_settings()
    if not offered(settings):
        raise NoProviderError(
            "This platform has no OpenID provider; sign in by address and password."
        )
    return settings
