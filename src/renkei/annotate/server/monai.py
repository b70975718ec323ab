"""The API of MONAI Label, so that 3D Slicer draws in Renkei's tasks: an image is one's own attempt.

Base address for its settings: `…/api/v1/annotate/monai`. The user is any name, the password an API
token.
"""

import json
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, Literal
from uuid import UUID

import numpy as np
from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData, UploadFile

from renkei import __version__, compute
from renkei.annotate.assistant import MOST_POINTS, Assist, Voxel
from renkei.annotate.assisting import volume_file
from renkei.annotate.files import Format, LabelFileRefusedError
from renkei.annotate.server.assisting import ask_for, assists_for, kept_image, note_proposal
from renkei.annotate.server.bring import bring_labels
from renkei.annotate.server.draw import NothingWaitsError, canvas_now, next_attempt, open_attempt
from renkei.annotate.server.find import find_own, find_task, words_of
from renkei.annotate.server.tables import Arm, Attempt, Task
from renkei.annotate.view import geometry_of_header
from renkei.annotate.vocabulary import Term, Vocabulary
from renkei.annotate.work import export_packed, pack_canvas
from renkei.errors import NotFoundError, UsageError
from renkei.server.actor import Permission
from renkei.server.db import actor_of
from renkei.server.web import Db, gives, needs, public

MAX_BODY = 512 << 20
MOST_FIELDS = 20
SECONDS = 300.0
NIFTI = "application/octet-stream"
router = APIRouter(prefix="/monai", max_body_size=MAX_BODY)
LABEL = needs(Permission.ANNOTATE_LABEL)
FORM: dict[str, Any] = {"requestBody": {"content": {"multipart/form-data": {}}}}
Tag = Annotated[str, Query(max_length=60, description="What Slicer calls the label; not used.")]
Own = Annotated[UUID, Query(description="An attempt of one's own.")]


class NoSuchModelError(NotFoundError):
    """There is no assist for this label of this image."""


class FormRefusedError(UsageError):
    """The form is not what MONAI Label's clients send."""


@router.get("/auth/", dependencies=public())
async def show_auth() -> dict[str, Any]:
    """Tell that a token is needed."""
    return {"enabled": True, "client_id": "renkei"}


@router.post("/auth/token", dependencies=public(), openapi_extra=FORM)
async def show_token(request: Request) -> dict[str, str]:
    """Hand the password back as the token that it is; each request checks it."""
    async with _form(request) as form:
        token = form.get("password")
    if not isinstance(token, str) or not 1 <= len(token) <= 200:
        raise FormRefusedError("Give an API token of Renkei as the password.")
    return {"access_token": token, "token_type": "bearer"}


@router.get("/info/", dependencies=LABEL)
async def show_offer(session: Db) -> dict[str, Any]:
    """Tell which labels, assists and strategies there are for the case that waits."""
    labels: list[str] = []
    models: dict[str, Any] = {}
    try:
        attempt = await next_attempt(session)
        task = await find_task(session, task_id=attempt.task_id)
        words = words_of(task)
        labels = [term.key for term in _masks(words)]
        models = {
            f"{one.name}-{term.key}": {
                "type": "deepgrow" if one.needs else "segmentation",
                "labels": {term.key: term.number},
                "dimension": 3,
                "description": f"{one.en}: {term.en}",
                "config": {},
            }
            for one in assists_for(attempt, task)
            for term in _masks(words)
        }
    except NothingWaitsError:
        pass
    own = select(func.count()).select_from(Attempt)
    mine = own.where(Attempt.user_id == UUID(actor_of(session).id))
    done = mine.where(Attempt.submitted_at.is_not(None))
    return {
        "name": "Renkei",
        "description": "Renkei",
        "version": __version__,
        "labels": labels,
        "models": models,
        "trainers": {},
        "strategies": {"next": {"description": "The next case that waits for you"}},
        "scoring": {},
        "train_stats": {},
        "datastore": {
            "total": await session.scalar(mine),
            "completed": await session.scalar(done),
        },
    }


@router.post("/activelearning/{strategy}", dependencies=LABEL)
async def choose_next(strategy: Literal["next"], session: Db) -> dict[str, Any]:
    """Return the next case that waits, or nothing."""
    del strategy
    try:
        attempt = await next_attempt(session)
    except NothingWaitsError:
        return {}
    return {"id": str(attempt.id), "name": f"{attempt.id}.nii.gz"}


@router.get("/datastore/image", dependencies=LABEL, **gives(NIFTI))
async def show_scan(image: Own, session: Db) -> Response:
    """Return the image of an attempt as NIfTI."""
    _, task = await _case(session, image)
    data = await compute.run(volume_file, await kept_image(session, task), seconds=SECONDS)
    return _nifti(data, f"{image}")


@router.get("/datastore/label", dependencies=LABEL, **gives(NIFTI))
async def hand_out_label(label: Own, session: Db, tag: Tag = "") -> Response:
    """Return what is drawn in an attempt as NIfTI."""
    del tag
    attempt, task = await _case(session, label)
    words = words_of(task)
    canvas = await canvas_now(session, attempt, task)
    there = [t.key for t in _masks(words) if (canvas[t.group] == t.number).any()]
    packed, _ = pack_canvas(canvas, geometry_of_header(task.image or {}), task.vocabulary, there)
    data = await compute.run(export_packed, packed, Format.NIFTI.value, (), seconds=SECONDS)
    return _nifti(data, f"{label}")


