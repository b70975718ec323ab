"""Routes of the slide workbench: the elements of one's own attempt, each saved by itself."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field

from renkei.annotate.elements import Row, to_arrays, unpack_rings
from renkei.annotate.server.element import put_element, rows_now
from renkei.annotate.server.find import find_own
from renkei.annotate.server.schemas import Count, Key, Ring
from renkei.annotate.server.tables import SlideElement
from renkei.imaging.outlines import Kind, Outline
from renkei.server.actor import Permission
from renkei.server.web import Db, In, Out, gives, needs

router = APIRouter()
LABEL = needs(Permission.ANNOTATE_LABEL)
OCTETS = "application/octet-stream"


class ElementIn(In):
    """One revision of an element; rings in pixels of level 0, closed, inner rings are holes.

    A point is a ring of one place, a ruler one of two; `parent` is the region it lies in.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    lease: UUID
    revision: Count
    key: Key
    kind: Kind = Kind.POLYGON
    parent: UUID | None = None
    rings: Annotated[list[Ring], Field(min_length=1, max_length=1_000)]
    deleted: bool = False


class ElementOut(Out):
    """The newest revision of an element."""

    element_id: UUID
    revision: int
    key: str
    kind: Kind
    parent: UUID | None
    rings: list[list[tuple[float, float]]]
    deleted: bool


@router.get("/attempts/{attempt_id}/elements", dependencies=LABEL)
async def list_elements(attempt_id: UUID, session: Db) -> list[ElementOut]:
    """List the elements of an attempt on a slide."""
    attempt = await find_own(session, attempt_id=attempt_id)
    return [_shown(row) for row in await rows_now(session, attempt)]


@router.get("/attempts/{attempt_id}/elements/arrays", dependencies=LABEL, **gives(OCTETS))
async def show_arrays(attempt_id: UUID, session: Db) -> Response:
    """Return the elements of an attempt as arrays, for a slide with very many of them."""
    attempt = await find_own(session, attempt_id=attempt_id)
    return Response(to_arrays(await rows_now(session, attempt)), media_type=OCTETS)


@router.put("/attempts/{attempt_id}/elements/{element_id}", dependencies=LABEL)
async def save_element(
    attempt_id: UUID, element_id: UUID, body: ElementIn, session: Db
) -> ElementOut:
    """Write one revision of an element; the same one again gives the same answer."""
    rings = tuple(tuple((x, y) for x, y in ring) for ring in body.rings)
    row = await put_element(
        session,
        attempt_id=attempt_id,
        lease=body.lease,
        element_id=element_id,
        revision=body.revision,
        outline=Outline(body.key, rings, kind=body.kind),
        parent=body.parent,
        deleted=body.deleted,
    )
    return _shown(row, deleted=row.deleted)


def _shown(row: Row | SlideElement, *, deleted: bool = False) -> ElementOut:
    return ElementOut(
        element_id=row.element_id,
        revision=row.revision,
        key=row.key,
        kind=row.kind,
        parent=row.parent,
        rings=[list(ring) for ring in unpack_rings(row.shape)],
        deleted=deleted,
    )
