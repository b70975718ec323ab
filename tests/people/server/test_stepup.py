"""Five wrong codes pause the second factor: counted although each refusal is rolled back."""

import time

import pytest
from starlette.requests import Request

from renkei.people.onetime import code_at
from renkei.people.server.organisation import actor_of_user
from renkei.people.server.stepup import (
    CodeRefusedError,
    TooManyCodesError,
    begin_factor,
    confirm_factor,
    fresh_until,
    remove_factor,
    step_up,
)
from renkei.people.server.tables import Organisation, OrganisationKind, User
from renkei.server.actor import Role, system
from renkei.server.db import Engine, transaction


def request_with(secret: str) -> Request:
    headers = [(b"authorization", f"Bearer {secret}".encode())]
    return Request({"type": "http", "method": "POST", "headers": headers})


async def test_wrong_codes_are_counted_and_a_proof_is_of_one_sign_in(
    fresh_database: Engine,
) -> None:
    async with transaction(system("test")) as session:
        organisation = Organisation(kind=OrganisationKind.OPERATOR, name="Operator")
        session.add(organisation)
        await session.flush()
        user = User(
            organisation_id=organisation.id, email="a@example.org", name="A", role=Role.READER
        )
        session.add(user)
        await session.flush()
        actor = actor_of_user(user)
    async with transaction(actor) as session:
        _, seed = await begin_factor(session)
    now = time.time()
    async with transaction(actor) as session:
        await confirm_factor(session, code=code_at(seed, now - 30))
    async with transaction(actor) as session:
        assert await step_up(session, request_with("one"), code=code_at(seed, now))
    async with transaction(actor) as session:
        assert await fresh_until(session, request_with("one")) is not None
        assert await fresh_until(session, request_with("two")) is None
    for _ in range(5):
        with pytest.raises(CodeRefusedError):
            async with transaction(actor) as session:
                await step_up(session, request_with("one"), code=code_at(seed, now))
    with pytest.raises(TooManyCodesError):
        async with transaction(actor) as session:
            await step_up(session, request_with("one"), code=code_at(seed, now + 30))
    async with transaction(system("test")) as session:
        await remove_factor(session, user_id=user.id)
    async with transaction(actor) as session:
        assert await fresh_until(session, request_with("one")) is None
