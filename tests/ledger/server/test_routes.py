"""The ledger over HTTP."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.ledger.server.anchor import anchor, append_pending
from renkei.proof.merkle import verify_consistency
from renkei.proof.note import open_checkpoint
from renkei.proof.receipt import parse_receipt, verify_receipt
from renkei.proof.trust import parse_trust
from renkei.server.actor import Role

ClientFor = Callable[..., Awaitable[Any]]


async def enter(session: AsyncSession, numbers: range, parties: list[Any]) -> list[str]:
    rows = [
        await anchor(
            session, kind="version", key=f"version/{n}", payload={"id": n}, parties=parties
        )
        for n in numbers
    ]
    await session.commit()
    await append_pending()
    return [str(row.id) for row in rows]


async def test_a_hospital_fetches_receipt_and_trust_and_verifies(
    session: AsyncSession, client_for: ClientFor, site_a: Any
) -> None:
    ids = await enter(session, range(5), [site_a.id])
    client = await client_for(Role.HOSPITAL, site=site_a)
    listed = (await client.get("/api/v1/ledger/anchors?sort=index")).json()
    assert [row["index"] for row in listed["items"]] == [0, 1, 2, 3, 4]
    trust = parse_trust((await client.get("/api/v1/ledger/trust")).content)
    for anchor_id in ids:
        answer = await client.get(f"/api/v1/ledger/anchors/{anchor_id}/receipt")
        assert verify_receipt(parse_receipt(answer.content), trust).size == 5
    shown = (await client.get(f"/api/v1/ledger/anchors/{ids[3]}")).json()
    assert shown["payload"] == {"id": 3}


async def test_another_hospital_gets_404_and_an_empty_list(
    session: AsyncSession, client_for: ClientFor, site_a: Any, site_b: Any
) -> None:
    (anchor_id,) = await enter(session, range(1), [site_a.id])
    client = await client_for(Role.HOSPITAL, site=site_b)
    for path in ("", "/receipt"):
        answer = await client.get(f"/api/v1/ledger/anchors/{anchor_id}{path}")
        assert answer.status_code == 404
    assert (await client.get("/api/v1/ledger/anchors")).json()["total"] == 0


async def test_two_checkpoints_are_shown_to_be_one_log(
    session: AsyncSession, client_for: ClientFor
) -> None:
    client = await client_for(Role.LICENSEE)
    unavailable = await client.get("/api/v1/ledger/checkpoint")
    assert (unavailable.status_code, unavailable.json()["title"]) == (502, "log_unavailable")
    notes = []
    for numbers in (range(3), range(3, 8)):
        await enter(session, numbers, [])
        notes.append((await client.get("/api/v1/ledger/checkpoint")).text)
    trust = parse_trust((await client.get("/api/v1/ledger/trust")).content)
    old, new = (open_checkpoint(note, [trust.log], trust.origin) for note in notes)
    answer = await client.get("/api/v1/ledger/consistency?old=3&new=8")
    proof = [base64.b64decode(h) for h in answer.json()["hashes"]]
    assert verify_consistency(old.size, new.size, old.root, new.root, proof)
    assert (await client.get("/api/v1/ledger/consistency?old=3&new=9")).status_code == 404


@pytest.mark.parametrize("size", [1, 2, 3, 5, 10, 100])
async def test_every_page_of_every_size_shows_each_entry_once(
    session: AsyncSession, client_for: ClientFor, size: int
) -> None:
    await enter(session, range(23), [])
    client = await client_for(Role.CURATOR)
    seen: list[int] = []
    after = ""
    while True:
        path = f"/api/v1/ledger/entries?sort=index&limit={size}{after}"
        page = json.loads((await client.get(path)).content)
        seen += [row["index"] for row in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == list(range(23))


async def test_the_operator_replays_the_log_and_others_may_not(
    session: AsyncSession, client_for: ClientFor
) -> None:
    await enter(session, range(4), [])
    operator = await client_for(Role.OPERATOR)
    answer = await operator.post("/api/v1/ledger/check")
    assert answer.json() == {"entries": 4, "checkpoints": 1, "findings": {}}
    curator = await client_for(Role.CURATOR)
    assert (await curator.post("/api/v1/ledger/check")).status_code == 403
