"""Who sees what of a task: readers are blind to each other until it has been compared.

These conditions are Core tables on purpose: an ORM condition that names a table whose own
condition names the first would never end.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Uuid, column, select, table

from renkei.annotate.protocol import COMPARED, AttemptState, Part, TaskState
from renkei.server.actor import Actor, Role

PLATFORM = frozenset({Role.SYSTEM, Role.OPERATOR, Role.CURATOR})
_TASK = table(
    "annotate_task", column("id", Uuid()), column("state"), column("candidate_id", Uuid())
)
_ATTEMPT = table(
    "annotate_attempt",
    column("task_id", Uuid()),
    column("user_id", Uuid()),
    column("part"),
    column("state"),
)
# A column of a table, whose row may have no task.
TaskId = SQLColumnExpression[Any]
ALL = tuple(TaskState)
# Here everybody in a task sees the others: unblinded, or when nothing can be influenced any more.
OPENED = (TaskState.UNBLINDED, TaskState.SIGNED, TaskState.AMENDING)
# From here on everybody in a task sees what it proposes.
PROPOSED = (TaskState.REVIEW, TaskState.SIGNED, TaskState.AMENDING)
# Who left a case sees no more of it.
GONE = tuple(
    state.value for state in (AttemptState.RELEASED, AttemptState.CANNOT_READ, AttemptState.DOUBTED)
)
JUDGES = (Part.ADJUDICATOR, Part.APPROVER)


def tasks_of(
    actor: Actor, *, parts: Iterable[Part] = tuple(Part), states: Iterable[TaskState] = ALL
) -> Select[tuple[UUID]]:
    """Return the ids of tasks that stand in `states` and in which the actor has one of `parts`."""
    return (
        select(_ATTEMPT.c.task_id)
        .join(_TASK, _TASK.c.id == _ATTEMPT.c.task_id)
        .where(
            _ATTEMPT.c.user_id == UUID(actor.id),
            _ATTEMPT.c.state.not_in(GONE),
            _ATTEMPT.c.part.in_([part.value for part in parts]),
            _TASK.c.state.in_([state.value for state in states]),
        )
    )


def after_comparing(task_id: TaskId, actor: Actor) -> ColumnElement[bool]:
    """Return the condition for what judges see once compared, and all when nothing is blind."""
    judged = task_id.in_(tasks_of(actor, parts=JUDGES, states=COMPARED))
    return judged | task_id.in_(tasks_of(actor, states=OPENED))


def in_review(task_id: TaskId, actor: Actor) -> ColumnElement[bool]:
    """Return the condition for what everybody in the task sees from review on."""
    return task_id.in_(tasks_of(actor, states=PROPOSED))


def candidates_of(actor: Actor) -> Select[tuple[UUID]]:
    """Return the ids of the labels that the actor's tasks propose or signed."""
    mine = tasks_of(actor, states=PROPOSED)
    return select(_TASK.c.candidate_id).where(_TASK.c.id.in_(mine))
