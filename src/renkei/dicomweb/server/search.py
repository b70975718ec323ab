"""Search (QIDO-RS, PS3.18 10.6): studies, series and instances below a root."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydicom.datadict import tag_for_keyword
from sqlalchemy import ColumnElement, Select, distinct, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.dicomweb.attributes import Attributes, attribute
from renkei.dicomweb.server.below import Place, Scope, names_of
from renkei.dicomweb.server.made import search_made
from renkei.dicomweb.server.match import (
    FUZZY_NAME,
    MATCHES,
    PATIENT_NAME,
    BadSearchError,
    Level,
    number_of,
)
from renkei.dicomweb.server.tables import RootImage
from renkei.subjects.server.tables import Instance, Series, Study

MOST = 1_000
# Parameters of the search itself, and those that change nothing here.
OWN = frozenset({"limit", "offset", "includefield", "fuzzymatching", "_"})


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: matches by attribute, part of the answer, and what could not be matched."""

    level: Level
    matches: Mapping[str, str]
    limit: int = MOST
    offset: int = 0
    ignored: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()
    every: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One page of answers, and whether more would follow."""

    items: list[Attributes]
    more: bool


# What `includefield` may ask for beside the attributes that are always told.
EXTRA: Mapping[str, tuple[str, str]] = {
    "00080070": ("LO", "manufacturer"),
    "00081090": ("LO", "model"),
    "00180050": ("DS", "thickness_mm"),
    "00181210": ("SH", "kernel"),
}
T = TypeVar("T")
Q = TypeVar("Q", bound=Select[*tuple[Any, ...]])


def parse_query(level: Level, pairs: Iterable[tuple[str, str]]) -> Query:
    """Read search parameters; attributes come as keyword or as eight hexadecimal digits.

    A sequence is walked with dots, as in `RequestAttributesSequence.ScheduledProcedureStepID`.
    What cannot be matched at this level is named in `ignored`, so that the answer can say so.

    Raises:
        BadSearchError: A number is none, or an attribute is unknown to DICOM.
    """
    matches: dict[str, str] = {}
    numbers = {"limit": MOST, "offset": 0}
    ignored: list[str] = []
    fields: set[str] = set()
    fuzzy = False
    for name, value in pairs:
        if name in numbers:
            numbers[name] = number_of(name, value)
        elif name == "includefield":
            fields |= {one if one == "all" else _path(one) for one in value.split(",") if one}
        elif name == "fuzzymatching":
            fuzzy = _flag(name, value)
        elif name in OWN:
            continue
        elif (key := _path(name)) in MATCHES[level]:
            matches[key] = value
        elif value:
            ignored.append(key)
    if fuzzy and PATIENT_NAME in matches:
        matches[FUZZY_NAME] = matches.pop(PATIENT_NAME)
    return Query(
        level,
        matches,
        min(numbers["limit"], MOST),
        numbers["offset"],
        tuple(ignored),
        frozenset(fields),
        "all" in fields,
    )


async def search_studies(session: AsyncSession, scope: Scope, query: Query) -> Found:
    """Return the studies below a root that match."""
    below = exists().where(RootImage.root_id == scope.root.id, RootImage.study_id == Study.id)
    # As the index is sorted, so that the newest page is read without sorting all; in PostgreSQL
    # studies without a date come first.
    rows = select(Study).where(below).order_by(Study.date.desc(), Study.id)
    studies, more = _page(list(await session.scalars(_part(scope, rows, query))), query)
    names = await names_of(session, scope, {study.subject_id for study in studies})
    totals = await session.execute(
        select(
            Series.study_id,
            func.array_agg(distinct(Series.modality)),
            func.count(),
            func.sum(Series.instances),
        )
        .join(RootImage, RootImage.series_id == Series.id)
        .where(
            RootImage.root_id == scope.root.id,
            RootImage.study_id.in_([study.id for study in studies]),
        )
        .group_by(Series.study_id)
    )
    held = {row[0]: row for row in totals}
    found = []
    for study in studies:
        _, modalities, series, instances = held.get(study.id, (None, [], 0, 0))
        made = await search_made(session, scope, Place(scope.uid(study.study_uid)), {})
        also = {str(one["00080060"]["Value"][0]) for one in made}
        found.append(
            {
                **_study(scope, study, names[study.subject_id]),
                "00080061": attribute("CS", *sorted({*modalities, *also})),
                "00201206": attribute("IS", series + len(made)),
                "00201208": attribute("IS", int(instances) + len(made)),
            }
        )
    return Found(found, more)


async def search_series(
    session: AsyncSession, scope: Scope, query: Query, study_uid: str | None = None
) -> Found:
    """Return the series below a root, of one study or of all, that match."""
    rows = (
        select(Study, Series)
        .join(Series, Series.study_id == Study.id)
        .where(_below(scope))
        .order_by(Series.id)
    )
    if study_uid is not None:
        rows = rows.where(scope.uid_of(Study.study_uid) == study_uid)
    found, more = _page((await session.execute(_part(scope, rows, query))).all(), query)
    names = await names_of(session, scope, {study.subject_id for study, _ in found})
    answers = [
        {
            **_study(scope, study, names[study.subject_id]),
            **_series(scope, study, series),
            **_asked_for(series, query),
        }
        for study, series in found
    ]
    return Found(answers + await _made(session, scope, query, Place(study_uid), more=more), more)


async def search_instances(
    session: AsyncSession,
    scope: Scope,
    query: Query,
    study_uid: str | None = None,
    series_uid: str | None = None,
) -> Found:
    """Return the instances below a root, of a study or series or of all, that match."""
    rows = (
        select(Study, Series, Instance)
        .join(Series, Series.study_id == Study.id)
        .join(Instance, Instance.series_id == Series.id)
        .where(_below(scope))
        .order_by(Series.id, Instance.number, Instance.sop_uid)
    )
    if study_uid is not None:
        rows = rows.where(scope.uid_of(Study.study_uid) == study_uid)
    if series_uid is not None:
        rows = rows.where(scope.uid_of(Series.series_uid) == series_uid)
    found, more = _page((await session.execute(_part(scope, rows, query))).all(), query)
    names = await names_of(session, scope, {study.subject_id for study, _, _ in found})
    answers = [
        {
            **_study(scope, study, names[study.subject_id]),
            **_series(scope, study, series),
            **_asked_for(series, query),
            **_instance(scope, study, series, instance),
        }
        for study, series, instance in found
    ]
    place = Place(study_uid, series_uid)
    return Found(answers + await _made(session, scope, query, place, more=more), more)


async def _made(
    session: AsyncSession, scope: Scope, query: Query, place: Place, *, more: bool
) -> list[Attributes]:
    """Return what was made for the root, after the last of what was sent."""
    if more or query.offset:
        return []
    return await search_made(session, scope, place, query.matches)


def _below(scope: Scope) -> ColumnElement[bool]:
    return exists().where(
        RootImage.root_id == scope.root.id,
        RootImage.series_id == Series.id,
        RootImage.study_id.is_not(None),
    )


def _page(rows: Sequence[T], query: Query) -> tuple[Sequence[T], bool]:
    """Return the page asked for, and whether more would follow: one row over it was read."""
    return rows[: query.limit], len(rows) > query.limit


def _asked_for(series: Series, query: Query) -> Attributes:
    """Return what is only told when `includefield` names it."""
    return {
        key: attribute(vr, getattr(series, column))
        for key, (vr, column) in EXTRA.items()
        if query.every or key in query.fields
    }


def _study(scope: Scope, study: Study, patient: str) -> Attributes:
    date = study.date.strftime("%Y%m%d") if study.date else None
    return {
        "00080005": attribute("CS", "ISO_IR 192"),
        "00080020": attribute("DA", date),
        "00080030": attribute("TM"),
        "00080050": attribute("SH"),
        "00080090": attribute("PN"),
        "00081030": attribute("LO", study.description),
        "00081190": attribute("UR", f"{scope.path}/studies/{scope.uid(study.study_uid)}"),
        "00100010": attribute("PN", patient),
        "00100020": attribute("LO", patient),
        "0020000D": attribute("UI", scope.uid(study.study_uid)),
    }


def _series(scope: Scope, study: Study, series: Series) -> Attributes:
    url = _series_url(scope, study, series)
    frame = series.frame_of_reference_uid
    return {
        "00080060": attribute("CS", series.modality),
        "0008103E": attribute("LO", series.description),
        "00081190": attribute("UR", url),
        "00180015": attribute("CS", series.body_part),
        "0020000E": attribute("UI", scope.uid(series.series_uid)),
        "00200052": attribute("UI", scope.uid(frame) if frame else None),
        "00201209": attribute("IS", series.instances),
    }


def _instance(scope: Scope, study: Study, series: Series, instance: Instance) -> Attributes:
    url = _series_url(scope, study, series)
    sop_uid = scope.uid(instance.sop_uid)
    return {
        "00080016": attribute("UI", instance.sop_class_uid),
        "00080018": attribute("UI", sop_uid),
        "00081190": attribute("UR", f"{url}/instances/{sop_uid}"),
        "00200013": attribute("IS", instance.number),
    }


def _series_url(scope: Scope, study: Study, series: Series) -> str:
    return (
        f"{scope.path}/studies/{scope.uid(study.study_uid)}/series/{scope.uid(series.series_uid)}"
    )


def _part(scope: Scope, rows: Q, query: Query) -> Q:
    """Narrow rows to what matches, and to the part asked for."""
    for key, value in query.matches.items():
        if value and value != "*":
            rows = rows.where(MATCHES[query.level][key](scope, value))
    return rows.limit(query.limit + 1).offset(query.offset)


def _path(name: str) -> str:
    return ".".join(_tag(one) for one in name.split("."))


def _flag(name: str, text: str) -> bool:
    if text not in {"true", "false"}:
        raise BadSearchError(f"{name} is true or false.")
    return text == "true"


def _tag(name: str) -> str:
    if len(name) == 8 and all(c in "0123456789abcdefABCDEF" for c in name):
        return name.upper()
    tag = tag_for_keyword(name)
    if tag is None:
        raise BadSearchError(
            "A search names an attribute that DICOM does not know; use its keyword or tag."
        )
    return f"{tag:08X}"
