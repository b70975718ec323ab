"""Search (QIDO-RS, PS3.18 10.6): studies, series and instances below a root."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from pydicom.datadict import tag_for_keyword
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.dicomweb.attributes import Attributes, attribute
from renkei.dicomweb.server.below import Scope, names_of
from renkei.errors import UsageError
from renkei.subjects.server.tables import Instance, Series, Study, Subject

MOST = 1_000
# Parameters of the search itself, and those that change nothing here.
OWN = frozenset({"limit", "offset", "includefield", "fuzzymatching", "_"})


class BadSearchError(UsageError):
    """A search asks in a way that cannot be answered."""


class Level(StrEnum):
    """What a search answers with."""

    STUDIES = "studies"
    SERIES = "series"
    INSTANCES = "instances"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: matches by attribute, part of the answer, and what could not be matched."""

    level: Level
    matches: Mapping[str, str]
    limit: int = MOST
    offset: int = 0
    ignored: tuple[str, ...] = ()


Q = TypeVar("Q", bound=Select[*tuple[Any, ...]])
Match = Callable[[Any, str], ColumnElement[bool]]


def parse_query(level: Level, pairs: Iterable[tuple[str, str]]) -> Query:
    """Read search parameters; attributes come as keyword or as eight hexadecimal digits.

    What cannot be matched at this level is named in `ignored`, so that the answer can say so.

    Raises:
        BadSearchError: A number is none, or an attribute is unknown to DICOM.
    """
    matches: dict[str, str] = {}
    numbers = {"limit": MOST, "offset": 0}
    ignored = []
    for name, value in pairs:
        if name in numbers:
            numbers[name] = _number(name, value)
        elif name in OWN:
            continue
        elif (key := _tag(name)) in MATCHES[level]:
            matches[key] = value
        elif value:
            ignored.append(key)
    return Query(level, matches, min(numbers["limit"], MOST), numbers["offset"], tuple(ignored))


async def search_studies(session: AsyncSession, scope: Scope, query: Query) -> list[Attributes]:
    """Return the studies below a root that match."""
    below = scope.series().with_only_columns(Series.study_id)
    rows = select(Study).where(Study.id.in_(below)).order_by(Study.date.desc(), Study.id)
    studies = list(await session.scalars(_part(scope, rows, query)))
    names = await names_of(session, scope, {study.subject_id for study in studies})
    series = list(
        await session.scalars(scope.series().where(Series.study_id.in_([s.id for s in studies])))
    )
    found = []
    for study in studies:
        own = [one for one in series if one.study_id == study.id]
        found.append(
            {
                **_study(scope, study, names[study.subject_id]),
                "00080061": attribute("CS", *sorted({one.modality for one in own})),
                "00201206": attribute("IS", len(own)),
                "00201208": attribute("IS", sum(one.instances for one in own)),
            }
        )
    return found


async def search_series(
    session: AsyncSession, scope: Scope, query: Query, study_uid: str | None = None
) -> list[Attributes]:
    """Return the series below a root, of one study or of all, that match."""
    below = scope.series().with_only_columns(Series.id)
    rows = (
        select(Study, Series)
        .join(Series, Series.study_id == Study.id)
        .where(Series.id.in_(below))
        .order_by(Series.id)
    )
    if study_uid is not None:
        rows = rows.where(Study.study_uid == study_uid)
    found = (await session.execute(_part(scope, rows, query))).all()
    names = await names_of(session, scope, {study.subject_id for study, _ in found})
    return [
        {**_study(scope, study, names[study.subject_id]), **_series(scope, study, series)}
        for study, series in found
    ]


async def search_instances(
    session: AsyncSession,
    scope: Scope,
    query: Query,
    study_uid: str | None = None,
    series_uid: str | None = None,
) -> list[Attributes]:
    """Return the instances below a root, of a study or series or of all, that match."""
    below = scope.series().with_only_columns(Series.id)
    rows = (
        select(Study, Series, Instance)
        .join(Series, Series.study_id == Study.id)
        .join(Instance, Instance.series_id == Series.id)
        .where(Series.id.in_(below))
        .order_by(Series.id, Instance.number, Instance.sop_uid)
    )
    if study_uid is not None:
        rows = rows.where(Study.study_uid == study_uid)
    if series_uid is not None:
        rows = rows.where(Series.series_uid == series_uid)
    found = (await session.execute(_part(scope, rows, query))).all()
    names = await names_of(session, scope, {study.subject_id for study, _, _ in found})
    return [
        {
            **_study(scope, study, names[study.subject_id]),
            **_series(scope, study, series),
            **_instance(scope, study, series, instance),
        }
        for study, series, instance in found
    ]


