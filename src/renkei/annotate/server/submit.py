"""Submit an attempt: what was drawn and said becomes labels that never change again."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.assertion import Assertion, Said, check_assertions
from renkei.annotate.protocol import NotYourPartError, Part, TaskState
from renkei.annotate.server.amend import amended
from renkei.annotate.server.draw import canvas_now, check_lease
from renkei.annotate.server.element import elements_now
from renkei.annotate.server.find import find_own, find_task, move, move_part, words_of
from renkei.annotate.server.keep import Made, assisted_keys, keep_label, target_of
from renkei.annotate.server.mark import mark_of_row, marks_now
from renkei.annotate.server.tables import Attempt, Origin, Task
from renkei.annotate.slides import counts, to_elements
from renkei.annotate.view import geometry_of_header
from renkei.annotate.work import pack_canvas
from renkei.proof import canonical, digest
from renkei.server.audit import record
from renkei.server.db import as_system
from renkei.server.events import Event, emit


@dataclass(frozen=True)
class AttemptsSubmitted(Event):
    """Every reader of a task has submitted."""

    task_id: UUID


async def submit_attempt(
    session: AsyncSession, *, attempt_id: UUID, lease: UUID, said: Mapping[str, Assertion]
) -> Attempt:
    """Hand in a reader's attempt; the last one of a task starts the comparison.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        AttemptStateError: The attempt is not open.
        LeaseHeldError: Another window draws in it.
        NotAssertedError: A required label is neither drawn nor said to be absent.
        AssertionContradictsError: Something said is not what was drawn.
        NotYourPartError: The actor is not a reader of this task.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    check_lease(attempt, lease)
    if attempt.part is not Part.READER:
        raise NotYourPartError("An adjudicator decides disputes and proposes the labels.")
    task = await find_task(session, task_id=attempt.task_id, lock=True)
    made = await make_labels(session, attempt, task, said)
    label = await keep_label(
        session, target_of(task), made, origin=Origin.DRAWN, authors=[str(attempt.user_id)]
    )
    label.user_id = attempt.user_id
    label.assisted = await assisted_keys(session, attempt)
    attempt.label_id = label.id
    attempt.said = {key: {"said": a.said.value, "reason": a.reason} for key, a in said.items()}
    attempt.state = move_part(attempt, "submit")
    attempt.submitted_at, attempt.lease, attempt.lease_until = datetime.now(UTC), None, None
    await session.flush()
    await record(session, "annotate.submit", attempt)
    if task.state is TaskState.AMENDING:
        await amended(session, task, label)
        return attempt
    # A number of the task, not a look at the others: their attempts are hidden from this reader.
    task.readers_left -= 1
    if task.readers_left == 0:
        task.state = move(task, "submit_last")
        # As the system: the last reader must not learn from an event or a job to be the last.
        with as_system(session, "every reader has submitted"):
            await emit(session, AttemptsSubmitted(task.id))
    return attempt


async def make_labels(
    session: AsyncSession,
    attempt: Attempt,
    task: Task,
    said: Mapping[str, Assertion],
    *,
    strict: bool = True,
) -> Made:
    """Return what an attempt draws as bytes, checked against what is said of it.

    Without `strict`, for an adjudicator, nothing need be said: what is not drawn is absent.
    """
    words = words_of(task)
    for key in said:
        words.term(key)
    required = {term.key for term in words.terms if term.required}
    if task.slide_id is not None:
        elements = to_elements(await elements_now(session, attempt))
        drawn = {term.key: term.key in counts(elements) for term in words.terms}
        absent = _checked(required, drawn, said, strict=strict)
        body = {"vocabulary": task.vocabulary, "elements": elements, "absent": absent}
        data = canonical(body)
        return Made(data, digest(data), tuple(absent))
    canvas = await canvas_now(session, attempt, task)
    marks = [mark_of_row(row).to_json() for row in await marks_now(session, attempt)]
    marked = {mark["key"] for mark in marks}
    drawn = {
        t.key: bool((canvas[t.group] == t.number).any()) if t.is_drawn else t.key in marked
        for t in words.terms
    }
    absent = _checked(required, drawn, said, strict=strict)
    keys = [term.key for term in words.terms if drawn[term.key] or term.key in absent]
    geometry = geometry_of_header(task.image or {})
    packed, found = await asyncio.to_thread(
        pack_canvas, canvas, geometry, task.vocabulary, keys, marks
    )
    return Made(packed, found, tuple(absent))


def _checked(
    required: set[str],
    drawn: Mapping[str, bool],
    said: Mapping[str, Assertion],
    *,
    strict: bool,
) -> list[str]:
    if not strict:
        return sorted(key for key, there in drawn.items() if not there)
    check_assertions(required, drawn, said)
    return sorted(key for key, assertion in said.items() if assertion.said is Said.ABSENT)
