"""A small world in which each kind of thing is there once, made by the people who would make it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import Team, begin, hand_out, read_both, sign, team
from tests.collect.conftest import TODAY, Sending, permitted, sending
from tests.dicomweb.conftest import Held, ct, nifti, slide
from tests.publish.server.conftest import add_case, govern, plan
from tests.train.server.conftest import frozen

from renkei.consent.allow import AgreementKind
from renkei.consent.server.agree import add_agreement
from renkei.consent.server.tables import Approval
from renkei.proof.crypt4gh import format_public_key, new_key_pair
from renkei.publish.server.tables import Version
from renkei.server.actor import Role
from renkei.server.storage import store
from renkei.subjects.server.tables import Record, RecordKind

__all__ = ["add_case", "ct", "frozen", "govern", "nifti", "permitted", "plan"]
__all__ += ["sending", "slide", "team"]

API = "/api/v1"
RECIPE = Path("src/renkei/select/recipes/ct_abdomen.toml").read_text("utf-8")
Client = httpx2.AsyncClient
Drain = Callable[[], Awaitable[int]]


@dataclass
class World:
    """Who is in it by role, and the ids that no list of the API names to them."""

    people: dict[str, Client]
    ids: dict[str, dict[str, str]]


@pytest.fixture
async def world(
    client_for: Callable[..., Awaitable[Client]],
    site_a: Any,
    team: Team,
    ct: Held,
    slide: UUID,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> World:
    """Sign one user of each role in, each with an open root where the role may have one."""
    monkeypatch.setenv("RENKEI_DATA", str(tmp_path / "data"))
    people = {
        "hospital": await client_for(Role.HOSPITAL, site=site_a),
        "curator": team.curator,
        "reader": team.judge,
        "licensee": await client_for(Role.LICENSEE),
        "operator": await client_for(Role.OPERATOR),
    }
    ids = {"study": ct.study_uid, "series": ct.series_uid, "instance": ct.sop_uids[0]}
    ids["/dicom-web/{root}/series/{series_id}"] = str(ct.series_id)
    world = World(people, {role: dict(ids) for role in people})
    for role in ("hospital", "curator", "operator"):
        asked = {"series": [str(ct.series_id)], "slides": [str(slide)]}
        opened = await post(people[role], "/dicomweb/roots", asked)
        world.ids[role] |= {"root": opened["id"], "root_id": opened["id"]}
    return world


async def post(client: Client, path: str, body: object = None) -> Any:
    """Send a change that has to be taken."""
    answer = await client.post(f"{API}{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


@pytest.fixture
async def read(
    world: World, session: AsyncSession, team: Team, nifti: UUID, frozen: Version, run_jobs: Drain
) -> None:
    """Read one series with a dispute, sign and report it; leave another for the same people."""
    task = await hand_out(team, run_jobs, series_ids=[str(nifti)], vocabulary="abdomen-ct")
    await read_both(team, run_jobs, lesion_of_two=None)
    dispute = (await team.judge.get(f"{API}/annotate/tasks/{task}/comparison")).json()["disputes"]
    world.ids["reader"]["dispute_id"] = dispute[0]["id"]
    opened = await begin(team.judge)
    said = {"choice": "a", "reason": "It is so."}
    for one in dispute:
        await post(team.judge, f"/annotate/disputes/{one['id']}/decisions", said)
    lease = {"lease": opened["lease"]}
    await post(team.judge, f"/annotate/attempts/{opened['id']}/propose", lease)
    signed = await sign(team.judge, task)
    assert signed.is_success
    world.ids["reader"]["signature_id"] = signed.json()["id"]
    await post(team.judge, f"/annotate/tasks/{task}/reports")
    other = world.ids["curator"]["/dicom-web/{root}/series/{series_id}"]
    people = {"readers": [team.ids["judge"], team.ids["two"]], "adjudicator": team.ids["one"]}
    await hand_out(team, run_jobs, series_ids=[other], vocabulary="abdomen-ct", **people)
    waits = await begin(team.judge)
    known = {"attempt_id": waits["id"], "lease": waits["lease"], "term": "liver"}
    known |= {"tool": "islands", "assist": "body", "group": "organs"}
    known |= {f"{API}/annotate/attempts/{{attempt_id}}": waits["id"]}
    world.ids["reader"] |= known
    seen = {"task_id": waits["task_id"], "urgency": "days", "text": "A nodule in the lung base."}
    raised = await post(team.judge, "/annotate/findings", seen)
    world.ids["hospital"]["finding_id"] = raised["id"]


@pytest.fixture
async def sold(world: World, frozen: Version, run_jobs: Drain) -> None:
    """Train, synthesise and sell on the frozen version, and settle what came in."""
    version = {"version_id": str(frozen.id)}
    curator, operator = world.people["curator"], world.people["operator"]
    firm = world.people["licensee"]
    await post(curator, "/train/runs", {**version, "recipe": "voxel_forest"})
    await post(curator, "/synthesize/sets", {**version, "count": 2, "seed": 5})
    await run_jobs()
    products = (await curator.get(f"{API}/publish/products?kind=dataset")).json()["items"]
    offer = {"product_id": products[0]["id"], "title_en": "Liver", "title_ja": "肝臓"}
    listing = await post(curator, "/market/listings", {**offer, "price_yen": 1_000_000})
    wish = {
        "listing_id": listing["id"],
        "purpose": "product_development",
        "country": "JP",
        "commercial_use": True,
        "develops_methods": True,
        "key": format_public_key(new_key_pair()[1]),
    }
    order = (await post(firm, "/market/orders", wish))["id"]
    await post(firm, f"/market/orders/{order}/move", {"to": "submitted"})
    await post(curator, f"/market/orders/{order}/decide", {"to": "approved"})
    await post(curator, f"/market/orders/{order}/quote", {})
    licence = await post(firm, f"/market/orders/{order}/accept")
    signed = {"terms_sha256": licence["terms_sha256"]}
    await post(firm, f"/market/licences/{licence['id']}/sign", signed)
    await post(operator, f"/market/licences/{licence['id']}/countersign", signed)
    await post(operator, f"/market/licences/{licence['id']}/payment")
    delivery = await post(firm, f"/market/licences/{licence['id']}/deliveries", {})
    await run_jobs()
    files = (await firm.get(f"{API}/market/deliveries/{delivery['id']}/files")).json()["items"]
    for file in files:
        key = f"/market/deliveries/{delivery['id']}/files/{file['n']}/key"
        await post(firm, key, {"request": key})
    await post(curator, "/market/settlements", {"licence_id": licence["id"]})


@pytest.fixture
async def governed(
    world: World,
    session: AsyncSession,
    ct: Held,
    site_a: Any,
    permitted: None,
    sending: Sending,
    frozen: Version,
    run_jobs: Drain,
    sold: None,
) -> None:
    """Decide, invite, open a batch, keep a record, and take a sold subject back."""
    curator, operator = world.people["curator"], world.people["operator"]
    case = (await curator.get(f"{API}/select/cases")).json()["items"][0]["id"]
    said = {"outcome": "exclude", "reason": "It is not what it says."}
    world.ids["curator"]["override_id"] = (
        await post(operator, f"/select/cases/{case}/overrides", said)
    )["id"]
    await post(curator, "/select/recipes", {"toml": RECIPE})
    guest = {"organisation_id": str(site_a.id), "email": "guest@example.org", "role": "hospital"}
    await post(operator, "/people/invitations", guest)
    sending.add(b"A report.", "report")
    manifest = sending.manifest().to_bytes()
    opened = await world.people["hospital"].post(f"{API}/collect/batches", content=manifest)
    assert opened.is_success, opened.text
    kept = await store(session, b"text", site_id=site_a.id, subject_id=ct.subject_id)
    session.add(
        Record(
            subject_id=ct.subject_id,
            site_id=site_a.id,
            kind=RecordKind.REPORT,
            format="text/plain",
            sha256=kept.plain_sha256,
            object_id=kept.id,
        )
    )
    await session.commit()
    cases = await curator.get(f"{API}/publish/versions/{frozen.id}/cases?split=train")
    gone = {"subject_id": cases.json()["items"][0]["subject_id"], "kind": "withdrawal"}
    await post(operator, "/consent/recalls", {**gone, "reason": "The person asked for it."})
    await run_jobs()
    await share(world, session, site_a.id)


async def share(world: World, session: AsyncSession, site_id: UUID) -> None:
    """Open a workspace of a joint research for the hospital's own investigator."""
    joint = await add_agreement(
        session,
        site_id=site_id,
        number="AG-J",
        kind=AgreementKind.JOINT,
        uses=[42],
        commercial=False,
        fee_share_bp=0,
        starts=TODAY,
        ends=TODAY + timedelta(days=90),
    )
    approval = await session.scalar(select(Approval.id).where(Approval.number == "EC-1"))
    await session.commit()
    both = {"agreement_id": str(joint.id), "approval_id": str(approval)}
    opened = await post(world.people["operator"], "/consent/workspaces", both)
    doctor = (await world.people["hospital"].get(f"{API}/people/me")).json()["id"]
    path = f"/consent/workspaces/{opened['id']}"
    await post(world.people["operator"], f"{path}/investigators", {"user_id": doctor})
    await post(world.people["hospital"], f"{path}/notes", {"text": "Who reads first?"})
