"""Tables by a saved mapping: which cells do not fit and why, seen by their own hospital alone."""

import pytest
from sqlalchemy import select, update
from tests.collect.conftest import subject

from renkei.collect.server.upload import take_upload
from renkei.server.actor import Role
from renkei.subjects.server.tables import Record, Subject

TABLE = (
    "患者,検査日,HbA1c,病名\n"
    "P1,2021-03-04,7.1,E11.9\nP1,2021/13/04,７．２,E119\nP1,2021-05-06,高い,糖尿病\n"
    "P2,20210704,<4.0,E10\nP2,,,\n"
).encode()
COLUMNS = [
    {"name": "患者", "type": "subject"},
    {"name": "検査日", "type": "date", "required": True},
    {"name": "HbA1c", "type": "number", "unit": "%", "lane": "test"},
    {"name": "病名", "type": "code", "system": "icd10", "lane": "diagnosis"},
]


@pytest.fixture
async def hospital(session, sending, opened, client_for, site_a):
    """Return the hospital's client after its table was taken."""
    sending.subjects = [subject("P1"), subject("P2")]
    n = sending.add(TABLE, "table", subject=None)
    batch = (await opened(sending)).batch
    taken = await take_upload(session, batch_id=batch.id, n=n, data=TABLE)
    assert taken.reason is None
    await session.commit()
    return await client_for(Role.HOSPITAL, site=site_a)


async def layout_of(client) -> str:
    (one,) = (await client.get("/api/v1/collect/tables")).json()
    assert (one["tables"], one["rows"]) == (2, 5)
    return one["id"]


async def test_every_cell_that_does_not_fit_is_shown_with_its_reason(hospital):
    path = f"/api/v1/collect/tables/{await layout_of(hospital)}"
    found = (await hospital.post(f"{path}/check", json={"columns": COLUMNS})).json()
    cells = {(c["pseudonym"], c["row"], c["column"], c["fault"]) for c in found["problems"]}
    assert cells == {
        ("P1", 2, "検査日", "no_date"),
        ("P1", 3, "HbA1c", "no_number"),
        ("P1", 3, "病名", "no_code"),
        ("P2", 2, "検査日", "empty"),
    }
    assert (found["rows_read"], found["rows_refused"]) == (5, 3)
    assert found["counts"]["検査日"] == {"no_date": 1, "empty": 1}
    assert found["saved"] is False


async def test_a_mapping_is_kept_for_the_next_time(hospital, client_for, site_b):
    path = f"/api/v1/collect/tables/{await layout_of(hospital)}"
    first = (await hospital.get(path)).json()
    assert [c["type"] for c in first["columns"]][:2] == ["subject", "text"]
    for n in range(2):
        answer = await hospital.put(path, json={"columns": COLUMNS[:4]})
        assert answer.status_code == 200, (n, answer.text)
    again = (await hospital.get(path)).json()
    assert again["saved"] is True
    assert [(c["type"], c["unit"]) for c in again["columns"]][2] == ("number", "%")
    other = await client_for(Role.HOSPITAL, site=site_b)
    assert (await other.get("/api/v1/collect/tables")).json() == []
    assert (await other.get(path)).status_code == 404
    assert (await other.put(path, json={"columns": COLUMNS})).status_code == 404


async def test_a_table_that_a_recall_erased_is_no_longer_listed(hospital, session):
    who = await session.scalar(select(Subject.id).where(Subject.pseudonym == "P1"))
    await session.execute(update(Record).where(Record.subject_id == who).values(data=None))
    await session.commit()
    (left,) = (await hospital.get("/api/v1/collect/tables")).json()
    assert (left["tables"], left["rows"]) == (1, 2)


async def test_a_mapped_table_stands_in_the_timeline_as_its_cells(hospital, session):
    who = await session.scalar(select(Subject.id).where(Subject.pseudonym == "P1"))
    subject = f"/api/v1/subjects/subjects/{who}"

    async def timeline():
        found = (await hospital.get(subject)).json()["timeline"]
        return [(e["date"], e["lane"], e["title"]) for e in found]

    assert await timeline() == [(None, "table", "table")]
    path = f"/api/v1/collect/tables/{await layout_of(hospital)}"
    await hospital.put(path, json={"columns": COLUMNS})
    assert sorted(await timeline(), key=str) == [
        ("2021-03-04", "diagnosis", "病名 E11.9"),
        ("2021-03-04", "test", "HbA1c 7.1 %"),
        (None, "diagnosis", "病名 E119"),
        (None, "test", "HbA1c 7.2 %"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c[:3],
        lambda c: [c[0], c[1], {**c[2], "unit": "m g"}, c[3]],
        lambda c: [c[0], {**c[1], "unit": "d"}, c[2], c[3]],
        lambda c: [c[0], c[1], c[2], {"name": "病名", "type": "code"}],
        lambda c: [c[0], c[1], {"name": "HbA1c", "type": "date"}, c[3]],
    ],
)
async def test_a_mapping_that_contradicts_itself_is_refused(hospital, change):
    path = f"/api/v1/collect/tables/{await layout_of(hospital)}"
    answer = await hospital.put(path, json={"columns": change(COLUMNS)})
    assert (answer.status_code, answer.json()["title"]) == (422, "columns_refused")
