"""The queries behind the lists: each row with the counts and names that a page shows."""

from typing import Any

from sqlalchemy import Select, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, array
from sqlalchemy.types import String

from renkei.subjects.server.tables import Record, Series, Site, Slide, Study, Subject

# A reader sees a series and not its hospital: hence outer joins to the site.
_SITE = Site.code.label("site")


def _count(table: Any, column: Any, of: Any, name: str) -> Any:
    counted = select(func.count(table.id)).where(column == of).correlate(of.class_)
    return counted.scalar_subquery().label(name)


SUBJECT: dict[str, Any] = {
    "id": Subject.id,
    "created_at": Subject.created_at,
    "site_id": Subject.site_id,
    "site": _SITE,
    "pseudonym": Subject.pseudonym,
    "sex": Subject.sex,
    "age": Subject.age,
    "year": Subject.year,
    "made": Subject.made,
    "withdrawn_at": Subject.withdrawn_at,
    "studies": _count(Study, Study.subject_id, Subject.id, "studies"),
    "series": _count(Series, Series.subject_id, Subject.id, "series"),
    "slides": _count(Slide, Slide.subject_id, Subject.id, "slides"),
    "records": _count(Record, Record.subject_id, Subject.id, "records"),
}
_MODALITIES = (
    select(func.array_agg(aggregate_order_by(Series.modality.distinct(), Series.modality)))
    .where(Series.study_id == Study.id)
    .correlate(Study)
    .scalar_subquery()
)
STUDY: dict[str, Any] = {
    "id": Study.id,
    "created_at": Study.created_at,
    "site_id": Study.site_id,
    "site": _SITE,
    "subject_id": Study.subject_id,
    "study_uid": Study.study_uid,
    "date": Study.date,
    "description": Study.description,
    "modalities": func.coalesce(_MODALITIES, cast(array([]), ARRAY(String))).label("modalities"),
    "series": _count(Series, Series.study_id, Study.id, "series"),
}
SERIES: dict[str, Any] = {
    "id": Series.id,
    "created_at": Series.created_at,
    "site_id": Series.site_id,
    "site": _SITE,
    "subject_id": Series.subject_id,
    "study_id": Series.study_id,
    "study_date": Study.date.label("study_date"),
    "series_uid": Series.series_uid,
    "study_uid": Study.study_uid,
    "modality": Series.modality,
    "body_part": Series.body_part,
    "description": Series.description,
    "kernel": Series.kernel,
    "thickness_mm": Series.thickness_mm,
    "manufacturer": Series.manufacturer,
    "model": Series.model,
    "source": Series.source,
    "synthetic": Series.synthetic,
    "instances": Series.instances,
}
SLIDE: dict[str, Any] = {
    "id": Slide.id,
    "created_at": Slide.created_at,
    "site_id": Slide.site_id,
    "site": _SITE,
    "subject_id": Slide.subject_id,
    "sha256": Slide.sha256,
    "width": Slide.width,
    "height": Slide.height,
    "mpp": Slide.mpp,
}
RECORD: dict[str, Any] = {
    "id": Record.id,
    "created_at": Record.created_at,
    "site_id": Record.site_id,
    "site": _SITE,
    "subject_id": Record.subject_id,
    "kind": Record.kind,
    "format": Record.format,
    "date": Record.date,
    "sha256": Record.sha256,
    "data": Record.data,
    "refers": Record.refers,
}


def subjects() -> Select[Any]:
    """Return the subjects with their counts."""
    return select(*SUBJECT.values()).outerjoin(Site, Site.id == Subject.site_id)


def studies() -> Select[Any]:
    """Return the studies with their modalities."""
    return select(*STUDY.values()).outerjoin(Site, Site.id == Study.site_id)


def series() -> Select[Any]:
    """Return the series with the day of their study."""
    joined = select(*SERIES.values()).join(Study, Study.id == Series.study_id)
    return joined.outerjoin(Site, Site.id == Series.site_id)


def slides() -> Select[Any]:
    """Return the slides."""
    return select(*SLIDE.values()).outerjoin(Site, Site.id == Slide.site_id)


def records() -> Select[Any]:
    """Return the records."""
    return select(*RECORD.values()).outerjoin(Site, Site.id == Record.site_id)