def _study(scope: Scope, study: Study, patient: str) -> Attributes:
    date = study.date.strftime("%Y%m%d") if study.date else None
    return {
        "00080005": attribute("CS", "ISO_IR 192"),
        "00080020": attribute("DA", date),
        "00080030": attribute("TM"),
        "00080050": attribute("SH"),
        "00080090": attribute("PN"),
        "00081030": attribute("LO", study.description),
        "00081190": attribute("UR", f"{scope.path}/studies/{study.study_uid}"),
        "00100010": attribute("PN", patient),
        "00100020": attribute("LO", patient),
        "0020000D": attribute("UI", study.study_uid),
    }


def _series(scope: Scope, study: Study, series: Series) -> Attributes:
    url = f"{scope.path}/studies/{study.study_uid}/series/{series.series_uid}"
    return {
        "00080060": attribute("CS", series.modality),
        "0008103E": attribute("LO", series.description),
        "00081190": attribute("UR", url),
        "00180015": attribute("CS", series.body_part),
        "0020000E": attribute("UI", series.series_uid),
        "00200052": attribute("UI", series.frame_of_reference_uid),
        "00201209": attribute("IS", series.instances),
    }


def _instance(scope: Scope, study: Study, series: Series, instance: Instance) -> Attributes:
    url = f"{scope.path}/studies/{study.study_uid}/series/{series.series_uid}"
    return {
        "00080016": attribute("UI", instance.sop_class_uid),
        "00080018": attribute("UI", instance.sop_uid),
        "00081190": attribute("UR", f"{url}/instances/{instance.sop_uid}"),
        "00200013": attribute("IS", instance.number),
    }


def _part(scope: Scope, rows: Q, query: Query) -> Q:
    """Narrow rows to what matches, and to the part asked for."""
    for key, value in query.matches.items():
        if value and value != "*":
            rows = rows.where(MATCHES[query.level][key](scope, value))
    return rows.limit(query.limit).offset(query.offset)


def _text(column: Any) -> Match:
    def match(_scope: Scope, value: str) -> ColumnElement[bool]:
        # PS3.4 C.2.2.2.4: * is any text, ? any character; everything else stands for itself.
        pattern = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found: ColumnElement[bool] = column.ilike(
            pattern.replace("*", "%").replace("?", "_"), escape="\\"
        )
        return found

    return match


def _uids(column: Any) -> Match:
    def match(_scope: Scope, value: str) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column.in_(value.replace("\\", ",").split(","))
        return found

    return match


def _date(_scope: Scope, value: str) -> ColumnElement[bool]:
    first, dash, last = value.partition("-")
    low, high = _day(first), _day(last) if dash else _day(first)
    if low is not None and high is not None:
        return Study.date.between(low, high)
    if low is None and high is None:
        raise BadSearchError("Write a date as YYYYMMDD, or a range with a dash.")
    return Study.date >= low if low is not None else Study.date <= high


def _modalities(_scope: Scope, value: str) -> ColumnElement[bool]:
    wanted = value.replace("\\", ",").split(",")
    return Study.id.in_(select(Series.study_id).where(Series.modality.in_(wanted)))


def _patient(scope: Scope, value: str) -> ColumnElement[bool]:
    if not scope.blind:
        return Study.subject_id.in_(
            select(Subject.id).where(_text(Subject.pseudonym)(scope, value))
        )
    # The alias is the start of a hash of root and subject, computed the same way in SQL.
    text = func.concat(str(scope.root.id), "/", Study.subject_id)
    digest = func.encode(func.sha256(func.convert_to(text, "UTF8")), "hex")
    return func.concat("CASE-", func.upper(func.left(digest, 8))) == value


def _whole_number(_scope: Scope, value: str) -> ColumnElement[bool]:
    return Instance.number == _number("InstanceNumber", value)


_STUDIES: Mapping[str, Match] = {
    "00080020": _date,
    "00080061": _modalities,
    "00081030": _text(Study.description),
    "00100020": _patient,
    "0020000D": _uids(Study.study_uid),
}
_SERIES: Mapping[str, Match] = {
    **_STUDIES,
    "00080060": _text(Series.modality),
    "0008103E": _text(Series.description),
    "00180015": _text(Series.body_part),
    "0020000E": _uids(Series.series_uid),
}
_INSTANCES: Mapping[str, Match] = {
    **_SERIES,
    "00080016": _uids(Instance.sop_class_uid),
    "00080018": _uids(Instance.sop_uid),
    "00200013": _whole_number,
}
MATCHES: Mapping[Level, Mapping[str, Match]] = {
    Level.STUDIES: _STUDIES,
    Level.SERIES: _SERIES,
    Level.INSTANCES: _INSTANCES,
}


def _tag(name: str) -> str:
    if len(name) == 8 and all(c in "0123456789abcdefABCDEF" for c in name):
        return name.upper()
    tag = tag_for_keyword(name)
    if tag is None:
        raise BadSearchError(
            "A search names an attribute that DICOM does not know; use its keyword or tag."
        )
    return f"{tag:08X}"


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise BadSearchError("Write a date as YYYYMMDD, or a range with a dash.") from None


def _number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadSearchError(f"{name} is a whole number.")
    return int(text)
