"""How each key of a search matches (PS3.4 C.2.2.2)."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select

from renkei.dicomweb.server.below import Scope
from renkei.errors import UsageError
from renkei.subjects.server.tables import Instance, Series, Study, Subject

PATIENT_NAME = "00100010"
# Not a tag: the patient's name where the search asks for fuzzy matching.
FUZZY_NAME = "00100010~"
Match = Callable[[Any, str], ColumnElement[bool]]


class BadSearchError(UsageError):
    """A search asks in a way that cannot be answered."""


class Level(StrEnum):
    """What a search answers with."""

    STUDIES = "studies"
    SERIES = "series"
    INSTANCES = "instances"


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
    def match(scope: Scope, value: str) -> ColumnElement[bool]:
        found: ColumnElement[bool] = scope.uid_of(column).in_(value.replace("\\", ",").split(","))
        return found

    return match


def _classes(column: Any) -> Match:
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
        wild = "*" in value or "?" in value
        same = _text(Subject.pseudonym)(scope, value) if wild else Subject.pseudonym == value
        return Study.subject_id.in_(select(Subject.id).where(same))
    # The alias is the start of a hash of root and subject, computed the same way in SQL.
    text = func.concat(str(scope.root.id), "/", Study.subject_id)
    digest = func.encode(func.sha256(func.convert_to(text, "UTF8")), "hex")
    return func.concat("CASE-", func.upper(func.left(digest, 8))) == value


def _name(scope: Scope, value: str) -> ColumnElement[bool]:
    """Match the name, here the pseudonym, without regard to case (PS3.4 C.2.2.2.1)."""
    plain = value.partition("=")[0].rstrip("^")
    if scope.blind:
        return _patient(scope, plain)
    return Study.subject_id.in_(select(Subject.id).where(_text(Subject.pseudonym)(scope, plain)))


def _fuzzy_name(scope: Scope, value: str) -> ColumnElement[bool]:
    """Match when each word begins a word of the name; PS3.18 8.3.4.2 leaves open how."""
    if scope.blind:
        return _patient(scope, value)
    words = re.findall(r"[\w-]+", value)
    if not words:
        raise BadSearchError("A fuzzy search needs a word of the name.")
    begins = [Subject.pseudonym.op("~*")(rf"(^|[\s^=]){re.escape(word)}") for word in words]
    return Study.subject_id.in_(select(Subject.id).where(*begins))


def _whole_number(_scope: Scope, value: str) -> ColumnElement[bool]:
    return Instance.number == number_of("InstanceNumber", value)


_STUDIES: Mapping[str, Match] = {
    "00080020": _date,
    "00080061": _modalities,
    "00081030": _text(Study.description),
    PATIENT_NAME: _name,
    FUZZY_NAME: _fuzzy_name,
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
    "00080016": _classes(Instance.sop_class_uid),
    "00080018": _uids(Instance.sop_uid),
    "00200013": _whole_number,
}
MATCHES: Mapping[Level, Mapping[str, Match]] = {
    Level.STUDIES: _STUDIES,
    Level.SERIES: _SERIES,
    Level.INSTANCES: _INSTANCES,
}


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        raise BadSearchError("Write a date as YYYYMMDD, or a range with a dash.") from None


def number_of(name: str, text: str) -> int:
    """Read a whole number of a search.

    Raises:
        BadSearchError: It is none.
    """
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadSearchError(f"{name} is a whole number.")
    return int(text)
