"""Rights by construction: every ORM statement is limited to the rows that its actor may see."""

from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import ColumnElement, Executable, event, inspect, true
from sqlalchemy.orm import Mapper, ORMExecuteState, Session
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import visitors
from sqlalchemy.sql.visitors import ExternallyTraversible


class LimitedSession(Session):
    """A session that refuses to run without an actor."""


@event.listens_for(LimitedSession, "do_orm_execute")
def _limit(state: ORMExecuteState) -> None:
    """Add `visible_to` of every table that the statement names, wherever it names it.

    Never a lambda: SQLAlchemy would cache the first actor's condition for everyone.
    """
    if state.is_column_load:
        return  # the refresh of a row that this session was already given
    actor = state.session.info["actor"]
    options = []
    for entity in entities_of(state.statement):
        condition = entity.visible_to(actor)
        if condition.compare(true()):
            continue
        options.append(
            _Visible(entity, condition, include_aliases=True, propagate_to_loaders=False)
        )
    if not options:
        return
    statement: Any = state.statement
    if state.is_insert and statement.select is not None:
        statement = statement._generate()  # noqa: SLF001  a copy; the original may be cached
        statement.select = statement.select.options(*options)
        state.statement = statement
    elif not state.is_insert:
        state.statement = statement.options(*options)


class _Visible(LoaderCriteriaOption):
    """The condition, moved to the alias where a join names one.

    SQLAlchemy moves it for an alias that is selected from, not for one that is joined to. The
    same expression is moved, never built anew: a cached statement finds its values by it.
    """

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # noqa: SLF001  its cache key

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        condition = super()._resolve_where_criteria(ext_info)
        if ext_info.is_aliased_class:
            moved: ColumnElement[bool] = ext_info._adapter.traverse(condition)  # noqa: SLF001
            return moved
        return condition


def entities_of(statement: Executable) -> list[Any]:
    """Return the mapped classes that a statement names, and those their relationships lead to."""
    found: dict[Mapper[Any], None] = {}
    waiting = list(_named(statement))
    while waiting:
        mapper = waiting.pop()
        if mapper not in found:
            found[mapper] = None
            waiting += [relationship.mapper for relationship in mapper.relationships]
    return [mapper.class_ for mapper in found]


def _named(statement: Executable) -> Iterator[Mapper[Any]]:
    for element in visitors.iterate(cast("ExternallyTraversible", statement)):
        entity = element._annotations.get("parententity")  # noqa: SLF001
        if entity is not None:
            mapper = inspect(entity).mapper
            yield mapper
            yield from mapper.self_and_descendants
