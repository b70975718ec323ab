"""What the own viewers fetch: slabs of a series, tiles of a slide."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.dicomweb.server.below import Scope, find_series, find_slide
from renkei.dicomweb.server.cache import Cache
from renkei.dicomweb.server.slides import SLIDES
from renkei.dicomweb.slabs import Slabs, slabs_of, small_picture
from renkei.dicomweb.tiles import BLOCK, Block, Pyramid
from renkei.errors import NotFoundError
from renkei.proof import digest
from renkei.subjects.server.files import series_files, series_renditions
from renkei.subjects.server.tables import Series, Slide, Source

SERIES: Cache[Slabs] = Cache(128 << 20, lambda slabs: slabs.size)
TILES: Cache[Block] = Cache(32 << 20, lambda block: sum(map(len, block.values())))


class NoSuchSlabError(NotFoundError):
    """The series has no slice of that number."""


async def series_slabs(session: AsyncSession, scope: Scope, series_id: UUID) -> Slabs:
    """Return a series below the root, cut into slabs; decoded once while it is kept.

    Raises:
        NoSuchImageError: There is none.
        DataRefusedError: Its files make no regular volume.
    """
    return await decoded_series(session, await find_series(session, scope, series_id))


async def decoded_series(session: AsyncSession, series: Series) -> Slabs:
    """Return a series that the actor may see, cut into slabs; decoded once while it is kept.

    Raises:
        DataRefusedError: Its files make no volume.
    """
    renditions = await series_renditions(session, series.id)
    nifti = series.source is Source.NIFTI

    async def make() -> Slabs:
        files = await series_files(session, series.id)
        return await compute.run(slabs_of, files, nifti=nifti, modality=series.modality)

    return await SERIES.get((series.id, *(r.sha256 for r in renditions)), make)


def told_header(scope: Scope, header: Mapping[str, Any]) -> dict[str, Any]:
    """Return the header of a volume with the UIDs that it has in this root."""
    frame = header.get("frame_of_reference_uid")
    return {
        **header,
        "sop_uids": [scope.uid(uid) for uid in header["sop_uids"]],
        "frame_of_reference_uid": scope.uid(frame) if frame else frame,
    }


async def slab_at(session: AsyncSession, scope: Scope, series_id: UUID, first: int) -> bytes:
    """Return the gzipped slab that begins at slice `first`.

    Raises:
        NoSuchSlabError: No slab begins there.
    """
    slabs = await series_slabs(session, scope, series_id)
    number, rest = divmod(first, int(slabs.header["slab"]))
    if rest or not 0 <= number < len(slabs.slabs):
        raise NoSuchSlabError("No slab begins at this slice; slabs begin at multiples of 16.")
    return slabs.slabs[number]


async def series_picture(
    session: AsyncSession, scope: Scope, series_id: UUID, number: int | None
) -> bytes:
    """Return a slice as a small JPEG; without a number, that in the middle.

    Raises:
        NoSuchSlabError: There is no such slice.
    """
    slabs = await series_slabs(session, scope, series_id)
    depth = int(slabs.header["shape"][0])
    number = depth // 2 if number is None else number
    if not 0 <= number < depth:
        raise NoSuchSlabError("The series has no slice of that number; count from 0.")
    return await asyncio.to_thread(small_picture, slabs, number)


async def slide_pyramid(session: AsyncSession, scope: Scope, slide_id: UUID) -> Pyramid:
    """Return the sizes of a slide below the root.

    Raises:
        NoSuchImageError: There is none.
    """
    return _pyramid(await find_slide(session, scope, slide_id))


async def slide_tile(
    session: AsyncSession, scope: Scope, slide_id: UUID, *, level: int, column: int, row: int
) -> bytes:
    """Return one JPEG tile of a slide below the root.

    Raises:
        NoSuchImageError, NoSuchTileError: There is no such slide or tile.
        DataRefusedError: The slide cannot be read.
    """
    slide = await find_slide(session, scope, slide_id)
    _pyramid(slide).check(level, column, row)

    async def make() -> Block:
        return await SLIDES.block(session, slide.object_id, _pyramid(slide), level, (column, row))

    block = await TILES.get((slide.id, slide.sha256, level, column // BLOCK, row // BLOCK), make)
    return block[column, row]


async def tile_tag(
    session: AsyncSession, scope: Scope, slide_id: UUID, at: tuple[int, int, int]
) -> str:
    """Return the ETag of a tile (level, column, row): its slide's hash, but another in each root.

    By the hash alone a reader would know a slide again that is shown twice.

    Raises:
        NoSuchImageError, NoSuchTileError: There is no such slide or tile.
    """
    slide = await find_slide(session, scope, slide_id)
    _pyramid(slide).check(*at)
    made = digest(f"{scope.root.id}/{slide.sha256}/{at}".encode())
    return f'"{made[:32]}"'


def _pyramid(slide: Slide) -> Pyramid:
    return Pyramid(slide.width, slide.height, slide.mpp)
