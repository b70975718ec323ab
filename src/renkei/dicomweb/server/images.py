"""The routes below a root: DICOMweb's own, and those of the slice and slide viewers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from renkei import compute
from renkei.dicomweb.frames import bulk_value, frame_parts
from renkei.dicomweb.multipart import Part, write_parts
from renkei.dicomweb.render import JPEG, PNG, Look, parse_viewport, parse_window, render
from renkei.dicomweb.server.below import Place, kept_at, load_at, load_whole, open_scope
from renkei.dicomweb.server.capabilities import WADL, wadl
from renkei.dicomweb.server.match import Level
from renkei.dicomweb.server.metadata import metadata_at
from renkei.dicomweb.server.returned import take_back
from renkei.dicomweb.server.roots import actor_by_root
from renkei.dicomweb.server.search import (
    Found,
    Query,
    parse_query,
    search_instances,
    search_series,
    search_studies,
)
from renkei.dicomweb.server.stow import MOST_BYTES, answer_of, store_files
from renkei.dicomweb.server.views import (
    series_picture,
    series_slabs,
    slab_at,
    slide_pyramid,
    slide_tile,
    tile_tag,
    told_header,
)
from renkei.errors import UsageError
from renkei.server.actor import Permission, Role
from renkei.server.db import actor_of
from renkei.server.storage import load
from renkei.server.web import Db, Number, gives, needs

DICOM_JSON = "application/dicom+json"
MULTIPART = "multipart/related"
OCTETS = "application/octet-stream"
# A UID has at most 64 characters (PS3.5 9.1).
Uid = Annotated[str, Field(max_length=64)]
MaybeUid = Annotated[str | None, Field(max_length=64, description="Only below this UID.")]
Frames = Annotated[str, Field(max_length=6000, description="Numbers from 1, commas between.")]
Tag = Annotated[str, Path(pattern="^[0-9A-F]{8}$", description="Eight hexadecimal digits.")]
Frame = Annotated[int, Field(ge=1, le=2**31 - 1, description="A number from 1.")]
SliceNumber = Annotated[
    int | None, Field(ge=0, le=2**31 - 1, description="A slice of the volume, from 0.")
]
WINDOW = "Centre, width and, if wanted, the function, with commas between."
VIEWPORT = "Width and height in pixels, with a comma between."
THUMBNAIL_PX = 128
VIEW = needs(Permission.DICOMWEB_VIEW)
router = APIRouter(
    prefix="/dicom-web/{root}", tags=["dicomweb"], dependencies=[Depends(actor_by_root)]
)
STUDY = "/studies/{study}"
SERIES = f"{STUDY}/series/{{series}}"
INSTANCE = f"{SERIES}/instances/{{instance}}"


class BadFramesError(UsageError):
    """Frames are numbers from 1 with commas between them."""


@router.options("", dependencies=VIEW, **gives(WADL))
async def capabilities(root: UUID, session: Db) -> Response:
    """Say what can be searched and retrieved below a root (PS3.18 8.9), as WADL."""
    scope = await open_scope(session, root)
    return Response(wadl(scope.path), media_type=WADL)


@router.get("/studies", dependencies=VIEW, **gives(DICOM_JSON, also=(204,)))
async def qido_studies(root: UUID, request: Request, session: Db) -> Response:
    """Search for studies."""
    query = parse_query(Level.STUDIES, request.query_params.multi_items())
    return _found(await search_studies(session, await open_scope(session, root), query), query)


@router.get("/series", dependencies=VIEW, **gives(DICOM_JSON, also=(204,)))
@router.get(
    f"{STUDY}/series", dependencies=VIEW, name="qido_series_of", **gives(DICOM_JSON, also=(204,))
)
async def qido_series(
    root: UUID, request: Request, session: Db, study: MaybeUid = None
) -> Response:
    """Search for series, of one study or of all."""
    query = parse_query(Level.SERIES, request.query_params.multi_items())
    scope = await open_scope(session, root)
    return _found(await search_series(session, scope, query, study), query)


@router.get("/instances", dependencies=VIEW, **gives(DICOM_JSON, also=(204,)))
@router.get(
    f"{STUDY}/instances",
    dependencies=VIEW,
    name="qido_instances_of_study",
    **gives(DICOM_JSON, also=(204,)),
)
@router.get(
    f"{SERIES}/instances",
    dependencies=VIEW,
    name="qido_instances_of_series",
    **gives(DICOM_JSON, also=(204,)),
)
async def qido_instances(
    root: UUID,
    request: Request,
    session: Db,
    study: MaybeUid = None,
    series: MaybeUid = None,
) -> Response:
    """Search for instances, of a study or series or of all."""
    query = parse_query(Level.INSTANCES, request.query_params.multi_items())
    scope = await open_scope(session, root)
    return _found(await search_instances(session, scope, query, study, series), query)


@router.get(f"{STUDY}/metadata", dependencies=VIEW, name="wado_study_metadata", **gives(DICOM_JSON))
@router.get(
    f"{SERIES}/metadata", dependencies=VIEW, name="wado_series_metadata", **gives(DICOM_JSON)
)
@router.get(f"{INSTANCE}/metadata", dependencies=VIEW, **gives(DICOM_JSON))
async def wado_metadata(
    root: UUID,
    session: Db,
    study: Uid,
    series: MaybeUid = None,
    instance: MaybeUid = None,
) -> Response:
    """Return the attributes of every object, without bulk."""
    scope = await open_scope(session, root)
    found = await metadata_at(session, scope, Place(study, series, instance))
    return JSONResponse(found, media_type=DICOM_JSON)


@router.get(STUDY, dependencies=VIEW, name="wado_study", **gives(MULTIPART))
@router.get(SERIES, dependencies=VIEW, name="wado_series", **gives(MULTIPART))
@router.get(INSTANCE, dependencies=VIEW, **gives(MULTIPART))
async def wado_instances(
    root: UUID,
    session: Db,
    study: Uid,
    series: MaybeUid = None,
    instance: MaybeUid = None,
) -> Response:
    """Return whole objects as they are stored; a blind root gives only what was made for it."""
    scope = await open_scope(session, root)
    loaded = await load_whole(session, scope, Place(study, series, instance))
    kind, body = write_parts(Part("application/dicom", one.data, one.url) for one in loaded)
    return StreamingResponse(body, media_type=kind)


@router.get(
    f"{INSTANCE}/frames", dependencies=VIEW, name="wado_every_frame", **gives(MULTIPART, OCTETS)
)
@router.get(f"{INSTANCE}/frames/{{frames}}", dependencies=VIEW, **gives(MULTIPART, OCTETS))
async def wado_frames(
    root: UUID,
    request: Request,
    session: Db,
    study: Uid,
    series: Uid,
    instance: Uid,
    frames: Frames = "1",
) -> Response:
    """Return frames by number: as stored, or decoded where Explicit VR Little Endian is asked."""
    scope = await open_scope(session, root)
    _, stored = (await load_at(session, scope, Place(study, series, instance)))[0]
    accept = request.headers.get("accept", "")
    alone = accept.startswith("application/octet-stream")
    decoded = alone or "transfer-syntax=1.2.840.10008.1.2.1" in accept.replace('"', "")
    parts = await compute.run(frame_parts, stored, _numbers(frames), decoded=decoded, seconds=60.0)
    if alone:
        return Response(b"".join(part.data for part in parts), media_type=parts[0].content_type)
    kind, body = write_parts(parts)
    return StreamingResponse(body, media_type=kind)


@router.get(f"{INSTANCE}/rendered", dependencies=VIEW, **gives(JPEG, PNG))
@router.get(
    f"{INSTANCE}/frames/{{frame}}/rendered",
    dependencies=VIEW,
    name="wado_rendered_frame",
    **gives(JPEG, PNG),
)
async def wado_rendered(
    root: UUID,
    request: Request,
    session: Db,
    study: Uid,
    series: Uid,
    instance: Uid,
    frame: Frame = 1,
    window: Annotated[str | None, Field(max_length=80, description=WINDOW)] = None,
    viewport: Annotated[str | None, Field(max_length=80, description=VIEWPORT)] = None,
) -> Response:
    """Return a frame as JPEG, or PNG when that is asked for, through a window."""
    scope = await open_scope(session, root)
    kind = PNG if PNG in request.headers.get("accept", "") else JPEG
    look = Look(frame, parse_window(window), parse_viewport(viewport), kind)
    _, stored = (await load_at(session, scope, Place(study, series, instance)))[0]
    return Response(await compute.run(render, stored.data, look, seconds=60.0), media_type=kind)


@router.get(f"{STUDY}/thumbnail", dependencies=VIEW, name="wado_study_thumbnail", **gives(JPEG))
@router.get(f"{SERIES}/thumbnail", dependencies=VIEW, name="wado_series_thumbnail", **gives(JPEG))
@router.get(f"{INSTANCE}/thumbnail", dependencies=VIEW, **gives(JPEG))
async def wado_thumbnail(
    root: UUID,
    session: Db,
    study: Uid,
    series: MaybeUid = None,
    instance: MaybeUid = None,
    viewport: Annotated[str | None, Field(max_length=80, description=VIEWPORT)] = None,
) -> Response:
    """Return a small picture: of the instance in the middle, as JPEG."""
    scope = await open_scope(session, root)
    kept = await kept_at(session, scope, Place(study, series, instance))
    data = await load(session, kept[len(kept) // 2].object_id)
    look = Look(viewport=parse_viewport(viewport) or (THUMBNAIL_PX, THUMBNAIL_PX))
    return Response(await compute.run(render, data, look, seconds=60.0), media_type=JPEG)


@router.get(f"{INSTANCE}/bulkdata/{{tag}}", dependencies=VIEW, **gives(MULTIPART, OCTETS))
async def wado_bulk(
    root: UUID, request: Request, session: Db, study: Uid, series: Uid, instance: Uid, tag: Tag
) -> Response:
    """Return a bulk value by its tag; a blind root gives only those of what was made for it."""
    scope = await open_scope(session, root)
    stored = (await load_whole(session, scope, Place(study, series, instance)))[0]
    value = await compute.run(bulk_value, stored.data, tag, seconds=60.0)
    if request.headers.get("accept", "").startswith(OCTETS):
        return Response(value, media_type=OCTETS)
    kind, body = write_parts([Part(OCTETS, value, f"{stored.url}/bulkdata/{tag}")])
    return StreamingResponse(body, media_type=kind)


@router.post(
    "/studies",
    dependencies=needs(Permission.DICOMWEB_STORE),
    max_body_size=MOST_BYTES,
    **gives(DICOM_JSON, also=(202, 409)),
)
async def stow(root: UUID, request: Request, session: Db) -> Response:
    """Store files into an open batch, whose id is the root, or what a task's viewer has made."""
    kind = request.headers.get("content-type", "")
    if actor_of(session).role is Role.READER:
        scope = await open_scope(session, root)
        status, body = await take_back(session, scope, content_type=kind, body=request.stream())
        return JSONResponse(body, status, media_type=DICOM_JSON)
    taken = await store_files(session, batch_id=root, content_type=kind, body=request.stream())
    status, body = answer_of(taken)
    return JSONResponse(body, status, media_type=DICOM_JSON)


