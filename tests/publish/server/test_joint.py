"""What came of a joint research: versions count its own cases alone, and a recalled one no more."""

import pytest
from sqlalchemy import select

from renkei.consent.allow import AgreementKind
from renkei.consent.server.recall import RecallKind, recall_subject
from renkei.consent.server.tables import Agreement, Approval
from renkei.consent.server.workspace import NoSuchWorkspaceError, find_workspace, open_workspace
from renkei.publish.server.joint import count_joint
from renkei.server.actor import Actor, Role


@pytest.fixture
async def workspace(session, ready, site_a):
    agreement = await session.scalar(select(Agreement).where(Agreement.site_id == site_a.id))
    agreement.kind = AgreementKind.JOINT
    approval = await session.scalar(
        select(Approval).where(Approval.sites.contains([str(site_a.id)]))
    )
    await session.flush()
    return await open_workspace(session, agreement_id=agreement.id, approval_id=approval.id)


async def test_versions_count_the_cases_of_this_research_alone(session, workspace, draft):
    found = await count_joint(session, workspace)
    assert (found.patients, found.series, found.batches) == (10, 10, [])
    (version,) = found.versions
    assert (version.id, version.dataset, version.cases) == (draft.id, "liver", 10)


async def test_a_recalled_patient_is_counted_no_more(session, workspace, draft, ready):
    await recall_subject(
        session, subject_id=ready[0].subject_id, kind=RecallKind.WITHDRAWAL, reason="asked"
    )
    found = await count_joint(session, workspace)
    assert (found.patients, found.series, found.versions[0].cases) == (9, 9, 9)


async def test_a_curator_who_is_not_named_finds_none(session, workspace, as_actor):
    with as_actor(session, Actor("x", Role.CURATOR)), pytest.raises(NoSuchWorkspaceError):
        await find_workspace(session, workspace.id)
