"""Signing in: passwords, cookies, CSRF, tokens, invitations, the demo."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from sqlalchemy import select, update

from renkei.people.server.organisation import (
    EmailTakenError,
    WrongRoleError,
    add_organisation,
    add_user,
)
from renkei.people.server.password import WeakPasswordError
from renkei.people.server.tables import ApiToken, Invitation, OrganisationKind, SignIn, User
from renkei.server.actor import Role
from renkei.server.audit import AuditRow

PASSWORD = "correct horse battery"


@pytest.fixture
async def user(session):
    operator = await add_organisation(session, kind=OrganisationKind.OPERATOR, name="Operator")
    row = await add_user(
        session,
        organisation_id=operator.id,
        email="Ken@Example.org",
        name="Ken",
        role=Role.CURATOR,
        password=PASSWORD,
    )
    await session.commit()
    return row


@pytest.fixture
async def browser(app, connection):
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def sign_in(browser, password=PASSWORD, email="ken@example.org"):
    body = {"email": email, "password": password}
    return await browser.post("/api/v1/people/sign-in", json=body)


async def test_a_user_signs_in_and_out(browser, user, session):
    answer = await sign_in(browser, email=" ＫＥＮ@example.org")
    assert answer.status_code == 200, answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    me = await browser.get("/api/v1/people/me")
    assert me.json()["name"] == "Ken"
    assert "collect.view" in me.json()["permissions"]
    headers = {"X-CSRF-Token": me.json()["csrf_token"]}
    left = await browser.post("/api/v1/people/sign-out", headers=headers)
    assert left.status_code == 204, left.text
    assert (await browser.get("/api/v1/people/me")).status_code == 401
    actions = list(await session.scalars(select(AuditRow.action).order_by(AuditRow.id)))
    assert actions[-2:] == ["people.sign_in", "people.sign_out"]


async def test_neither_secret_nor_password_is_stored(browser, user, session):
    answer = await sign_in(browser)
    secret = browser.cookies["renkei_session"]
    row = (await session.scalars(select(SignIn))).one()
    assert secret not in {row.token_sha256, row.csrf_token}
    hashed = await session.scalar(select(User.password_hash))
    assert hashed.startswith("$argon2id$")
    assert PASSWORD not in hashed + answer.text


@pytest.mark.parametrize(
    ("email", "password"),
    [("ken@example.org", "wrong horse battery"), ("nobody@example.org", PASSWORD)],
)
async def test_wrong_address_and_wrong_password_get_one_answer(browser, user, email, password):
    answer = await sign_in(browser, password, email)
    assert answer.status_code == 401
    assert answer.json()["title"] == "sign_in_refused"
    assert "renkei_session" not in browser.cookies


async def test_a_change_without_the_token_of_the_sign_in_is_refused(browser, user, session):
    await sign_in(browser)
    refused = await browser.patch("/api/v1/people/me", json={"name": "Mallory"})
    assert refused.status_code == 403
    session.expire_all()
    assert await session.scalar(select(User.name)) == "Ken"


async def test_the_language_is_changed_in_the_profile(browser, user, session):
    token = (await sign_in(browser)).json()["csrf_token"]
    answer = await browser.patch(
        "/api/v1/people/me", json={"language": "en"}, headers={"X-CSRF-Token": token}
    )
    assert answer.json()["language"] == "en"


@pytest.mark.parametrize("change", ["expired", "kept out"])
async def test_an_ended_sign_in_opens_nothing(browser, user, session, change):
    await sign_in(browser)
    past = datetime.now(UTC) - timedelta(seconds=1)
    if change == "expired":
        await session.execute(update(SignIn).values(expires_at=past))
    else:
        await session.execute(update(User).values(active=False))
    await session.commit()
    assert (await browser.get("/api/v1/people/me")).status_code == 401


async def test_a_token_works_until_it_is_revoked(browser, user, session):
    token = (await sign_in(browser)).json()["csrf_token"]
    made = await browser.post(
        "/api/v1/people/tokens", json={"name": "laptop"}, headers={"X-CSRF-Token": token}
    )
    assert made.status_code == 201, made.text
    secret = made.json()["secret"]
    assert await session.scalar(select(ApiToken.token_sha256)) != secret
    browser.cookies.clear()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert (await browser.get("/api/v1/people/me", headers=bearer)).status_code == 200
    gone = await browser.delete(f"/api/v1/people/tokens/{made.json()['id']}", headers=bearer)
    assert gone.status_code == 204
    assert (await browser.get("/api/v1/people/me", headers=bearer)).status_code == 401


async def test_an_invitation_makes_one_user(browser, user, session, client_for):
    operator = await client_for(Role.OPERATOR)
    organisation = (await operator.get("/api/v1/people/me")).json()["organisation"]["id"]
    made = await operator.post(
        "/api/v1/people/invitations",
        json={"organisation_id": organisation, "email": "yuki@example.org", "role": "reader"},
    )
    assert made.status_code == 201, made.text
    body = {"secret": made.json()["secret"], "name": "Yuki", "password": PASSWORD}
    first = await browser.post("/api/v1/people/invitations/accept", json=body)
    assert first.json()["role"] == "reader", first.text
    second = await browser.post("/api/v1/people/invitations/accept", json=body)
    assert second.status_code == 404
    assert (await sign_in(browser, email="yuki@example.org")).status_code == 200


async def test_an_expired_invitation_makes_nobody(browser, client_for, session):
    operator = await client_for(Role.OPERATOR)
    organisation = (await operator.get("/api/v1/people/me")).json()["organisation"]["id"]
    made = await operator.post(
        "/api/v1/people/invitations",
        json={"organisation_id": organisation, "email": "yuki@example.org", "role": "reader"},
    )
    past = datetime.now(UTC) - timedelta(seconds=1)
    await session.execute(update(Invitation).values(expires_at=past))
    await session.commit()
    body = {"secret": made.json()["secret"], "name": "Yuki", "password": PASSWORD}
    answer = await browser.post("/api/v1/people/invitations/accept", json=body)
    assert answer.status_code == 404
    assert await session.scalar(select(User.id).where(User.email == "yuki@example.org")) is None


async def test_a_hospital_invites_neither_operators_nor_into_other_hospitals(
    client_for, site_a, site_b
):
    client = await client_for(Role.HOSPITAL, site=site_a)

    async def invite(site, role):
        body = {"organisation_id": str(site.id), "email": "x@example.org", "role": role}
        return (await client.post("/api/v1/people/invitations", json=body)).status_code

    assert await invite(site_a, "hospital") == 201
    assert await invite(site_a, "operator") == 403
    assert await invite(site_a, "system") == 403
    assert await invite(site_b, "hospital") == 404


async def test_users_and_organisations_of_another_hospital_are_not_listed(
    client_for, site_a, site_b
):
    a = await client_for(Role.HOSPITAL, site=site_a)
    await client_for(Role.HOSPITAL, site=site_b)
    users = (await a.get("/api/v1/people/users")).json()["items"]
    assert {u["organisation_id"] for u in users} == {str(site_a.id)}
    names = [o["name"] for o in (await a.get("/api/v1/people/organisations")).json()["items"]]
    assert names == [site_a.name]
    assert (await a.get(f"/api/v1/people/organisations/{site_b.id}")).status_code == 404


async def test_one_click_sign_in_exists_only_in_a_demo(browser, user, monkeypatch):
    assert (await browser.get("/api/v1/people/demo/users")).status_code == 404
    body = {"user_id": str(user.id)}
    assert (await browser.post("/api/v1/people/demo/sign-in", json=body)).status_code == 404
    monkeypatch.setenv("RENKEI_DEMO", "true")
    users = (await browser.get("/api/v1/people/demo/users")).json()
    assert [u["name"] for u in users] == ["Ken"]
    assert (await browser.post("/api/v1/people/demo/sign-in", json=body)).status_code == 200
    assert (await browser.get("/api/v1/people/me")).status_code == 200


async def test_a_short_password_and_a_wrong_role_make_no_user(session, user):
    more = {"organisation_id": user.organisation_id, "name": "X"}
    with pytest.raises(WeakPasswordError):
        await add_user(session, email="a@example.org", role=Role.READER, password="short", **more)
    with pytest.raises(WrongRoleError):
        await add_user(session, email="a@example.org", role=Role.LICENSEE, **more)
    with pytest.raises(EmailTakenError):
        await add_user(session, email="KEN@example.org", role=Role.READER, **more)