@router.get("/series/{series_id}/volume", dependencies=VIEW)
async def view_volume(root: UUID, series_id: UUID, session: Db) -> Response:
    """Return shape, place and window of a series, for the slice viewer."""
    scope = await open_scope(session, root)
    slabs = await series_slabs(session, scope, series_id)
    return JSONResponse({**told_header(scope, slabs.header), "series_id": str(series_id)})


@router.get("/series/{series_id}/slab/{first}", dependencies=VIEW, **gives(OCTETS))
async def view_slab(root: UUID, series_id: UUID, first: Number, session: Db) -> Response:
    """Return 16 slices from `first` on: int16, little endian, (z, y, x), gzip."""
    slab = await slab_at(session, await open_scope(session, root), series_id, first)
    headers = {"Content-Encoding": "gzip"}
    return Response(slab, media_type=OCTETS, headers=headers)


@router.get("/series/{series_id}/thumbnail", dependencies=VIEW, **gives(JPEG))
async def view_thumbnail(
    root: UUID, series_id: UUID, session: Db, number: SliceNumber = None
) -> Response:
    """Return a slice as a small picture; without a number, that in the middle."""
    scope = await open_scope(session, root)
    small = await series_picture(session, scope, series_id, number)
    return Response(small, media_type=JPEG, headers={"Cache-Control": "private, max-age=3600"})


