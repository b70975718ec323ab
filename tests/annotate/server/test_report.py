"""Reports over the API: drafted, confirmed, signed twice, added to, followed, exported."""

import io
import json
import zipfile
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import LESION, LIVER, Team, hand_out, read_both, sign

from renkei.annotate.reports.sections import RADIOLOGY
from renkei.annotate.server.report_tables import Report, ReportSignature
from renkei.subjects.server.tables import Series, Study

Drain = Callable[[], Awaitable[int]]
API = "/api/v1/annotate"


@pytest.fixture
async def drafted(team: Team, task: UUID, run_jobs: Drain) -> dict[str, Any]:
    """A draft of reader one on labels that await their signature."""
    await read_both(team, run_jobs, lesion_of_two=LESION)
    answer = await team.one.post(f"{API}/tasks/{task}/reports")
    assert answer.status_code == 201, answer.text
    report: dict[str, Any] = answer.json()
    assert report["problems"] == []
    return report


async def put(client: Any, report: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Save a report with all its sections confirmed."""
    kept = {name: report[name] for name in ("revision", "text_ja", "text_en")}
    body = {**kept, "confirmed": list(RADIOLOGY), **more}
    answer = await client.put(f"{API}/reports/{report['id']}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def sign_text(client: Any, report: dict[str, Any], **more: Any) -> Any:
    body = {"revision": report["revision"], **more}
    return await client.post(f"{API}/reports/{report['id']}/sign", json=body)


async def test_two_readers_sign_and_the_labels_signature_names_the_report(
    team: Team, task: UUID, drafted: dict[str, Any]
) -> None:
    early = await sign_text(team.one, drafted)
    assert (early.status_code, early.json()["title"]) == (422, "sections_unconfirmed")
    read = await put(team.one, drafted)
    other = await sign_text(team.two, read)
    assert (other.status_code, other.json()["title"]) == (409, "author_signs_first")
    first = await sign_text(team.one, read)
    assert (first.status_code, first.json()["state"]) == (200, "preliminary")
    again = await sign_text(team.one, read)
    assert (again.status_code, again.json()["title"]) == (403, "signer_is_author")
    second = await sign_text(team.two, read)
    assert (second.status_code, second.json()["state"]) == (200, "signed")
    assert [s["part"] for s in second.json()["signatures"]] == ["first_reader", "second_reader"]
    late = await team.one.put(f"{API}/reports/{read['id']}", json={**_texts(read)})
    assert (late.status_code, late.json()["title"]) == (409, "report_signed")
    bound = await sign(team.judge, task)
    assert bound.json()["report_sha256"] == second.json()["sha256"]


def _texts(report: dict[str, Any]) -> dict[str, Any]:
    return {name: report[name] for name in ("revision", "text_ja", "text_en")}


async def test_a_contradiction_is_refused_corrected_and_signed(
    team: Team, drafted: dict[str, Any]
) -> None:
    wrong = drafted["text_en"].replace("Lesion 1: liver", "Lesion 1: spleen")
    edited = await put(team.one, drafted, text_en=wrong)
    assert {p["code"] for p in edited["problems"]} == {"organ_wrong"}
    refused = await sign_text(team.one, edited)
    assert (refused.status_code, refused.json()["title"]) == (422, "report_contradicts")
    mended = await put(team.one, edited, text_en=drafted["text_en"])
    assert (await sign_text(team.one, mended)).status_code == 200
    # The second reader changes a word: the first signature is gone, and the parts change places.
    changed = await put(team.two, mended, text_en=drafted["text_en"] + "Seen.\n")
    assert (changed["state"], changed["signatures"]) == ("draft", [])
    assert (await sign_text(team.two, changed)).json()["state"] == "preliminary"
    assert (await sign_text(team.one, changed)).json()["state"] == "signed"


async def test_an_addendum_is_chained_and_a_changed_letter_breaks_the_chain(
    session: AsyncSession, team: Team, drafted: dict[str, Any]
) -> None:
    read = await put(team.one, drafted)
    url = f"{API}/reports/{read['id']}"
    words = {"text_ja": "主治医に連絡しました。", "text_en": "The physician was informed."}
    open_still = await team.one.post(f"{url}/addenda", json=words)
    assert (open_still.status_code, open_still.json()["title"]) == (409, "report_open")
    for client in (team.one, team.two):
        await sign_text(client, read)
    wrong = {**words, "text_en": "The lesion in the spleen measures 40 mm."}
    refused = await team.two.post(f"{url}/addenda", json=wrong)
    assert (refused.status_code, refused.json()["title"]) == (422, "report_contradicts")
    added = await team.two.post(f"{url}/addenda", json=words)
    assert added.status_code == 201, added.text
    assert (await team.one.get(url)).json()["state"] == "amended"
    bundle = await team.one.get(f"{url}/export", params={"format": "fhir"})
    assert json.loads(bundle.content)["entry"][0]["resource"]["status"] == "amended"
    row = await session.scalar(select(ReportSignature).where(ReportSignature.number == 3))
    assert row is not None
    row.text_en = "The physician was not informed."
    await session.commit()
    broken = await team.one.get(f"{url}/export", params={"format": "markdown"})
    assert (broken.status_code, broken.json()["title"]) == (422, "signature_broken")


async def test_certainty_and_advice_are_a_persons_and_the_texts_follow(
    team: Team, drafted: dict[str, Any]
) -> None:
    url = f"{API}/reports/{drafted['id']}/assessment"
    body = {"revision": 1, "certainty": {"lesion/1": 3}, "recommendation": "follow_3_months"}
    said = (await team.one.put(url, json=body)).json()
    assert "可能性" in said["text_ja"]
    assert "three months" in said["text_en"]
    assert (said["problems"], said["confirmed"], said["revision"]) == ([], [], 2)
    for wrong in ({"certainty": {"lesion/1": 6}}, {"recommendation": "more scans"}):
        assert (await team.one.put(url, json={"revision": 2, **wrong})).status_code == 422


async def test_the_next_examination_is_compared_with_the_signed_report_before(
    session: AsyncSession, team: Team, series: Series, task: UUID, run_jobs: Drain
) -> None:
    study = await session.get(Study, series.study_id)
    assert study is not None
    for day, lesion in ((date(2024, 1, 9), LESION), (date(2024, 6, 4), LESION & LIVER)):
        study.date = day
        await session.commit()
        if day.month == 6:
            task = await hand_out(
                team, run_jobs, series_ids=[str(series.id)], vocabulary="abdomen-ct"
            )
        await read_both(team, run_jobs, lesion_of_two=lesion)
        report = (await team.one.post(f"{API}/tasks/{task}/reports")).json()
        read = await put(team.one, report)
        for client in (team.one, team.two):
            assert (await sign_text(client, read)).status_code == 200
        await sign(team.judge, task)
    assert report["facts"]["prior"]["date"] == "2024-01-09"
    assert report["facts"]["lesions"][0]["change"] == "unchanged"
    assert "前回検査(2024-01-09)" in report["text_ja"]
    course = (await team.one.get(f"{API}/reports/{report['id']}/course")).json()
    assert course["dates"] == ["2024-01-09", "2024-06-04"]
    first = (await session.scalars(select(Report).order_by(Report.id))).first()
    assert first is not None
    assert (await team.one.get(f"{API}/reports/{first.id}/course")).json() is None


async def test_files_of_a_report(team: Team, drafted: dict[str, Any]) -> None:
    url = f"{API}/reports/{drafted['id']}"
    unsigned = await team.one.get(f"{url}/export", params={"format": "fhir"})
    assert (unsigned.status_code, unsigned.json()["title"]) == (409, "report_open")
    read = await put(team.one, drafted)
    for client in (team.one, team.two):
        await sign_text(client, read)
    figure = await team.one.get(f"{url}/figures/1")
    assert figure.content.startswith(b"\x89PNG")
    assert (await team.one.get(f"{url}/figures/2")).status_code == 404
    pdf = await team.one.get(f"{url}/export", params={"format": "pdf"})
    assert pdf.content.startswith(b"%PDF")
    text = (await team.one.get(f"{url}/export", params={"format": "markdown"})).text
    assert "## 所見" in text
    assert "S-1" not in text
    # The image of this task came as NIfTI.
    dicom = await team.one.get(f"{url}/export", params={"format": "dicom"})
    assert (dicom.status_code, dicom.json()["title"]) == (422, "structured_refused")
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(dicom.content))


async def test_without_an_endpoint_no_text_comes_from_outside(
    team: Team, drafted: dict[str, Any]
) -> None:
    answer = await team.one.post(f"{API}/reports/{drafted['id']}/wording", json={"revision": 1})
    assert (answer.status_code, answer.json()["title"]) == (400, "no_writer")


async def test_a_report_on_the_wrong_patient_stays_readable_and_says_so(
    team: Team, drafted: dict[str, Any]
) -> None:
    url = f"{API}/reports/{drafted['id']}"
    answer = await team.two.post(f"{url}/withdraw", json={"reason": "Another patient."})
    assert answer.json()["state"] == "entered_in_error"
    assert (await sign_text(team.one, drafted)).json()["title"] == "report_signed"
