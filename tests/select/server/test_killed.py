"""A worker that is killed while it judges leaves one verdict in the end."""

from sqlalchemy import func, select
from tests.committed import connection

from renkei.collect.server.intake import SeriesReceived, SlideReceived
from renkei.select.server.tables import Verdict
from renkei.server.events import emit
from renkei.server.jobs import defer

__all__ = ["connection"]


async def test_a_case_that_is_judged_again(session, site_a, add_series, killed) -> None:
    series = await add_series(site_a)
    await defer(session, "select.judge", case_id=series.id)
    await session.commit()
    assert (await killed("select.judge")).inside > 0
    assert await session.scalar(select(func.count()).select_from(Verdict)) == 1


async def test_a_series_that_arrived(session, site_a, add_series, killed) -> None:
    series = await add_series(site_a)
    await emit(session, SeriesReceived(series.id))
    await session.commit()
    await killed("select.server.jobs.judge_series_received")
    assert await session.scalar(select(func.count()).select_from(Verdict)) == 1


async def test_a_slide_that_arrived(session, slide, killed) -> None:
    await emit(session, SlideReceived(slide.id))
    await session.commit()
    await killed("select.server.jobs.judge_slide_received")
    assert await session.scalar(select(func.count()).select_from(Verdict)) == 1
