"""What lies below a root: the one query behind every handler, so that none shows more."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, SQLColumnExpression, cast, func, select
from sqlalchemy.dialects.postgresql import BIT, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.dicomweb.alias import DIGITS, alias_of, alias_of_id
from renkei.dicomweb.frames import Stored
from renkei.dicomweb.server.roots import NoSuchImageError, find_root
from renkei.dicomweb.server.tables import Purpose, Root, RootImage, RootObject
from renkei.errors import ForbiddenError
from renkei.server.actor import Role
from renkei.server.db import actor_of
from renkei.server.storage import load_many
from renkei.subjects.server.tables import Instance, Rendition, Series, Slide, Source, Study, Subject


class BlindedError(ForbiddenError):
    """The root hides whose images it shows."""


@dataclass(frozen=True, slots=True)
class Scope:
    """An open root, and whether its holder may know whose images they are."""

    root: Root
    blind: bool

    @property
    def path(self) -> str:
        """Return where the root's answers lie."""
        return f"/dicom-web/{self.root.id}"

    def series(self) -> Select[Series]:
        """Return the DICOM series below the root."""
        return self.every_series().where(Series.source == Source.DICOM)

    def every_series(self) -> Select[Series]:
        """Return the series below the root, NIfTI too."""
        held = select(RootImage.series_id).where(RootImage.root_id == self.root.id)
        return select(Series).where(Series.id.in_(held))

    def refuse_when_blind(self) -> None:
        """Refuse what would say whose images they are.

        Raises:
            BlindedError: The root hides it.
        """
        if self.blind:
            raise BlindedError("Whole files would say whose images they are; fetch frames.")

    def alias(self, subject_id: UUID) -> str:
        """Return what a subject is called in this root alone, so that cases cannot be joined."""
        digest = sha256(f"{self.root.id}/{subject_id}".encode()).hexdigest()
        return f"CASE-{digest[:8].upper()}"

    def uid(self, uid: str) -> str:
        """Return what a UID is called here: itself, or an alias of this root alone."""
        return alias_of(str(self.root.id), uid) if self.blind else uid

    def uid_of(self, column: Any) -> SQLColumnExpression[str]:
        """Return what the UIDs of a column are called here, for the database to match."""
        if not self.blind:
            plain: SQLColumnExpression[str] = column
            return plain
        text = func.concat(str(self.root.id), "/", column)
        digest = func.encode(func.sha256(func.convert_to(text, "UTF8")), "hex")
        number = cast(cast(func.concat("x0", func.left(digest, DIGITS)), BIT(64)), BigInteger)
        return func.concat("2.25.", number)


async def open_scope(session: AsyncSession, root_id: UUID) -> Scope:
    """Return what the actor may fetch below a root.

    Raises:
        NoSuchRootError: There is none of theirs, or it has ended.
    """
    root = await find_root(session, root_id=root_id)
    blind = root.purpose is Purpose.TASK or actor_of(session).role is Role.READER
    return Scope(root, blind)


async def names_of(session: AsyncSession, scope: Scope, subject_ids: set[UUID]) -> dict[UUID, str]:
    """Return what each subject is called here: its pseudonym, or an alias of this root."""
    if scope.blind:
        return {subject_id: scope.alias(subject_id) for subject_id in subject_ids}
    rows = await session.execute(
        select(Subject.id, Subject.pseudonym).where(Subject.id.in_(subject_ids))
    )
    known = {row.id: row.pseudonym for row in rows}
    return {
        subject_id: known.get(subject_id, scope.alias(subject_id)) for subject_id in subject_ids
    }


async def find_series(session: AsyncSession, scope: Scope, series_id: UUID) -> Series:
    """Return a series below the root, NIfTI too.

    Raises:
        NoSuchImageError: There is none.
    """
    series = await session.scalar(scope.every_series().where(Series.id == series_id))
    if series is None:
        raise NoSuchImageError("There is no such series; choose one from the list.")
    return series


async def find_slide(session: AsyncSession, scope: Scope, slide_id: UUID) -> Slide:
    """Return a slide below the root, by its id or by what a blind root calls it.

    Raises:
        NoSuchImageError: There is none.
    """
    held = select(RootImage.slide_id).where(RootImage.root_id == scope.root.id)
    below = select(Slide).where(Slide.id.in_(held))
    slide = await session.scalar(below.where(Slide.id == slide_id))
    if slide is None and scope.blind:
        root, every = str(scope.root.id), await session.scalars(below)
        slide = next((one for one in every if alias_of_id(root, one.id) == slide_id), None)
    if slide is None:
        raise NoSuchImageError("There is no such slide; choose one from the list.")
    return slide


