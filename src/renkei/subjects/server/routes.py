"""Routes of the facts: sites, subjects with their timeline, studies, series, slides, records."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from renkei.errors import NotFoundError
from renkei.server.actor import Permission
from renkei.server.audit import record
from renkei.server.web import Db, Page, Params, gives, list_page, needs
from renkei.subjects.server import lists
from renkei.subjects.server.files import record_file
from renkei.subjects.server.schemas import (
    EntryOut,
    RecordOut,
    SeriesOut,
    SiteIn,
    SiteOut,
    SlideOut,
    StudyOut,
    SubjectDetailOut,
    SubjectOut,
)
from renkei.subjects.server.site import add_site
from renkei.subjects.server.tables import Record, Series, Site, Slide, Study, Subject
from renkei.subjects.server.timeline import timeline

router = APIRouter(prefix="/subjects", tags=["subjects"])
VIEW = needs(Permission.SUBJECTS_VIEW)
SITES: dict[str, Any] = {
    "id": Site.id,
    "code": Site.code,
    "name": Site.name,
    "country": Site.country,
    "region": Site.region,
}


class NoSuchFactError(NotFoundError):
    """There is no such thing, or none that the actor may see."""


@router.get("/sites", dependencies=VIEW)
async def list_sites(session: Db, params: Params) -> Page[SiteOut]:
    """List the hospitals that send data."""
    return await list_page(session, select(Site), columns=SITES, params=params)


@router.post("/sites", status_code=201, dependencies=needs(Permission.PEOPLE_MANAGE))
async def post_site(body: SiteIn, session: Db) -> SiteOut:
    """Make a hospital a source of data."""
    site = await add_site(
        session, organisation_id=body.organisation_id, code=body.code, region=body.region
    )
    return SiteOut.model_validate(site)


@router.get("/subjects", dependencies=VIEW)
async def list_subjects(session: Db, params: Params) -> Page[SubjectOut]:
    """List subjects."""
    return await list_page(session, lists.subjects(), columns=lists.SUBJECT, params=params)


@router.get("/subjects/{subject_id}", dependencies=VIEW)
async def get_subject(subject_id: UUID, session: Db) -> SubjectDetailOut:
    """Return a subject with the timeline."""
    row = await _one(session, lists.subjects().where(Subject.id == subject_id))
    entries = await timeline(session, subject_id)
    found = SubjectOut.model_validate(row).model_dump()
    return SubjectDetailOut(**found, timeline=[EntryOut.model_validate(e) for e in entries])


@router.get("/studies", dependencies=VIEW)
async def list_studies(session: Db, params: Params) -> Page[StudyOut]:
    """List studies."""
    return await list_page(session, lists.studies(), columns=lists.STUDY, params=params)


@router.get("/studies/{study_id}", dependencies=VIEW)
async def get_study(study_id: UUID, session: Db) -> StudyOut:
    """Return a study."""
    row = await _one(session, lists.studies().where(Study.id == study_id))
    return StudyOut.model_validate(row)


@router.get("/series", dependencies=VIEW)
async def list_series(session: Db, params: Params) -> Page[SeriesOut]:
    """List series."""
    return await list_page(session, lists.series(), columns=lists.SERIES, params=params)


@router.get("/series/{series_id}", dependencies=VIEW)
async def get_series(series_id: UUID, session: Db) -> SeriesOut:
    """Return a series."""
    row = await _one(session, lists.series().where(Series.id == series_id))
    return SeriesOut.model_validate(row)


@router.get("/slides", dependencies=VIEW)
async def list_slides(session: Db, params: Params) -> Page[SlideOut]:
    """List slides."""
    return await list_page(session, lists.slides(), columns=lists.SLIDE, params=params)


@router.get("/slides/{slide_id}", dependencies=VIEW)
async def get_slide(slide_id: UUID, session: Db) -> SlideOut:
    """Return a slide."""
    row = await _one(session, lists.slides().where(Slide.id == slide_id))
    return SlideOut.model_validate(row)


@router.get("/records", dependencies=VIEW)
async def list_records(session: Db, params: Params) -> Page[RecordOut]:
    """List records."""
    return await list_page(session, lists.records(), columns=lists.RECORD, params=params)


@router.get("/records/{record_id}", dependencies=VIEW)
async def get_record(record_id: UUID, session: Db) -> RecordOut:
    """Return a record's summary."""
    row = await _one(session, lists.records().where(Record.id == record_id))
    return RecordOut.model_validate(row)


@router.get("/records/{record_id}/content", dependencies=VIEW, **gives("application/octet-stream"))
async def get_record_content(record_id: UUID, session: Db) -> Response:
    """Return a record's content as it was stored."""
    content = await record_file(session, record_id)
    # Never shown by the browser as what it claims to be: the bytes came from outside.
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.get(
    "/records/{record_id}/genome",
    dependencies=needs(Permission.SUBJECTS_GENOME),
    **gives("application/octet-stream"),
)
async def get_record_genome(record_id: UUID, session: Db) -> Response:
    """Return a record that identifies a person by genes; each reading is audited."""
    content = await record_file(session, record_id, genome=True)
    row = (await session.scalars(select(Record).where(Record.id == record_id))).one()
    await record(session, "subjects.genome", row)
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/octet-stream", headers=headers)


async def _one(session: AsyncSession, query: Select[Any]) -> Any:
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NoSuchFactError("There is no such thing here; choose one from the list.")
    return row
