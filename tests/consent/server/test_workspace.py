"""The workspace of a joint research: its investigators share it, nobody else learns of it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from tests.collect.conftest import TODAY, Sending, ct_slice, permit, subject

from renkei.collect.server.batch import open_batch
from renkei.collect.server.intake import take_dicom
from renkei.consent.allow import AgreementKind
from renkei.consent.server.agree import add_agreement
from renkei.consent.server.tables import Agreement, Approval
from renkei.people.server.tables import User
from renkei.server.actor import Role
from renkei.server.audit import AuditRow

PATH = "/api/v1/consent/workspaces"
JOINT = "/api/v1/publish/workspaces"
TERMS = {"uses": [42], "commercial": False, "fee_share_bp": 0, "starts": TODAY}


async def me(client):
    return (await client.get("/api/v1/people/me")).json()["id"]


@pytest.fixture
async def joint(session, site_a, site_b, client_for):
    """Two hospitals with clients, one agreement of joint research, one workspace without people."""
    await permit(session, site_a.id)
    await permit(session, site_b.id, number="2")
    agreement = await add_agreement(
        session,
        site_id=site_a.id,
        number="AG-J",
        ends=TODAY + timedelta(days=90),
        kind=AgreementKind.JOINT,
        **TERMS,
    )
    approval = await session.scalar(select(Approval).where(Approval.number == "EC-1"))
    await session.commit()
    people = {
        "operator": await client_for(Role.OPERATOR),
        "curator": await client_for(Role.CURATOR),
        "doctor": await client_for(Role.HOSPITAL, site=site_a),
        "colleague": await client_for(Role.HOSPITAL, site=site_a),
        "stranger": await client_for(Role.HOSPITAL, site=site_b),
        "licensee": await client_for(Role.LICENSEE),
        "other_licensee": await client_for(Role.LICENSEE),
    }
    body = {"agreement_id": str(agreement.id), "approval_id": str(approval.id)}
    opened = await people["operator"].post(PATH, json=body)
    assert opened.status_code == 201, opened.text
    return SimpleNamespace(**people, id=opened.json()["id"], body=body)


async def name(joint, *clients):
    for client in clients:
        answer = await joint.operator.post(
            f"{PATH}/{joint.id}/investigators", json={"user_id": await me(client)}
        )
        assert answer.status_code == 200, answer.text


async def test_investigators_of_both_sides_share_it_and_others_learn_nothing(joint):
    await name(joint, joint.doctor, joint.licensee)
    for client in (joint.doctor, joint.licensee):
        page = (await client.get(f"{PATH}/{joint.id}")).json()
        assert {one["organisation"] for one in page["investigators"]} == {
            "Of licensee",
            page["hospital"],
        }
        assert page["agreement"]["number"] == "AG-J"
        assert page["approval"]["number"] == "EC-1"
        assert (await client.get(PATH)).json()["total"] == 1
        assert (await client.get(f"{JOINT}/{joint.id}")).status_code == 200
    note = {"text": "x"}
    for client in (joint.colleague, joint.stranger, joint.other_licensee, joint.curator):
        answers = [
            await client.get(f"{PATH}/{joint.id}"),
            await client.get(f"{JOINT}/{joint.id}"),
            await client.post(f"{PATH}/{joint.id}/notes", json=note),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert "AG-J" not in "".join(answer.text for answer in answers)
        assert (await client.get(PATH)).json()["total"] == 0


async def test_who_leaves_sees_it_no_more(joint):
    await name(joint, joint.doctor)
    left = await joint.operator.post(
        f"{PATH}/{joint.id}/investigators/{await me(joint.doctor)}/leave"
    )
    assert left.json()["investigators"] == []
    assert (await joint.doctor.get(f"{PATH}/{joint.id}")).status_code == 404


async def test_only_the_operator_names_people_and_never_those_of_another_hospital(joint, session):
    await name(joint, joint.doctor)
    body = {"user_id": await me(joint.stranger)}
    path = f"{PATH}/{joint.id}/investigators"
    assert (await joint.doctor.post(path, json=body)).status_code == 403
    refused = await joint.operator.post(path, json=body)
    assert (refused.status_code, refused.json()["title"]) == (400, "not_involved")
    gone = await session.get(User, await me(joint.licensee))
    gone.active = False
    await session.commit()
    refused = await joint.operator.post(path, json={"user_id": str(gone.id)})
    assert refused.json()["title"] == "not_involved"


async def test_an_agreement_has_one_and_only_joint_research_has_any(joint, session):
    again = await joint.operator.post(PATH, json=joint.body)
    assert (again.status_code, again.json()["title"]) == (409, "workspace_exists")
    provision = await session.scalar(select(Agreement.id).where(Agreement.number == "AG-1"))
    elsewhere = await session.scalar(select(Approval.id).where(Approval.number == "EC-2"))
    for change in ({"agreement_id": str(provision)}, {"approval_id": str(elsewhere)}):
        refused = await joint.operator.post(PATH, json={**joint.body, **change})
        assert refused.json()["title"] == "not_joint_research", refused.text
    missing = {**joint.body, "approval_id": joint.body["agreement_id"]}
    assert (await joint.operator.post(PATH, json=missing)).status_code == 404


async def test_a_question_stays_open_until_the_other_side_answers_it_once(joint, session):
    await name(joint, joint.doctor, joint.licensee)
    notes = f"{PATH}/{joint.id}/notes"
    await joint.doctor.post(notes, json={"text": "The pilot is sent."})
    asked = await joint.licensee.post(notes, json={"text": "Which phase?", "question": True})
    question, note = asked.json()["notes"]
    assert (question["author"], question["answer"]) == ("A licensee", None)
    assert (note["author"], note["question"]) == ("A hospital", False)
    done = await joint.doctor.post(f"{notes}/{question['id']}/answer", json={"text": "Venous."})
    assert done.json()["notes"][0]["answered_by"] == "A hospital"
    for one in (question, note):
        late = await joint.licensee.post(f"{notes}/{one['id']}/answer", json={"text": "No."})
        assert (late.status_code, late.json()["title"]) == (409, "already_answered")
    assert (await joint.doctor.post(notes, json={"text": " "})).status_code == 422
    actions = list(await session.scalars(select(AuditRow.action)))
    for action in ("consent.share", "consent.name", "consent.note", "consent.answer"):
        assert action in actions


async def test_next_steps_are_the_ends_ahead_nearest_first(joint):
    steps = (await joint.operator.get(f"{PATH}/{joint.id}")).json()["steps"]
    assert [step["on"] for step in steps] == sorted(step["on"] for step in steps)
    assert {"code": "agreement_ends", "on": str(TODAY + timedelta(days=90)), "days": 90} in steps
    assert "approval_ends" in {step["code"] for step in steps}


async def test_batches_and_patients_of_this_agreement_alone_are_counted(joint, session, site_a):
    await name(joint, joint.licensee)
    sent = Sending(site_a.id, agreement="AG-J", subjects=[subject("P1"), subject("P2")])
    files = [ct_slice("P1"), ct_slice("P2", series="2.25.12", study="2.25.13")]
    sent.add(files[0])
    sent.add(files[1], subject="P2")
    other = Sending(site_a.id, subjects=[subject("P3")])
    third = ct_slice("P3", series="2.25.14", study="2.25.15")
    other.add(third, subject="P3")
    batch = (await open_batch(session, manifest=sent.manifest())).batch
    for data in files:
        assert (await take_dicom(session, batch_id=batch.id, data=data)).state == "stored"
    elsewhere = (await open_batch(session, manifest=other.manifest())).batch
    assert (await take_dicom(session, batch_id=elsewhere.id, data=third)).state == "stored"
    await session.commit()
    found = (await joint.licensee.get(f"{JOINT}/{joint.id}")).json()
    assert (found["patients"], found["series"], found["versions"]) == (2, 2, [])
    (one,) = found["batches"]
    assert (one["id"], one["sent"], one["stored"], one["held"]) == (str(batch.id), 2, 2, 0)
    assert "P1" not in str(found)
