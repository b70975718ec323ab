"""Read what pages show of versions; a hospital sees its own cases and no small counts of others."""

from collections import Counter
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.publish.diff import Diff, diff_versions
from renkei.publish.represent import Axis, Group, hide_small
from renkei.publish.server.charts import axis_chart
from renkei.publish.server.files import frozen_version
from renkei.publish.server.freeze import comparable_lines
from renkei.publish.server.manifest import cases_of_version
from renkei.publish.server.schemas import AxisOut, RepresentOut, VersionDetailOut, VersionOut
from renkei.publish.server.tables import Dataset, Version, VersionCase, VersionRecall
from renkei.server.actor import Role
from renkei.server.db import actor_of

DISTANCES = (
    "distance",
    "divergence_bits",
    "coverage",
    "effective_patients",
    "representative_subsample",
)


def versions() -> Select[Any]:
    """Return the query of the list of versions, with counts of what the actor may see."""
    mine = VersionCase.version_id == Version.id

    def count(what: Any, *where: Any) -> Any:
        return select(func.count(what)).where(mine, *where).scalar_subquery()

    return select(
        Version.id,
        Version.dataset_id,
        Dataset.name.label("dataset"),
        Version.number,
        Version.state,
        Version.version_hash,
        Version.sealed,
        count(VersionCase.subject_id.distinct()).label("patients"),
        count(VersionCase.id).label("cases"),
        count(VersionCase.subject_id.distinct(), VersionCase.made.is_(True)).label("made"),
        select(func.count(VersionRecall.id))
        .where(VersionRecall.version_id == Version.id)
        .scalar_subquery()
        .label("recalled"),
        Version.created_at,
        Version.frozen_at,
    ).join(Dataset, Dataset.id == Version.dataset_id)


COLUMNS: dict[str, Any] = {
    "id": Version.id,
    "dataset_id": Version.dataset_id,
    "dataset": Dataset.name,
    "number": Version.number,
    "state": Version.state,
    "version_hash": Version.version_hash,
    "created_at": Version.created_at,
    "frozen_at": Version.frozen_at,
}


async def find_version(session: AsyncSession, version_id: UUID) -> Version:
    """Return a version.

    Raises:
        NotFoundError: There is none that the actor may see.
    """
    version: Version | None = await session.scalar(select(Version).where(Version.id == version_id))
    if version is None:
        raise NotFoundError("There is no such version; choose one from the list.")
    return version


async def version_detail(session: AsyncSession, version_id: UUID) -> VersionDetailOut:
    """Return a version with its sides, audit and flow."""
    version = await find_version(session, version_id)
    row = (await session.execute(versions().where(Version.id == version_id))).one()
    sides: Counter[str] = Counter()
    for split, count in await session.execute(
        select(VersionCase.split, func.count(VersionCase.subject_id.distinct()))
        .where(VersionCase.version_id == version_id)
        .group_by(VersionCase.split)
    ):
        sides[split or "none"] = count
    successor = await session.scalar(select(Version.id).where(Version.parent_id == version_id))
    return VersionDetailOut(
        **VersionOut.model_validate(row).model_dump(),
        parent_id=version.parent_id,
        successor_id=successor,
        shares=version.shares,
        sides=dict(sides),
        root=version.root,
        header=version.header,
        audit=None if _is_hospital(session) else version.audit,
        flow=None if _is_hospital(session) else version.flow,
    )


async def card(
    session: AsyncSession,
    version_id: UUID,
    kind: Literal["croissant", "en", "ja"],
    *,
    public: bool = False,
) -> Any:
    """Return a document or page of a frozen version; hospitals get the public one.

    Raises:
        NotFoundError: There is no such version that the actor may see.
        NotFrozenError: It is a draft.
    """
    version = await frozen_version(session, version_id=version_id)
    name = f"{kind}_public" if public or _is_hospital(session) else kind
    return (version.card or {}).get(name)


async def representation(session: AsyncSession, version_id: UUID) -> RepresentOut:
    """Return who is in a frozen version, with a chart per axis.

    Raises:
        NotFoundError: There is no such version that the actor may see.
        NotFrozenError: It is a draft.
    """
    version = await frozen_version(session, version_id=version_id)
    found: dict[str, Any] = version.representation or {}
    hide = _is_hospital(session)
    axes = [_axis(axis, hide=hide) for axis in found.get("axes", [])]
    return RepresentOut(
        patients=found.get("patients", 0),
        not_counted=found.get("not_counted", 0),
        reference=found.get("reference", ""),
        axes=axes,
    )


def _axis(document: dict[str, Any], *, hide: bool) -> AxisOut:
    rows = document["groups"]
    figures = {name: document[name] for name in DISTANCES}
    if hide:
        groups = tuple(Group(**row) for row in rows)
        shown = hide_small(Axis(document["name"], document["patients"], groups))
        hidden = dict.fromkeys(Group.__slots__)
        rows = [hidden | row for row in shown]
        figures = dict.fromkeys(DISTANCES)
    return AxisOut(
        name=document["name"],
        patients=document["patients"],
        rows=rows,
        chart=axis_chart(rows),
        **figures,
    )


async def compare(session: AsyncSession, version_id: UUID, other_id: UUID) -> Diff:
    """Compare two frozen versions by the platform's own ids, as far as the actor sees cases.

    Raises:
        NotFoundError: One of them is not there, or not for the actor.
        NotFrozenError: One of them is a draft.
    """
    for one in (version_id, other_id):
        await frozen_version(session, version_id=one)
    old = comparable_lines(await cases_of_version(session, version_id))
    new = comparable_lines(await cases_of_version(session, other_id))
    return diff_versions(old, new)


def _is_hospital(session: AsyncSession) -> bool:
    return actor_of(session).role is Role.HOSPITAL
