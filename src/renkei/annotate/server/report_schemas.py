"""What crosses the wire about reports."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from renkei.annotate.reports.seal import Part
from renkei.annotate.reports.status import ReportState
from renkei.annotate.server.schemas import Count, Key, Text
from renkei.server.web import In, Out

Body = Annotated[str, Field(max_length=20_000)]
LesionName = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}/\d{1,4}$")]


class ReportIn(In):
    """New texts for the revision that was read, and the sections that the author has confirmed."""

    model_config = ConfigDict(str_max_length=20_000)

    revision: Count
    text_ja: Body
    text_en: Body
    confirmed: Annotated[list[Key], Field(max_length=20, default_factory=list)]


class AssessIn(In):
    """What a person says of lesions: certainty from 1 to 5, the prior's lesion, what to do."""

    revision: Count
    certainty: Annotated[
        dict[LesionName, Annotated[int, Field(ge=1, le=5)]],
        Field(max_length=1_000, default_factory=dict),
    ]
    links: Annotated[
        dict[LesionName, LesionName | None], Field(max_length=1_000, default_factory=dict)
    ]
    recommendation: Annotated[
        str,
        Field(pattern=r"^(none|compare|follow_3_months|follow_6_months|contrast|biopsy|soon)?$"),
    ] = ""


class RevisionIn(In):
    """The revision that was read."""

    revision: Count


class ReportSignIn(In):
    """Sign the revision that was read; `override` says why in spite of contradictions."""

    revision: Count
    override: Text | None = None


class AddendumIn(In):
    """What is added to a signed report, in both languages."""

    text_ja: Annotated[str, Field(min_length=1, max_length=5_000)]
    text_en: Annotated[str, Field(min_length=1, max_length=5_000)]


class ReportOut(Out):
    """A report."""

    id: UUID
    created_at: datetime
    task_id: UUID
    label_id: UUID
    state: ReportState
    revision: int
    signed_at: datetime | None


class ReportSignatureOut(Out):
    """One signature over a report; an addendum brings its texts."""

    id: UUID
    created_at: datetime
    number: int
    part: Part
    note: str
    text_ja: str
    text_en: str


class ReportDetail(ReportOut):
    """A report with its facts, texts, what is wrong with them, and who has signed in which part."""

    facts: dict[str, Any]
    text_ja: str
    text_en: str
    problems: list[dict[str, Any]]
    confirmed: list[str]
    certainty: dict[str, int]
    links: dict[str, str | None]
    recommendation: str
    override: str | None
    reason: str | None
    sha256: str | None
    mine: bool = False
    can_word: bool = False
    signatures: Annotated[list[ReportSignatureOut], Field(default_factory=list)]


class CourseOut(Out):
    """A course by RECIST 1.1: targets, their sizes by day, and an assessment for each later day."""

    dates: list[str]
    targets: list[dict[str, Any]]
    sizes: list[dict[str, float | None]]
    assessments: list[dict[str, Any]]
