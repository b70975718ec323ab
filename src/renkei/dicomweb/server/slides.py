"""Slides of which only the parts that are looked at are fetched and decrypted."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.deid.tiff import Tiff
from renkei.dicomweb.ranges import MissingBytesError, Ranges, Sparse, ranges_of, read_directory
from renkei.dicomweb.tiles import Block, Pyramid, block_of
from renkei.errors import DataRefusedError
from renkei.imaging.slide import SlideRefusedError
from renkei.server.keys import ObjectErasedError
from renkei.server.storage import find_object, load_range

MOST = 1 << 30
PIECE = 16 << 20


class SlideTooLargeError(DataRefusedError):
    """Nothing in the slide says where its tiles lie, and it is too large to be kept whole."""


class Held:
    """One slide in memory, with what is known of its structure and who uses it now."""

    def __init__(self, size: int) -> None:
        self.file = Sparse(size)
        self.lock = asyncio.Lock()
        self.users = 0
        self.structure: Tiff | None = None
        self.known = False


class Slides:
    """The slides last looked at, under a limit of bytes; an erased one is forgotten at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[UUID, Held] = OrderedDict()

    @property
    def filled(self) -> int:
        """Return how many bytes are kept."""
        return sum(held.file.filled for held in self._held.values())

    async def block(
        self,
        session: AsyncSession,
        object_id: UUID,
        pyramid: Pyramid,
        level: int,
        at: tuple[int, int],
    ) -> Block:
        """Return the tiles of the block that holds the tile `at` (column, row).

        Raises:
            ObjectErasedError: The subject's key was destroyed.
            SlideRefusedError, SlideTooLargeError: The slide cannot be read.
        """
        async with self._open(session, object_id) as held:
            async with held.lock:
                await self._structure(session, object_id, held)
                ranges = ranges_of(held.structure, pyramid, level, *at)
                await self._fetch(session, object_id, held, ranges)
            work = (held.file.path, level, *at)
            try:
                return await compute.run(block_of, *work, seconds=60.0)
            except SlideRefusedError:
                if ranges is None:
                    raise
            # Its levels are not those that the structure told.
            async with held.lock:
                await self._fetch(session, object_id, held, None)
            return await compute.run(block_of, *work, seconds=60.0)

    @asynccontextmanager
    async def _open(self, session: AsyncSession, object_id: UUID) -> AsyncIterator[Held]:
        stored = await find_object(session, object_id)
        if stored.wrapped is None:
            self._forget(object_id)
            raise ObjectErasedError("This data was erased; only the record of it is left.")
        if object_id not in self._held:
            self._held[object_id] = Held(stored.size)
        held = self._held[object_id]
        self._held.move_to_end(object_id)
        held.users += 1
        try:
            yield held
        finally:
            held.users -= 1
            if not held.users and held not in self._held.values():
                held.file.close()
            self._make_room()

    def _forget(self, object_id: UUID) -> None:
        held = self._held.pop(object_id, None)
        if held is not None and not held.users:
            held.file.close()

    def _make_room(self) -> None:
        idle = [object_id for object_id, held in self._held.items() if not held.users]
        for object_id in idle:
            if self.filled <= self._most:
                return
            self._forget(object_id)

    async def _structure(self, session: AsyncSession, object_id: UUID, held: Held) -> None:
        while not held.known:
            try:
                held.structure = read_directory(held.file)
                held.known = True
            except MissingBytesError as missing:
                await self._fetch(session, object_id, held, missing.ranges)

    async def _fetch(
        self, session: AsyncSession, object_id: UUID, held: Held, ranges: Ranges | None
    ) -> None:
        if ranges is None and held.file.size > self._most:
            raise SlideTooLargeError("This slide has no tiles that can be fetched one by one.")
        for start, stop in held.file.missing([(0, held.file.size)] if ranges is None else ranges):
            for begin in range(start, stop, PIECE):
                data = await load_range(session, object_id, begin, min(begin + PIECE, stop))
                held.file.fill(begin, data)


SLIDES = Slides(MOST)
