"""Events, listeners and jobs that only these tests know."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest

from renkei.errors import ConflictError, PeerUnreachableError
from renkei.server import events, jobs
from renkei.server.events import Event


@dataclass(frozen=True)
class BellRung(Event):
    bell_id: UUID
    times: int
    note: str | None = None


class Calls(list[object]):
    """What the listeners and jobs of a test were called with."""

    def __init__(self) -> None:
        super().__init__()
        self.fail_first: Exception | None = None


@pytest.fixture
def calls() -> Iterator[Calls]:
    """Register two listeners and some jobs for this test."""
    heard = Calls()
    before = dict(events.LISTENERS), dict(jobs.JOBS)

    @events.on(BellRung)
    async def first(event: BellRung) -> None:
        heard.append(("first", event))

    @events.on(BellRung)
    async def second(event: BellRung) -> None:
        if heard.fail_first is not None:
            error, heard.fail_first = heard.fail_first, None
            raise error
        heard.append(("second", event))

    @jobs.job("test.count")
    async def count(bell_id: UUID, names: list[str]) -> None:
        await jobs.report_progress(1, 2)
        heard.append((bell_id, names))

    @jobs.job("test.sleep", seconds=0.2)
    async def sleep() -> None:
        await asyncio.sleep(30)

    @jobs.job("test.wait", seconds=60)
    async def wait() -> None:
        heard.append("waiting")
        await asyncio.sleep(30)

    @jobs.job("test.refuse")
    async def refuse() -> None:
        raise ConflictError("The bell is broken.")

    @jobs.job("test.break")
    async def break_down() -> None:
        raise ValueError("Yamada Taro 1970-01-01")

    @jobs.job("test.peer", retries=2)
    async def peer() -> None:
        heard.append("asked")
        raise PeerUnreachableError("The other side does not answer.")

    yield heard
    events.LISTENERS.clear()
    events.LISTENERS.update(before[0])
    jobs.JOBS.clear()
    jobs.JOBS.update(before[1])
