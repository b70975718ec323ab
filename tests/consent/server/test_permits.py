"""Approvals and agreements: on record once, seen by those they name."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.collect.conftest import TODAY, Sending, ct_slice, permit

from renkei.collect.server.batch import open_batch
from renkei.collect.server.intake import take_dicom
from renkei.consent.allow import Use
from renkei.consent.duo import UnknownUseError
from renkei.consent.server.agree import AlreadyAgreedError, BadTermsError, add_agreement
from renkei.consent.server.allow import allow
from renkei.consent.server.approve import AlreadyApprovedError
from renkei.consent.server.tables import Approval
from renkei.server.actor import Role
from renkei.subjects.server.tables import Subject

TERMS = {
    "number": "AG-9",
    "uses": [42],
    "commercial": True,
    "fee_share_bp": 6000,
    "starts": TODAY,
    "ends": TODAY,
}


async def test_a_number_is_taken_once(session, site_a):
    await permit(session, site_a.id)
    with pytest.raises(AlreadyApprovedError):
        await permit(session, site_a.id)
    await add_agreement(session, site_id=site_a.id, **TERMS)
    with pytest.raises(AlreadyAgreedError):
        await add_agreement(session, site_id=site_a.id, **TERMS)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"uses": [99]}, UnknownUseError),
        ({"fee_share_bp": 10_001}, BadTermsError),
        ({"ends": TODAY - timedelta(days=1)}, BadTermsError),
    ],
)
async def test_impossible_terms_are_refused(session, site_a, change, error):
    await permit(session, site_a.id)
    with pytest.raises(error):
        await add_agreement(session, site_id=site_a.id, **{**TERMS, **change})


async def test_a_late_batch_under_an_expired_approval_spoils_nothing(session, site_a):
    await permit(session, site_a.id)
    await permit(session, site_a.id, number="2", days=-1)
    good, late = Sending(site_a.id), Sending(site_a.id, approval="EC-2", agreement="AG-2")
    first, second = ct_slice(number=1), ct_slice(number=2)
    good.add(first)
    late.add(second)
    batch = (await open_batch(session, manifest=good.manifest())).batch
    await take_dicom(session, batch_id=batch.id, data=first)
    batch = (await open_batch(session, manifest=late.manifest())).batch
    assert (await take_dicom(session, batch_id=batch.id, data=second)).reason == "approval_expired"
    subject = (await session.scalars(select(Subject))).one()
    decision = await allow(session, subject_id=subject.id, use=Use.FREEZE, at=TODAY)
    assert decision.allowed, decision.reasons


async def test_the_operator_writes_approvals_and_others_may_not(client_for, site_a, session):
    body = {
        "committee": "Ethics committee",
        "number": "EC-7",
        "title": "Liver",
        "data_types": ["image"],
        "purposes": ["intake", "freeze"],
        "sites": [str(site_a.id)],
        "commercial": False,
        "expires": "2030-01-01",
    }
    await session.commit()
    operator = await client_for(Role.OPERATOR)
    answer = await operator.post("/api/v1/consent/approvals", json=body)
    assert answer.status_code == 201, answer.text
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    refused = await hospital.post("/api/v1/consent/approvals", json={**body, "number": "EC-8"})
    assert refused.status_code == 403
    assert list(await session.scalars(select(Approval.number))) == ["EC-7"]


async def test_a_hospital_sees_the_approvals_that_name_it(client_for, site_a, site_b, session):
    await permit(session, site_a.id)
    await session.commit()
    seen = {}
    for site in (site_a, site_b):
        client = await client_for(Role.HOSPITAL, site=site)
        for kind in ("approvals", "agreements"):
            answer = await client.get(f"/api/v1/consent/{kind}")
            seen[site.name, kind] = answer.json()["total"]
    assert list(seen.values()) == [1, 1, 0, 0]
