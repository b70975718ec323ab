"""Routes of marks: set and list one's own, read those of finished labels."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import ConfigDict, Field

from renkei.annotate.marking import MOST_LETTERS
from renkei.annotate.marks import Mark, MarkKind
from renkei.annotate.server.find import find_own
from renkei.annotate.server.mark import export_marks, marks_in, marks_now, put_mark
from renkei.server.actor import Permission
from renkei.server.web import Db, In, Out, gives, needs

router = APIRouter()
LABEL = needs(Permission.ANNOTATE_LABEL)
READ = needs(Permission.ANNOTATE_READ)
Millimetre = Annotated[float, Field(ge=-1e5, le=1e5)]
PlaceIn = Annotated[list[Millimetre], Field(min_length=3, max_length=3)]


class MarkIn(In):
    """One revision of a mark; places are (x, y, z) in mm of the patient, LPS."""

    model_config = ConfigDict(allow_inf_nan=False)

    lease: UUID
    revision: Annotated[int, Field(ge=1, le=2**31 - 1)]
    kind: MarkKind
    key: Annotated[str, Field(min_length=1, max_length=60)]
    points: Annotated[list[PlaceIn], Field(max_length=4)]
    answer: Annotated[str, Field(max_length=60)] = ""
    text: Annotated[str, Field(max_length=MOST_LETTERS)] = ""
    deleted: bool = False


class MarkOut(Out):
    """A mark with its numbers, whose unit stands in their name or is the image's."""

    kind: MarkKind
    key: str
    points: list[Any]
    answer: str
    text: str
    values: dict[str, float]


class OwnMarkOut(MarkOut):
    """The newest revision of a mark of one's own."""

    mark_id: UUID
    revision: int
    deleted: bool


@router.get("/attempts/{attempt_id}/marks", dependencies=LABEL)
async def list_marks(attempt_id: UUID, session: Db) -> list[OwnMarkOut]:
    """List the marks of an attempt in the order they were set."""
    attempt = await find_own(session, attempt_id=attempt_id)
    return [OwnMarkOut.model_validate(row) for row in await marks_now(session, attempt)]


@router.put("/attempts/{attempt_id}/marks/{mark_id}", dependencies=LABEL)
async def save_mark(attempt_id: UUID, mark_id: UUID, body: MarkIn, session: Db) -> OwnMarkOut:
    """Write one revision of a mark; the same one again gives the same answer."""
    points = tuple((x, y, z) for x, y, z in body.points)
    row = await put_mark(
        session,
        attempt_id=attempt_id,
        lease=body.lease,
        mark_id=mark_id,
        revision=body.revision,
        mark=Mark(body.kind, body.key, points, body.answer, body.text),
        deleted=body.deleted,
    )
    return OwnMarkOut.model_validate(row)


@router.get("/labels/{label_id}/marks", dependencies=READ)
async def show_marks(label_id: UUID, session: Db) -> list[MarkOut]:
    """List the marks of finished labels."""
    return [MarkOut.model_validate(mark) for mark in await marks_in(session, label_id=label_id)]


@router.get(
    "/labels/{label_id}/marks/export", dependencies=READ, **gives("text/csv", "application/dicom")
)
async def export_measurements(
    label_id: UUID,
    session: Db,
    format: Annotated[Literal["csv", "sr"], Query(description="A table, or a DICOM report.")],  # noqa: A002  its name in the address
) -> Response:
    """Return the marks of finished labels as a table or as a DICOM structured report."""
    data = await export_marks(session, label_id=label_id, kind=format)
    kind = "text/csv" if format == "csv" else "application/dicom"
    name = f'attachment; filename="marks-{label_id}{".csv" if format == "csv" else ".dcm"}"'
    return Response(data, media_type=kind, headers={"Content-Disposition": name})
