"""Approvals as documents: amendments, warnings ahead of the end, legal bases, recall rules."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from tests.collect.conftest import TODAY, permit

from renkei.consent.bases import BASES
from renkei.consent.folders import RECALL_FOLDERS
from renkei.consent.outcome import OUTCOMES, Result, outcome_of
from renkei.consent.server.approve import BadScopeError, amend_approval
from renkei.consent.server.expiry import AHEAD_DAYS, warn_of_ends
from renkei.consent.server.tables import Amendment, Approval, ExpiryNotice
from renkei.server.actor import Role
from renkei.server.audit import AuditRow
from renkei.server.events import EventRow


async def approval_of(session, site) -> Approval:
    await permit(session, site.id)
    return (await session.scalars(select(Approval))).one()


async def test_each_limit_warns_once(session, site_a):
    approval = await approval_of(session, site_a)
    told = []
    for left in (100, 61, 60, 59, 30, 29, 8, 7, 7, 1, 0, -1):
        new = await warn_of_ends(session, today=approval.expires - timedelta(days=left))
        told.append((left, new))
    # The contract of the fixture ends on the same day, so that each warning comes twice.
    assert [left for left, new in told if new] == list(AHEAD_DAYS)
    assert {new for _, new in told} == {0, 2}
    notices = list(await session.scalars(select(ExpiryNotice).order_by(ExpiryNotice.id)))
    assert [(one.kind, one.days) for one in notices] == [
        (kind, days) for days in AHEAD_DAYS for kind in ("approval", "agreement")
    ]
    events = list(await session.scalars(select(EventRow).where(EventRow.name == "PermitExpiring")))
    assert {event.site_id for event in events} == {site_a.id}
    assert len(events) == 6


async def test_a_prolonged_approval_warns_anew(session, site_a):
    approval = await approval_of(session, site_a)
    await warn_of_ends(session, today=approval.expires - timedelta(days=5))
    later = approval.expires + timedelta(days=300)
    await amend_approval(
        session,
        approval_id=approval.id,
        decided_on=TODAY,
        summary="Prolonged.",
        changes={"expires": later},
    )
    assert await warn_of_ends(session, today=later - timedelta(days=5)) == 1


async def test_another_hospital_sees_no_warning(session, site_a, site_b, client_for):
    approval = await approval_of(session, site_a)
    await warn_of_ends(session, today=approval.expires - timedelta(days=5))
    await session.commit()
    for site, seen in ((site_a, 2), (site_b, 0)):
        hospital = await client_for(Role.HOSPITAL, site=site)
        answer = (await hospital.get("/api/v1/consent/notices")).json()
        assert len(answer["items"]) == seen


async def test_an_amendment_keeps_what_was_before(session, site_a, client_for):
    approval = await approval_of(session, site_a)
    await session.commit()
    operator = await client_for(Role.OPERATOR)
    path = f"/api/v1/consent/approvals/{approval.id}"
    now = (await operator.get(path)).json()
    scope = {
        name: value
        for name, value in now.items()
        if name not in {"id", "created_at", "number", "version"}
    }
    body = {
        "decided_on": str(TODAY),
        "summary": "Only CT, also abroad.",
        "scope": {**scope, "modalities": ["CT"], "countries": ["US"], "plan_version": "1.2"},
    }
    for _ in range(2):  # the same amendment again changes nothing
        answer = await operator.post(f"{path}/amendments", json=body)
        assert answer.status_code == 200, answer.text
    assert (answer.json()["version"], answer.json()["modalities"]) == (2, ["CT"])
    (one,) = (await operator.get(f"{path}/amendments")).json()
    assert one["changes"] == {
        "countries": [[], ["US"]],
        "modalities": [[], ["CT"]],
        "plan_version": [None, "1.2"],
    }
    audits = select(func.count()).where(AuditRow.action == "consent.amend")
    assert await session.scalar(audits) == 1
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    assert (await hospital.post(f"{path}/amendments", json=body)).status_code == 403
    assert len((await hospital.get(f"{path}/amendments")).json()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"begins": TODAY + timedelta(days=9999)},
        {"legal_basis": "because"},
        {"notice_from": TODAY, "notice_until": TODAY - timedelta(days=1)},
        {"number": "EC-9"},
    ],
)
async def test_an_impossible_amendment_is_refused(session, site_a, changes):
    approval = await approval_of(session, site_a)
    with pytest.raises(BadScopeError):
        await amend_approval(
            session, approval_id=approval.id, decided_on=TODAY, summary="x", changes=changes
        )
    assert await session.scalar(select(func.count()).select_from(Amendment)) == 0


async def test_legal_bases_name_their_source(client_for):
    operator = await client_for(Role.OPERATOR)
    found = (await operator.get("/api/v1/consent/bases")).json()
    assert {one["key"] for one in found} == set(BASES)
    assert all(one["source"] and one["url"].startswith("https://") for one in found)


def test_recall_rules_name_folders_and_a_reason_to_keep():
    for effect, outcome in OUTCOMES.items():
        assert effect.split(".")[0] in RECALL_FOLDERS, effect
        assert outcome.source
        assert outcome.why
    assert outcome_of("train", "models").result is Result.KEEP
    assert outcome_of("nowhere", "nothing").result is Result.REMOVE
