"""What selection does by itself: judge what arrives, and answer recalls."""

from uuid import UUID

from renkei.collect.server.received import SeriesReceived, SlideReceived
from renkei.select.server import prints, recall
from renkei.select.server.judge import SECONDS, CaseJudged, judge_case
from renkei.server.events import on
from renkei.server.jobs import job

__all__ = ["compare_case", "judge", "judge_series_received", "judge_slide_received", "recall"]


@on(SeriesReceived, seconds=SECONDS)
async def judge_series_received(event: SeriesReceived) -> None:
    """Judge a series that has arrived."""
    await judge_case(event.series_id)


@on(SlideReceived, seconds=SECONDS)
async def judge_slide_received(event: SlideReceived) -> None:
    """Judge a slide that has arrived."""
    await judge_case(event.slide_id)


@on(CaseJudged, seconds=prints.SECONDS)
async def compare_case(event: CaseJudged) -> None:
    """Keep what a judged case looks like and compare it with every other."""
    await prints.find_duplicates_of(event.verdict_id)


@job("select.judge", seconds=SECONDS)
async def judge(case_id: UUID) -> None:
    """Judge a case by the recipe that is in force now."""
    await judge_case(case_id)