@router.put("/datastore/label", dependencies=LABEL, openapi_extra=FORM)
async def put_drawn(image: Own, request: Request, session: Db, tag: Tag = "") -> dict[str, str]:
    """Draw a label map in an attempt, as one stroke."""
    del tag
    attempt, task = await _case(session, image)
    async with _form(request) as form:
        file, params = form.get("label"), _params(form)
        if not isinstance(file, UploadFile):
            raise FormRefusedError("Send the label map as the file `label`.")
        data = await file.read()
    opened = await open_attempt(session, attempt_id=attempt.id, lease=attempt.lease)
    if opened.lease is None:
        raise FormRefusedError("Open the case again.")
    await bring_labels(
        session,
        attempt_id=attempt.id,
        lease=opened.lease,
        data=data,
        kind=Format.NIFTI,
        values=_values(params, words_of(task)),
    )
    opened.lease_until = None
    return {"image": str(image), "label": str(image)}


@router.post("/infer/{model}", dependencies=LABEL, openapi_extra=FORM, **gives(NIFTI))
async def infer_label(
    model: Annotated[str, Path(max_length=120)],
    image: Own,
    request: Request,
    session: Db,
    output: Annotated[
        Literal["image", "json", "all"], Query(description="The mask, what is said of it, or both.")
    ] = "all",
) -> Response:
    """Ask an assist for one label; what it proposes is not drawn, only noted."""
    attempt, task = await _case(session, image)
    async with _form(request) as form:
        points = _points(_params(form))
    assist, term = _model(model, attempt, task)
    bits = await ask_for(session, task, assist, term.key, points)
    shape = geometry_of_header(task.image or {}).shape
    found = np.unpackbits(np.frombuffer(bits, np.uint8), count=int(np.prod(shape)))
    await note_proposal(session, attempt, assist, term.key, points, voxels=int(found.sum()))
    params = {"label_names": {term.key: term.number}}
    if output == "json":
        return Response(json.dumps({"params": params}), media_type="application/json")
    canvas = {group: np.zeros(shape, np.uint8) for group in words_of(task).groups}
    canvas[term.group] = (found.reshape(shape) * np.uint8(term.number)).astype(np.uint8)
    grid = geometry_of_header(task.image or {})
    packed, _ = pack_canvas(canvas, grid, task.vocabulary, [term.key])
    data = await compute.run(export_packed, packed, Format.NIFTI.value, (), seconds=SECONDS)
    return _nifti(data, model) if output == "image" else _both(params, data)


async def _case(session: AsyncSession, attempt_id: UUID) -> tuple[Attempt, Task]:
    attempt = await find_own(session, attempt_id=attempt_id)
    return attempt, await find_task(session, task_id=attempt.task_id)


def _masks(words: Vocabulary) -> list[Term]:
    return [term for term in words.terms if term.geometry == "mask"]


def _model(name: str, attempt: Attempt, task: Task) -> tuple[Assist, Term]:
    if attempt.arm is not Arm.PLAIN:
        for one in assists_for(attempt, task):
            for term in _masks(words_of(task)):
                if name == f"{one.name}-{term.key}":
                    return one, term
    raise NoSuchModelError("There is no such assist for this case; `info` lists them.")


def _form(request: Request) -> AbstractAsyncContextManager[FormData]:
    return request.form(max_files=2, max_fields=MOST_FIELDS, max_part_size=1 << 20)


def _params(form: FormData) -> dict[str, Any]:
    """Return the parameters; only what is asked for below is ever taken from them."""
    text = form.get("params")
    if text is None:
        return {}
    try:
        said = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise FormRefusedError("Write `params` as a JSON object.")
    return said


def _points(params: dict[str, Any]) -> tuple[Voxel, ...]:
    """Return the points (z, y, x) of what Slicer sends as (x, y, z) in voxels."""
    try:
        rows = list(params.get("foreground") or [])[:MOST_POINTS]
        return tuple((int(z), int(y), int(x)) for x, y, z in rows)
    except (TypeError, ValueError) as error:
        raise FormRefusedError("Write `foreground` as rows of x, y and z in voxels.") from error


def _values(params: dict[str, Any], words: Vocabulary) -> dict[int, str] | None:
    rows = params.get("label_info")
    if not rows:
        return None
    try:
        named = {int(row["idx"]): str(row["name"]) for row in rows}
    except (KeyError, TypeError, ValueError) as error:
        raise LabelFileRefusedError("Write `label_info` as rows of name and idx.") from error
    for key in named.values():
        words.term(key)
    return named


def _nifti(data: bytes, name: str) -> Response:
    said = {"Content-Disposition": f'attachment; filename="{name}.nii.gz"'}
    return Response(data, media_type=NIFTI, headers=said)


def _both(params: dict[str, Any], data: bytes) -> Response:
    edge = "renkei-monai"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="params"\r\n\r\n'
    file = (
        f'\r\n--{edge}\r\nContent-Disposition: form-data; name="file"; filename="image.nii.gz"\r\n'
        f"Content-Type: {NIFTI}\r\n\r\n"
    )
    body = head.encode() + json.dumps(params).encode() + file.encode() + data
    kind = f"multipart/form-data; boundary={edge}"
    return Response(body + f"\r\n--{edge}--\r\n".encode(), media_type=kind)
