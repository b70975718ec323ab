"""Slides out of storage: parts of it, under a limit, and nothing of an erased one."""

from uuid import uuid4

import pytest
from tests.dicomweb.test_ranges import pyramid_slide

from renkei.dicomweb import ranges
from renkei.dicomweb.server import slides
from renkei.dicomweb.server.slides import Slides, SlideTooLargeError
from renkei.dicomweb.tiles import Pyramid
from renkei.imaging.slide import SlideRefusedError
from renkei.server.storage import ObjectErasedError, erase_subject, store

PYRAMID = Pyramid(2560, 2048, 0.5)


@pytest.fixture
def small_steps(monkeypatch):
    monkeypatch.setattr(ranges, "STEP", 1 << 14)


@pytest.mark.usefixtures("small_steps")
async def test_only_what_is_looked_at_is_decrypted_and_an_erased_slide_is_forgotten(
    session, site_a, monkeypatch
):
    subject, data = uuid4(), pyramid_slide()
    stored = (await store(session, data, site_id=site_a.id, subject_id=subject)).id
    read = []
    original = slides.load_range

    async def counted(session, object_id, start, stop):
        read.append(stop - start)
        return await original(session, object_id, start, stop)

    monkeypatch.setattr(slides, "load_range", counted)
    kept = Slides(64 << 20)
    block = await kept.block(session, stored, PYRAMID, 12, (9, 7))
    assert (9, 7) in block
    assert 0 < sum(read) == kept.filled < len(data) / 2
    before = sum(read)
    assert await kept.block(session, stored, PYRAMID, 12, (8, 4)) == block
    assert sum(read) == before
    await erase_subject(session, subject)
    session.expire_all()
    with pytest.raises(ObjectErasedError):
        await kept.block(session, stored, PYRAMID, 12, (9, 7))
    assert kept.filled == 0


async def test_over_the_limit_the_oldest_goes_and_what_has_no_tiles_is_refused(session, site_a):
    data = pyramid_slide()
    first, second = [
        (await store(session, data + bytes(n), site_id=site_a.id, subject_id=uuid4())).id
        for n in (0, 1)
    ]
    kept = Slides(len(data) + 10)
    for stored in (first, second):
        await kept.block(session, stored, PYRAMID, 12, (0, 0))
        await kept.block(session, stored, PYRAMID, 12, (9, 7))
    assert len(data) / 2 < kept.filled <= len(data) + 10
    none = (await store(session, bytes(1000), site_id=site_a.id, subject_id=uuid4())).id
    with pytest.raises(SlideRefusedError):
        await kept.block(session, none, PYRAMID, 12, (0, 0))
    with pytest.raises(SlideTooLargeError):
        await Slides(999).block(session, none, PYRAMID, 12, (0, 0))