@dataclass(frozen=True, slots=True)
class Place:
    """An address within a root: study, series and instance by UID, from the left."""

    study_uid: str | None = None
    series_uid: str | None = None
    sop_uid: str | None = None


def instances_at(scope: Scope, place: Place) -> Select[Study, Series, Instance]:
    """Return the instances at an address, in order."""
    query = (
        select(Study, Series, Instance)
        .join(Series, Series.study_id == Study.id)
        .join(Instance, Instance.series_id == Series.id)
        .where(Series.id.in_(scope.series().with_only_columns(Series.id)))
        .order_by(Study.id, Series.id, Instance.number, Instance.sop_uid)
    )
    if place.study_uid is not None:
        query = query.where(scope.uid_of(Study.study_uid) == place.study_uid)
    if place.series_uid is not None:
        query = query.where(scope.uid_of(Series.series_uid) == place.series_uid)
    if place.sop_uid is not None:
        query = query.where(scope.uid_of(Instance.sop_uid) == place.sop_uid)
    return query


def made_at(scope: Scope, place: Place) -> Select[RootObject]:
    """Return the objects at an address that were made for this root."""
    query = select(RootObject).where(RootObject.root_id == scope.root.id).order_by(RootObject.id)
    if place.study_uid is not None:
        query = query.where(RootObject.study_uid == place.study_uid)
    if place.series_uid is not None:
        query = query.where(RootObject.series_uid == place.series_uid)
    return query if place.sop_uid is None else query.where(RootObject.sop_uid == place.sop_uid)


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an instance at an address is kept, and where its answers say that it lies.

    One that was `made` for the root bears the root's aliases already.
    """

    subject_id: UUID
    object_id: UUID
    url: str
    made: bool = False


async def kept_at(session: AsyncSession, scope: Scope, place: Place) -> list[Kept]:
    """Return where every instance at an address is kept.

    Raises:
        NoSuchImageError: There is none below the root.
    """
    kept = await _kept_images(session, scope, place)
    kept += await _kept_made(session, scope, place)
    if not kept:
        raise NoSuchImageError("There is no such object here; search for it first.")
    return kept


async def _kept_images(session: AsyncSession, scope: Scope, place: Place) -> list[Kept]:
    found = (await session.execute(instances_at(scope, place))).all()
    rows = await session.execute(
        select(Rendition.instance_id, Rendition.object_id)
        .where(Rendition.instance_id.in_([instance.id for _, _, instance in found]))
        .order_by(Rendition.instance_id, *Rendition.by_choice())
        .ext(distinct_on(Rendition.instance_id))
    )
    objects = {row.instance_id: row.object_id for row in rows}
    return [
        Kept(
            instance.subject_id,
            objects[instance.id],
            _url(scope, *(scope.uid(one) for one in (study.study_uid, series.series_uid)))
            + f"/instances/{scope.uid(instance.sop_uid)}",
        )
        for study, series, instance in found
        if instance.id in objects
    ]


async def _kept_made(session: AsyncSession, scope: Scope, place: Place) -> list[Kept]:
    return [
        Kept(
            one.subject_id,
            one.object_id,
            f"{_url(scope, one.study_uid, one.series_uid)}/instances/{one.sop_uid}",
            made=True,
        )
        for one in await session.scalars(made_at(scope, place))
    ]


def _url(scope: Scope, study_uid: str, series_uid: str) -> str:
    return f"{scope.path}/studies/{study_uid}/series/{series_uid}"


async def load_at(session: AsyncSession, scope: Scope, place: Place) -> list[tuple[UUID, Stored]]:
    """Return the subject and the bytes of every instance at an address.

    Raises:
        NoSuchImageError: There is none below the root.
        ObjectErasedError: A subject's key was destroyed.
    """
    return await _load(session, await kept_at(session, scope, place))


async def load_whole(session: AsyncSession, scope: Scope, place: Place) -> list[Stored]:
    """Return the whole files at an address; from a blind root only those made for it.

    Raises:
        NoSuchImageError: There is none below the root.
        BlindedError: The root hides whose images it shows.
        ObjectErasedError: A subject's key was destroyed.
    """
    kept = await kept_at(session, scope, place)
    if not all(one.made for one in kept):
        scope.refuse_when_blind()
    return [stored for _, stored in await _load(session, kept)]


async def _load(session: AsyncSession, kept: list[Kept]) -> list[tuple[UUID, Stored]]:
    bodies = await load_many(session, [one.object_id for one in kept])
    return [(one.subject_id, Stored(body, one.url)) for one, body in zip(kept, bodies, strict=True)]
