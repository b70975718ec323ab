"""A worker that is killed while it judges leaves one verdict in the end."""

from sqlalchemy import func, select
from tests.committed import connection

from renkei.collect.server.intake import SeriesReceived, SlideReceived
from renkei.imaging.made import made_ct
from renkei.imaging.nifti import nifti_bytes
from renkei.select.prints import print_files
from renkei.select.server.judge import judge_case
from renkei.select.server.tables import Duplicate, Fingerprint, Verdict
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


async def test_a_case_that_is_compared(session, site_a, site_b, add_series, killed) -> None:
    first, second = [await add_series(site) for site in (site_a, site_b)]
    seen = print_files([nifti_bytes(made_ct(3)[0])], "CT")
    session.add(
        Fingerprint(
            case_id=first.id,
            kind="series",
            subject_id=first.subject_id,
            site_id=first.site_id,
            own=seen.own.tobytes(),
            views=seen.views.tobytes(),
            digests=seen.sha256.tobytes(),
            rows=seen.matrix[0],
            columns=seen.matrix[1],
        )
    )
    await session.commit()
    await judge_case(second.id)
    await session.commit()
    assert (await killed("select.server.jobs.compare_case")).inside > 1
    assert await session.scalar(select(func.count()).select_from(Fingerprint)) == 2
    assert await session.scalar(select(func.count()).select_from(Duplicate)) == 1
