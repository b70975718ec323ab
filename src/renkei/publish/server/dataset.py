"""Open a dataset and a draft of its next version."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError, NotFoundError
from renkei.publish.diff import next_number
from renkei.publish.server.names import new_key
from renkei.publish.server.tables import Dataset, Version, VersionState
from renkei.publish.split import DEFAULT_SHARES, BadSharesError
from renkei.server.audit import record

FIRST_NUMBER = "1.0.0"


class NameTakenError(ConflictError):
    """A dataset has this name already."""


class DraftOpenError(ConflictError):
    """The dataset has an open draft; freeze it or use it."""


class NotDraftError(ConflictError):
    """The version is frozen and never changes; open a draft of the next one."""


async def open_dataset(
    session: AsyncSession, *, name: str, title_en: str, title_ja: str, description: str = ""
) -> Dataset:
    """Open a family of versions under one name.

    Raises:
        NameTakenError: There is one of this name.
    """
    row = insert(Dataset).values(
        name=name, title_en=title_en, title_ja=title_ja, description=description
    )
    dataset: Dataset | None = await session.scalar(row.on_conflict_do_nothing().returning(Dataset))
    if dataset is None:
        raise NameTakenError("A dataset of this name exists; choose another name.")
    await record(session, "publish.open", dataset)
    return dataset


async def open_draft(
    session: AsyncSession,
    *,
    dataset_id: UUID,
    shares: Mapping[str, float] = DEFAULT_SHARES,
    sealed: bool = True,
) -> Version:
    """Open the draft of a dataset's next version; its keys are drawn here and never again.

    Raises:
        NotFoundError: There is no such dataset that the actor may see.
        DraftOpenError: A draft is open.
        BadSharesError: The shares are not three that sum to one.
    """
    if set(shares) != set(DEFAULT_SHARES) or abs(sum(shares.values()) - 1) > 1e-9:
        raise BadSharesError("Shares must name train, validation and test and sum to one.")
    # Locked, so that two clicks at once do not open two drafts.
    dataset = await session.scalar(
        select(Dataset).where(Dataset.id == dataset_id).with_for_update()
    )
    if dataset is None:
        raise NotFoundError("There is no such dataset; choose one from the list.")
    if await find_draft(session, dataset_id=dataset_id) is not None:
        raise DraftOpenError("The dataset has an open draft; freeze that one first.")
    parent = await latest_frozen(session, dataset_id=dataset_id)
    version = Version(
        dataset_id=dataset_id,
        number=next_number(parent.number, "minor") if parent else FIRST_NUMBER,
        parent_id=parent.id if parent else None,
        split_key=new_key(),
        id_key=new_key(),
        shares=dict(shares),
        sealed=sealed,
    )
    session.add(version)
    await session.flush()
    await record(session, "publish.draft", version)
    return version


async def find_draft(session: AsyncSession, *, dataset_id: UUID) -> Version | None:
    """Return the dataset's open draft."""
    found: Version | None = await session.scalar(
        select(Version).where(Version.dataset_id == dataset_id, Version.state == VersionState.DRAFT)
    )
    return found


async def latest_frozen(session: AsyncSession, *, dataset_id: UUID) -> Version | None:
    """Return the dataset's newest frozen version."""
    found: Version | None = await session.scalar(
        select(Version)
        .where(Version.dataset_id == dataset_id, Version.state == VersionState.FROZEN)
        .order_by(Version.frozen_at.desc())
        .limit(1)
    )
    return found


async def lock_draft(session: AsyncSession, *, version_id: UUID) -> Version:
    """Return a draft and lock it against another change.

    Raises:
        NotFoundError: There is no such version that the actor may see.
        NotDraftError: It is frozen.
    """
    version: Version | None = await session.scalar(
        select(Version)
        .where(Version.id == version_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if version is None:
        raise NotFoundError("There is no such version; choose one from the list.")
    if version.state is not VersionState.DRAFT:
        raise NotDraftError("This version is frozen; open a draft of the next one.")
    return version