@router.get("/slides/{slide_id}/info", dependencies=VIEW)
async def view_slide(root: UUID, slide_id: UUID, session: Db) -> Response:
    """Return size and levels of a slide, for the slide viewer."""
    pyramid = await slide_pyramid(session, await open_scope(session, root), slide_id)
    return JSONResponse({**pyramid.header(), "slide_id": str(slide_id)})


@router.get(
    "/slides/{slide_id}/tiles/{level}/{column}_{row}.jpeg", dependencies=VIEW, **gives(JPEG)
)
async def view_tile(
    root: UUID,
    slide_id: UUID,
    level: Number,
    column: Number,
    row: Number,
    request: Request,
    session: Db,
) -> Response:
    """Return one tile of a slide, or 304 to who has it."""
    scope = await open_scope(session, root)
    at = (level, column, row)
    tag = await tile_tag(session, scope, slide_id, at)
    headers = {"ETag": tag, "Cache-Control": "private, max-age=3600"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    tile = await slide_tile(session, scope, slide_id, level=level, column=column, row=row)
    return Response(tile, media_type=JPEG, headers=headers)


def _found(found: Found, query: Query) -> Response:
    """Answer a search, 204 when nothing matches (PS3.18 10.6.3), and say what it leaves out."""
    said = []
    if query.ignored:
        # PS3.18 8.3.4.4: say what was not matched, or the answer looks narrower than it is.
        said.append(f"not matched: {', '.join(query.ignored)}")
    if found.more:
        said.append("there are additional results that can be requested with offset")
    headers = {"Warning": ", ".join(f'299 renkei "{one}"' for one in said)} if said else {}
    if not found.items:
        return Response(status_code=204, headers=headers)
    return JSONResponse(found.items, media_type=DICOM_JSON, headers=headers)


def _numbers(text: str) -> list[int]:
    parts = text.split(",")
    if len(parts) > 1000 or not all(part.isascii() and part.isdigit() for part in parts):
        raise BadFramesError("Write frames as numbers from 1 with commas between them.")
    return [int(part) for part in parts]
