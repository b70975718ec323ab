"""Computing tools on the platform: what there are, and one run as one stroke of an attempt."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.computing import Call, Image, run_tool
from renkei.annotate.server.draw import append, canvas_now, check_lease
from renkei.annotate.server.find import find_own, find_task, words_of
from renkei.annotate.server.schemas import AttemptOut, Key
from renkei.annotate.server.tables import Attempt, Task
from renkei.annotate.strokes import canvas_of, difference, drawn, pack_table
from renkei.annotate.tool import INSIDE, OUTSIDE, Needs
from renkei.annotate.tools import TOOLS
from renkei.annotate.view import geometry_of_header
from renkei.annotate.work import pack_canvas
from renkei.errors import DataRefusedError
from renkei.imaging.labels import unpack
from renkei.plugins import by_name
from renkei.server.actor import Permission
from renkei.server.storage import load
from renkei.server.web import Db, In, Out, needs

SECONDS = 300.0
# As many as one stroke of the browser may have, so that it can be taken back there.
MOST_RUNS = 100_000
MOST_SCRIBBLES = 20_000
router = APIRouter()
READ = needs(Permission.ANNOTATE_READ)
LABEL = needs(Permission.ANNOTATE_LABEL)


class TooScatteredError(DataRefusedError):
    """A tool's effect is in more pieces than one stroke may have."""


Value = Annotated[float, Field(ge=-1e9, le=1e9)]


class NumberOut(Out):
    """One number of a tool."""

    name: str
    ja: str
    en: str
    unit: str
    default: float
    least: float
    most: float


class ToolOut(Out):
    """A computing tool, the numbers that it takes and what it works on."""

    name: str
    ja: str
    en: str
    numbers: list[NumberOut]
    needs: list[Needs]


class ScribbleIn(In):
    """`length` voxels from `start` that belong to the label, or do not."""

    start: Annotated[int, Field(ge=0, le=2**53)]
    length: Annotated[int, Field(ge=1, le=2**53)]
    inside: bool


class ToolIn(In):
    """Run a computing tool on one label."""

    model_config = ConfigDict(allow_inf_nan=False)

    lease: UUID
    tool: Key
    key: Key
    values: Annotated[dict[Key, Value], Field(max_length=20, default_factory=dict)]
    other: Key | None = None
    scribbles: Annotated[list[ScribbleIn], Field(max_length=MOST_SCRIBBLES, default_factory=list)]
    keep_others: bool = True


@router.get("/tools", dependencies=READ)
async def list_tools() -> list[ToolOut]:
    """List the computing tools."""
    return [
        ToolOut(
            name=tool.name,
            ja=tool.ja,
            en=tool.en,
            numbers=[NumberOut.model_validate(number) for number in tool.numbers],
            needs=sorted(tool.needs),
        )
        for tool in TOOLS
    ]


@router.post("/attempts/{attempt_id}/tools", dependencies=LABEL)
async def compute_label(attempt_id: UUID, body: ToolIn, session: Db) -> AttemptOut:
    """Run a computing tool on one label; its effect is one stroke."""
    call = Call(
        tool=body.tool,
        key=body.key,
        values=body.values,
        other=body.other,
        scribbles=tuple(
            (one.start, one.length, INSIDE if one.inside else OUTSIDE) for one in body.scribbles
        ),
        keep_others=body.keep_others,
    )
    return AttemptOut.model_validate(
        await apply_tool(session, attempt_id=attempt_id, lease=body.lease, call=call)
    )


async def apply_tool(
    session: AsyncSession, *, attempt_id: UUID, lease: UUID, call: Call
) -> Attempt:
    """Run a computing tool on one label of an attempt; its effect is one stroke.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        LeaseHeldError: Another window draws in it.
        NoSuchPluginError: There is no such tool.
        UnknownTermError: A label is not in the vocabulary.
        ToolRefusedError: A number lies outside its bounds, or a scribble outside the image.
        DataRefusedError: The tool lacks what it works on.
        TooScatteredError: The effect is in more pieces than one stroke may have.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    check_lease(attempt, lease)
    task = await find_task(session, task_id=attempt.task_id)
    tool, words = by_name(TOOLS, call.tool), words_of(task)
    before = await canvas_now(session, attempt, task)
    wanted = {call.key, call.other}
    keys = [name for name, mask in drawn(before, words).items() if mask.any() or name in wanted]
    grid = geometry_of_header(task.image or {})
    packed, _ = pack_canvas(before, grid, task.vocabulary, keys)
    image = await _image(session, task) if Needs.VOXELS in tool.needs else None
    after = await compute.run(run_tool, packed, task.vocabulary, call, image, seconds=SECONDS)
    runs = difference(before, canvas_of(unpack(after), words), words)
    if len(runs) > MOST_RUNS:
        raise TooScatteredError(
            "The result is in too many small pieces: remove islands or smooth the label first."
        )
    if len(runs):
        await append(session, attempt, pack_table(runs, words, before[words.groups[0]].size))
    return attempt


async def _image(session: AsyncSession, task: Task) -> Image | None:
    if task.image is None or task.image_object_id is None:
        return None
    voxels = await load(session, task.image_object_id)
    slope, intercept = float(task.image["slope"]), float(task.image["intercept"])
    return Image(voxels, slope, intercept, task.image["modality"] == "CT")
