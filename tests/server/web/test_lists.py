"""Lists: every page of every size once, filters, and CSV that no spreadsheet runs."""

import csv
import io
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.server.activity import JOB_COLUMNS
from renkei.server.actor import Role
from renkei.server.jobs import JobRun, JobState
from renkei.server.web import ListParams, list_page
from renkei.server.web.lists import BadListError


@pytest.fixture
async def runs(session: AsyncSession) -> list[JobRun]:
    """Add runs with ties, nulls, and a name that a spreadsheet would take for a formula."""
    rows = [
        JobRun(
            name=("=1+1", "b%", "c_", "日本")[n % 4],
            arguments={},
            actor_id="a",
            total=None if n % 3 == 0 else n % 5,
            state=JobState.DONE if n % 2 else JobState.FAILED,
        )
        for n in range(23)
    ]
    session.add_all(rows)
    await session.commit()
    return rows


async def _all(session: AsyncSession, **asked: object) -> list[JobRun]:
    found: list[JobRun] = []
    after = None
    while True:
        params = ListParams(after=after, **asked)
        page = await list_page(session, select(JobRun), columns=JOB_COLUMNS, params=params)
        found += page.items
        assert len(page.items) <= params.limit
        after = page.next
        if after is None:
            assert page.total == len(found)
            return found


async def test_every_page_of_every_size_holds_each_row_once(
    session: AsyncSession, runs: list[JobRun]
) -> None:
    wanted = {run.id for run in runs}

    @settings(max_examples=1, suppress_health_check=list(HealthCheck))
    @given(st.none())
    def _(_: None) -> None: ...

    for sort in (None, "name", "-name", "total", "-total", "state", "-created_at", "id"):
        for limit in (1, 2, 5, 22, 23, 24):
            found = await _all(session, sort=sort, limit=limit)
            assert len(found) == len(wanted), (sort, limit)
            assert {run.id for run in found} == wanted, (sort, limit)


async def test_nulls_come_last_both_ways(session: AsyncSession, runs: list[JobRun]) -> None:
    up = [run.total for run in await _all(session, sort="total", limit=4)]
    down = [run.total for run in await _all(session, sort="-total", limit=4)]
    known = sorted(t for t in up if t is not None)
    nulls = [None] * up.count(None)
    assert up == known + nulls
    assert down == known[::-1] + nulls


async def test_search_takes_signs_literally(session: AsyncSession, runs: list[JobRun]) -> None:
    for sign, name in (("%", "b%"), ("_", "c_"), ("本", "日本")):
        found = await _all(session, q=sign, limit=50)
        assert {run.name for run in found} == {name}


async def test_filters_narrow_by_value_and_by_bounds(
    session: AsyncSession, runs: list[JobRun]
) -> None:
    failed = await _all(session, filters={"state": ["failed"], "name": ["b%", "c_"]}, limit=50)
    assert {(run.state, run.name) for run in failed} == {(JobState.FAILED, "c_")}
    between = await _all(session, filters={"total.min": ["2"], "total.max": ["3"]}, limit=50)
    assert {run.total for run in between} == {2, 3}


@pytest.mark.parametrize(
    "asked", [{"sort": "actor_id"}, {"filters": {"nam": ["x"]}}, {"after": "nonsense"}]
)
async def test_what_a_list_does_not_have_is_refused(session: AsyncSession, asked: dict) -> None:
    with pytest.raises(BadListError):
        await list_page(session, select(JobRun), columns=JOB_COLUMNS, params=ListParams(**asked))


async def test_csv_holds_every_row_of_the_filter_and_no_formula(
    client_for, session: AsyncSession, runs: list[JobRun]
) -> None:
    curator = await client_for(Role.CURATOR)
    answer = await curator.get("/api/v1/jobs?format=csv&limit=2&state=failed&sort=name")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == sum(run.state is JobState.FAILED for run in runs)
    assert {row["name"] for row in rows} == {"'=1+1", "c_"}


async def test_a_page_over_a_hundred_thousand_rows_is_fast(session: AsyncSession) -> None:
    await session.execute(
        text(
            "INSERT INTO job_run (name, arguments, actor_id, state, attempts, done) "
            "SELECT 'n' || i, '{}', 'a', 'done', 0, 0 FROM generate_series(1, 100000) i"
        )
    )
    first = await list_page(
        session, select(JobRun), columns=JOB_COLUMNS, params=ListParams(sort="name")
    )
    began = time.perf_counter()
    params = ListParams(sort="name", after=first.next)
    page = await list_page(session, select(JobRun), columns=JOB_COLUMNS, params=params)
    assert time.perf_counter() - began < 1.0
    assert (page.total, len(page.items)) == (100_000, 50)


async def test_a_search_in_a_list_without_texts_finds_nothing(
    session: AsyncSession, runs: list[JobRun]
) -> None:
    numbers = {"id": JobRun.id, "total": JobRun.total}
    page = await list_page(session, select(JobRun), columns=numbers, params=ListParams(q="a"))
    assert (page.total, page.items) == (0, [])
