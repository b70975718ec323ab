"""Signing in through an OpenID provider: a real issuer on loopback, with keys, codes and PKCE."""

import base64
import hashlib
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route
from tests.committed import answering

from renkei.people.server.organisation import add_organisation, add_user
from renkei.people.server.tables import OrganisationKind
from renkei.server.actor import Role

CLIENT, SECRET = "renkei-test", "a secret of the test"
PUBLIC = "https://renkei.example.org"


@dataclass
class Issuer:
    """An OpenID provider; `who` is the account that is signed in there, `change` spoils a token."""

    address: str = ""
    who: dict = field(default_factory=lambda: {"sub": "7", "email": "ken@example.org"})
    change: dict = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    codes: dict = field(default_factory=dict)

    def app(self):
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.describe),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/keys", self.keys),
            ]
        )

    async def describe(self, _request):
        return JSONResponse(
            {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
            }
        )

    async def authorize(self, request):
        asked = request.query_params
        if asked["client_id"] != CLIENT or asked["code_challenge_method"] != "S256":
            return JSONResponse({"error": "invalid_request"}, 400)
        code = f"code-{len(self.codes)}"
        self.codes[code] = dict(asked)
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    async def token(self, request):
        sent = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(sent["code"], None)
        digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        known = asked is not None and sent["redirect_uri"] == asked["redirect_uri"]
        if not known or challenge != asked["code_challenge"] or sent["client_secret"] != SECRET:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60,
            "nonce": asked["nonce"], "email_verified": True, **self.who, **self.change,
        }  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)
        return JSONResponse({"id_token": signed, "token_type": "Bearer", "access_token": "x"})

    async def keys(self, _request):
        return JSONResponse(KeySet([self.key]).as_dict(private=False))


@pytest.fixture
async def issuer(monkeypatch):
    found = Issuer()
    async with answering(found.app()) as found.address:
        monkeypatch.setenv("RENKEI_OIDC_ISSUER", found.address)
        monkeypatch.setenv("RENKEI_OIDC_CLIENT_ID", CLIENT)
        monkeypatch.setenv("RENKEI_OIDC_CLIENT_SECRET", SECRET)
        monkeypatch.setenv("RENKEI_PUBLIC_URL", PUBLIC)
        yield found


@pytest.fixture
async def ken(session):
    operator = await add_organisation(session, kind=OrganisationKind.OPERATOR, name="Operator")
    user = await add_user(
        session,
        organisation_id=operator.id,
        email="ken@example.org",
        name="Ken",
        role=Role.CURATOR,
    )
    await session.commit()
    return user


@pytest.fixture
async def browser(app, connection):
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=PUBLIC) as client:
        yield client


async def go_round(browser, issuer):
    """Go to the provider and come back, as a browser does; return the platform's last answer."""
    begun = await browser.get("/api/v1/people/oidc/start")
    assert begun.status_code == 302, begun.text
    async with httpx2.AsyncClient() as outside:
        sent_back = await outside.get(begun.headers["location"])
    assert sent_back.headers["location"].startswith(f"{PUBLIC}/api/v1/people/oidc/back?")
    place = urlsplit(sent_back.headers["location"])
    return await browser.get(f"{place.path}?{place.query}")


async def test_an_invited_user_signs_in_and_is_known_by_the_account_from_then_on(
    browser, issuer, ken
):
    answer = await go_round(browser, issuer)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "secure" in answer.headers["set-cookie"].lower()
    assert (await browser.get("/api/v1/people/me")).json()["name"] == "Ken"
    issuer.who = {"sub": "7", "email": "new.address@example.org"}
    browser.cookies.clear()
    await go_round(browser, issuer)
    assert (await browser.get("/api/v1/people/me")).json()["name"] == "Ken"


@pytest.mark.parametrize(
    "change",
    [{"nonce": "another"}, {"aud": "another"}, {"exp": 1}, {"iss": "https://another.example.org"}],
)
async def test_a_token_that_is_not_for_this_sign_in_opens_nothing(browser, issuer, ken, change):
    issuer.change = change
    answer = await go_round(browser, issuer)
    assert answer.status_code in {401, 403, 422}, answer.text
    assert (await browser.get("/api/v1/people/me")).status_code == 401


async def test_an_account_that_nobody_invited_is_refused(browser, issuer, ken):
    issuer.who = {"sub": "8", "email": "stranger@example.org"}
    answer = await go_round(browser, issuer)
    assert answer.status_code in {401, 403}
    assert "stranger" not in answer.text


async def test_an_answer_to_somebody_elses_attempt_is_refused(browser, issuer, ken):
    await browser.get("/api/v1/people/oidc/start")
    answer = await browser.get("/api/v1/people/oidc/back?code=code-0&state=another")
    assert answer.status_code in {401, 403, 422}


async def test_the_page_learns_which_ways_there_are(browser, issuer):
    assert (await browser.get("/api/v1/people/ways")).json() == {"oidc": True, "demo": False}


async def test_without_settings_there_is_no_provider(browser):
    assert (await browser.get("/api/v1/people/ways")).json() == {"oidc": False, "demo": False}
    assert (await browser.get("/api/v1/people/oidc/start")).status_code == 404
