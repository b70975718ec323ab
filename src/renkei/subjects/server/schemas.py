"""What the routes of the facts give."""

import datetime as dt
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from renkei.server.web import In, Out
from renkei.subjects.server.tables import RecordKind, Source
from renkei.subjects.timeline import Lane


class SiteIn(In):
    """Make a hospital a source of data."""

    organisation_id: UUID
    code: Annotated[str, StringConstraints(pattern="^[A-Z0-9-]{1,16}$")]
    region: Annotated[str, StringConstraints(max_length=100)] | None = None


class SiteOut(Out):
    """A hospital as a source of data."""

    id: UUID
    code: str
    name: str
    country: str
    region: str | None


class SubjectOut(Out):
    """A subject with the counts that a list shows."""

    id: UUID
    created_at: datetime
    site_id: UUID
    site: str
    pseudonym: str
    sex: str | None
    age: int | None
    year: int | None
    made: bool
    withdrawn_at: datetime | None
    studies: int
    series: int
    slides: int
    records: int


class EntryOut(Out):
    """One line of a timeline; `lane` is the row that it stands in."""

    date: dt.date | None
    kind: str
    id: UUID
    title: str
    lane: Lane


class SubjectDetailOut(SubjectOut):
    """A subject with the timeline."""

    timeline: list[EntryOut]


class StudyOut(Out):
    """A study with its series counted."""

    id: UUID
    created_at: datetime
    site_id: UUID
    site: str | None
    subject_id: UUID
    study_uid: str
    date: dt.date | None
    description: str | None
    modalities: list[str]
    series: int


class SeriesOut(Out):
    """A series as lists and viewers need it."""

    id: UUID
    created_at: datetime
    site_id: UUID
    site: str | None
    subject_id: UUID
    study_id: UUID
    study_date: dt.date | None
    series_uid: str
    study_uid: str
    modality: str
    body_part: str | None
    description: str | None
    kernel: str | None
    thickness_mm: float | None
    manufacturer: str | None
    model: str | None
    source: Source
    synthetic: bool
    instances: int


class SlideOut(Out):
    """A slide; mpp in µm per pixel."""

    id: UUID
    created_at: datetime
    site_id: UUID
    site: str | None
    subject_id: UUID
    sha256: str
    width: int
    height: int
    mpp: float | None


class RecordOut(Out):
    """A record; `data` is a summary, the content lies in storage."""

    id: UUID
    created_at: datetime
    site_id: UUID
    site: str | None
    subject_id: UUID
    kind: RecordKind
    format: str
    date: dt.date | None
    sha256: str
    data: dict[str, Any] | None
    refers: dict[str, Any] | None
