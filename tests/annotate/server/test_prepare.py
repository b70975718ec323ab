"""A task whose image is gone does not wait for ever: it is refused, or ends with its reason."""

from datetime import UTC, datetime

from renkei.server.storage import erase_subject

API = "/api/v1/annotate"


def asked(series, team) -> dict[str, object]:
    return {
        "series_ids": [str(series.id)],
        "vocabulary": "abdomen-ct",
        "readers": [team.ids["one"], team.ids["two"]],
        "adjudicator": team.ids["judge"],
    }


async def test_images_of_somebody_who_withdrew_are_not_handed_out(
    session, series, subject, team
) -> None:
    subject.withdrawn_at = datetime.now(UTC)
    await session.commit()
    refused = await team.curator.post(f"{API}/tasks", json=asked(series, team))
    assert (refused.status_code, refused.json()["title"]) == (409, "withdrawn_image")


async def test_a_task_whose_image_was_erased_ends_and_says_why(
    session, series, team, run_jobs
) -> None:
    made = await team.curator.post(f"{API}/tasks", json=asked(series, team))
    assert made.status_code == 201, made.text
    await erase_subject(session, series.subject_id)
    await session.commit()
    await run_jobs()
    task = (await team.curator.get(f"{API}/tasks/{made.json()[0]['id']}")).json()
    assert (task["state"], task["reason"]) == ("excluded", "object_erased")
    assert (await team.one.get(f"{API}/attempts")).json()["items"][0]["state"] == "assigned"
    assert (await team.one.post(f"{API}/next")).status_code == 404
