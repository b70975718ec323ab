"""multipart/related, in pieces of any size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.dicomweb.multipart import (
    MultipartRefusedError,
    Part,
    PartTooLargeError,
    boundary_of,
    read_parts,
    write_parts,
)

KIND = "application/dicom"


async def pieces(body: bytes, size: int):
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def read(body: bytes, boundary: str, size: int = 7, most: int = 1000) -> list[Part]:
    return [part async for part in read_parts(pieces(body, size), boundary, most_bytes=most)]


@given(
    st.lists(st.binary(max_size=60) | st.sampled_from([b"\r\n--", b"--", b"\r\n\r\n"]), max_size=5),
    st.integers(1, 40),
)
async def test_parts_come_back_whole_however_they_are_cut(contents, size):
    kind, body = write_parts([Part(KIND, data, "/here") for data in contents])
    if not contents:
        return
    boundary = boundary_of(kind, KIND)
    found = await read(b"".join(body), boundary, size)
    assert [part.data for part in found] == contents
    assert {part.content_type for part in found} == {KIND}


async def test_a_body_that_ends_early_is_refused():
    kind, body = write_parts([Part(KIND, b"abc"), Part(KIND, b"def")])
    whole = b"".join(body)
    for cut in (5, len(whole) // 2, len(whole) - 4):
        with pytest.raises(MultipartRefusedError):
            await read(whole[:cut], boundary_of(kind, KIND))


async def test_a_part_over_the_limit_is_refused_before_it_is_whole():
    kind, body = write_parts([Part(KIND, bytes(50_000))])
    seen = 0

    async def counted():
        nonlocal seen
        async for piece in pieces(b"".join(body), 1000):
            seen += len(piece)
            yield piece

    with pytest.raises(PartTooLargeError):
        async for _ in read_parts(counted(), boundary_of(kind, KIND), most_bytes=1000):
            pass
    assert seen < 15_000


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "application/dicom",
        "multipart/form-data; boundary=x",
        'multipart/related; type="text/xml"; boundary=x',
        'multipart/related; type="application/dicom"',
        f'multipart/related; type="application/dicom"; boundary={"x" * 71}',
    ],
)
def test_another_content_type_is_refused(kind):
    with pytest.raises(MultipartRefusedError):
        boundary_of(kind, KIND)


async def test_a_part_without_a_header_is_refused():
    with pytest.raises(MultipartRefusedError):
        await read(b"--x\r\nno header here\r\n--x--", "x")
