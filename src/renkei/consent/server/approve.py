"""Write down what an ethics committee approved, and what it changed since."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.bases import BASES
from renkei.consent.server.tables import Amendment, Approval
from renkei.errors import ConflictError, NotFoundError, UsageError
from renkei.server.audit import record
from renkei.server.jsonable import plain

SCOPE = frozenset(
    {
        "committee", "title", "modalities", "body_parts", "data_types", "purposes", "sites",
        "commercial", "countries", "gene_codes", "legal_basis", "begins", "expires", "plan_title",
        "plan_version", "notice_url", "notice_from", "notice_until",
    }
)  # fmt: skip
_LISTS = frozenset({"modalities", "body_parts", "data_types", "purposes", "sites", "countries"})


class AlreadyApprovedError(ConflictError):
    """An approval of this number is on record."""


class BadScopeError(UsageError):
    """The scope contradicts itself."""


class NoSuchApprovalError(NotFoundError):
    """There is no such approval, or none that the actor may see."""


async def add_approval(session: AsyncSession, *, number: str, **scope: Any) -> Approval:
    """Put an ethics approval on record; `scope` are the columns of `Approval` that SCOPE names.

    No modality or body part listed means every one.

    Raises:
        AlreadyApprovedError: The number is taken.
        BadScopeError: Dates or legal basis contradict each other.
    """
    values = _checked(scope)
    row = insert(Approval).values(number=number, **values)
    approval: Approval | None = await session.scalar(
        row.on_conflict_do_nothing().returning(Approval)
    )
    if approval is None:
        raise AlreadyApprovedError("An approval of this number is on record; give another number.")
    await record(session, "consent.approve", approval)
    return approval


async def amend_approval(
    session: AsyncSession,
    *,
    approval_id: UUID,
    decided_on: dt.date,
    summary: str,
    changes: Mapping[str, Any],
) -> Approval:
    """Change the scope as the committee decided; what it was stays on record as an amendment.

    Changes that change nothing are no amendment.

    Raises:
        NoSuchApprovalError: There is none, or none that the actor may see.
        BadScopeError: Dates or legal basis contradict each other.
    """
    approval = await session.scalar(
        select(Approval)
        .where(Approval.id == approval_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if approval is None:
        raise NoSuchApprovalError("There is no such approval; choose one from the list.")
    before = {name: getattr(approval, name) for name in sorted(SCOPE)}
    now = _checked({**before, **changes})
    changed = [name for name in sorted(SCOPE) if now[name] != before[name]]
    if not changed:
        return approval
    approval.version += 1
    for name in changed:
        setattr(approval, name, now[name])
    written = {name: plain([before[name], now[name]]) for name in changed}
    session.add(
        Amendment(
            approval_id=approval.id,
            version=approval.version,
            decided_on=decided_on,
            summary=summary,
            changes=written,
        )
    )
    await session.flush()
    await record(session, "consent.amend", approval, why=summary)
    return approval


def _checked(scope: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scope as it is stored: lists sorted, ids and uses as text."""
    unknown = set(scope) - SCOPE
    if unknown:
        raise BadScopeError("An approval has no such field.")
    values = {
        name: sorted({str(one) for one in value}) if name in _LISTS else value
        for name, value in scope.items()
    }
    if values.get("legal_basis", "consent") not in BASES:
        raise BadScopeError("There is no such legal basis; see the list of them.")
    begins, expires = values.get("begins"), values["expires"]
    first, last = values.get("notice_from"), values.get("notice_until")
    if (begins is not None and begins > expires) or (
        first is not None and last is not None and first > last
    ):
        raise BadScopeError("An approval or its notice must end after it begins.")
    return values
