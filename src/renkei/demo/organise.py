"""Who takes part: two hospitals, the platform's own people, a licensee; approvals and contracts."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from renkei.client import Client
from renkei.people.server.organisation import actor_of_user, add_organisation, add_user
from renkei.people.server.tables import Language, OrganisationKind, User
from renkei.people.server.token import make_token
from renkei.server.actor import Role, system
from renkei.server.db import transaction
from renkei.server.migrate import migrate
from renkei.server.opening import opened
from renkei.settings import Settings
from renkei.subjects.server.site import add_site

KEPT = "people.json"
AGREEMENT, ENDS = "DEMO-AGREEMENT", "2031-03-31"
# General research use; a commercial licence is allowed by the contract.
GENERAL_RESEARCH_USE = 42
FEE_SHARE_BP = 7000


@dataclass(frozen=True, slots=True)
class Approval:
    """An ethics approval: examinations of `start` to `end` may be collected until it expires."""

    number: str
    start: str
    end: str
    expires: str


APPROVAL = Approval("DEMO-2024-001", "2024-04-01", "2026-03-31", ENDS)
EXPIRED_APPROVAL = Approval("DEMO-2018-007", "2018-04-01", "2023-03-31", "2025-03-31")


@dataclass(frozen=True, slots=True)
class Someone:
    """A user of the demo: id, organisation and API token."""

    id: str
    organisation: str
    token: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody of the story, by the part that they play."""

    server: str
    people: Mapping[str, Someone]

    def client(self, part: str) -> Client:
        """Return the SDK as the person who plays this part."""
        return Client(self.server, self.people[part].token)

    def environment(self, part: str) -> dict[str, str]:
        """Return the settings with which this person runs `renkei …`."""
        return {"RENKEI_SERVER": self.server, "RENKEI_TOKEN": self.people[part].token}


ORGANISATIONS = {
    "first": (OrganisationKind.HOSPITAL, "デモ第一病院 Demo First Hospital"),
    "second": (OrganisationKind.HOSPITAL, "デモ第二病院 Demo Second Hospital"),
    "operator": (OrganisationKind.OPERATOR, "Renkei 運営 Operator"),
    "licensee": (OrganisationKind.LICENSEE, "デモ医療AI社 Demo Medical AI"),
}
CODES = {"first": "A", "second": "B"}
PEOPLE = {
    "first": ("first", Role.HOSPITAL, "第一病院 担当"),
    "second": ("second", Role.HOSPITAL, "第二病院 担当"),
    "curator": ("operator", Role.CURATOR, "キュレーター 甲"),
    "curator_2": ("operator", Role.CURATOR, "キュレーター 乙"),
    "reader_1": ("operator", Role.READER, "読影医 一"),
    "reader_2": ("operator", Role.READER, "読影医 二"),
    "adjudicator": ("operator", Role.READER, "読影医 三 裁定"),
    "licensee": ("licensee", Role.LICENSEE, "利用企業 担当"),
    "operator": ("operator", Role.OPERATOR, "運営 担当"),
}


async def organise(settings: Settings, server: str) -> Cast:
    """Make the organisations and their people once; a second run finds them."""
    kept = settings.data / KEPT
    if kept.exists():
        people = {k: Someone(**v) for k, v in json.loads(kept.read_text("utf-8")).items()}
        return Cast(server, people)
    migrate(settings)
    async with opened(settings):
        people = await _people()
    kept.touch(mode=0o600)
    kept.write_text(json.dumps({k: asdict(v) for k, v in people.items()}), "utf-8")
    return Cast(server, people)


async def _people() -> dict[str, Someone]:
    async with transaction(system("demo")) as session:
        homes = {}
        for key, (kind, name) in ORGANISATIONS.items():
            homes[key] = await add_organisation(session, kind=kind, name=name)
            if kind is OrganisationKind.HOSPITAL:
                await session.flush()
                await add_site(session, organisation_id=homes[key].id, code=CODES[key])
        users = {
            part: await add_user(
                session,
                organisation_id=homes[home].id,
                email=f"{part.replace('_', '')}@demo.example",
                name=name,
                role=role,
                language=Language.JA,
            )
            for part, (home, role, name) in PEOPLE.items()
        }
    return {part: await _token(user) for part, user in users.items()}


async def _token(user: User) -> Someone:
    async with transaction(actor_of_user(user)) as session:
        _, secret = await make_token(session, name="demo", days=30)
    return Someone(str(user.id), str(user.organisation_id), secret)


def govern(cast: Cast) -> dict[str, UUID]:
    """Record the ethics approvals and each hospital's agreement; return the sites by part."""
    sites = {part: UUID(cast.people[part].organisation) for part in ("first", "second")}
    with cast.client("operator") as operator:
        known = {row["number"] for row in operator.pages("/consent/approvals")}
        if APPROVAL.number not in known:
            for approval in (EXPIRED_APPROVAL, APPROVAL):
                body = _approval(approval, [str(s) for s in sites.values()])
                operator.post("/consent/approvals", body)
            for part, site in sites.items():
                operator.post("/consent/agreements", _agreement(part, site))
    return sites


def _approval(approval: Approval, sites: list[str]) -> dict[str, object]:
    return {
        "committee": "デモ倫理審査委員会 Demo Ethics Committee",
        "number": approval.number,
        "title": "腹部画像の AI 研究開発 Abdominal imaging for AI",
        "modalities": [],
        "data_types": ["image", "slide", "clinical", "genes", "label", "report"],
        "purposes": ["intake", "freeze", "licence", "train"],
        "sites": sites,
        "commercial": True,
        "expires": approval.expires,
    }


def _agreement(part: str, site: UUID) -> dict[str, object]:
    return {
        "site_id": str(site),
        "number": f"{AGREEMENT}-{part.upper()}",
        "uses": [GENERAL_RESEARCH_USE],
        "commercial": True,
        "fee_share_bp": FEE_SHARE_BP,
        "starts": "2024-04-01",
        "ends": ENDS,
    }


def make_hospital(
    cast: Cast, part: str, site: UUID, folder: Path, approval: Approval
) -> list[str | Path]:
    """Return the command that makes the hospital's own tool ready."""
    return [
        "hospital",
        "init",
        folder,
        *("--site", str(site), "--server", cast.server),
        *("--approval", approval.number, "--agreement", f"{AGREEMENT}-{part.upper()}"),
        *("--period-start", approval.start, "--period-end", approval.end),
    ]
