"""multipart/related (RFC 2387) both ways; what comes in is cut to caps while it streams."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from secrets import token_hex

from renkei.errors import TooLargeError, UsageError

MAX_PARTS = 5_000
MAX_HEADER = 8 << 10


class MultipartRefusedError(UsageError):
    """The body is not the multipart message that its header says."""


class PartTooLargeError(TooLargeError):
    """One part is over the limit."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its content type, its location, its bytes."""

    content_type: str
    data: bytes
    location: str = ""


def boundary_of(content_type: str, root_type: str) -> str:
    """Return the boundary of a multipart/related header whose parts are of `root_type`.

    Raises:
        MultipartRefusedError: It is something else, or names no boundary.
    """
    message = Message()
    message["Content-Type"] = content_type
    said = str(message.get_param("type", root_type)).lower()
    boundary = str(message.get_param("boundary", ""))
    if message.get_content_type() != "multipart/related" or said != root_type:
        raise MultipartRefusedError(f'Send multipart/related; type="{root_type}".')
    if not 1 <= len(boundary) <= 70:
        raise MultipartRefusedError(
            "The content type names no boundary; send multipart/related with one."
        )
    return boundary


async def read_parts(
    chunks: AsyncIterator[bytes], boundary: str, *, most_bytes: int
) -> AsyncIterator[Part]:
    """Yield the parts of a streamed body, each at most `most_bytes` long.

    Raises:
        MultipartRefusedError: The framing is broken or the body ends inside a part.
        PartTooLargeError: A part is longer.
    """
    mark = b"\r\n--" + boundary.encode()
    # The first boundary has no line end before it.
    held = bytearray(b"\r\n")
    inside, count, searched = False, 0, 0
    async for chunk in chunks:
        held += chunk
        while (at := held.find(mark, max(0, searched - len(mark)))) >= 0:
            end = at + len(mark)
            if len(held) < end + 2:
                break
            if inside:
                yield _part(bytes(held[:at]), most_bytes)
                count += 1
            if count > MAX_PARTS:
                raise MultipartRefusedError("The message has too many parts; send fewer at once.")
            last = held[end : end + 2] == b"--"
            del held[:end]
            inside, searched = True, 0
            if last:
                return
        else:
            searched = len(held)
        if len(held) > most_bytes + MAX_HEADER:
            raise PartTooLargeError(
                "A file is over the limit; send a smaller one.", most_bytes=most_bytes
            )
    raise MultipartRefusedError("The body ends inside a part; send it again.")


def write_parts(parts: Iterable[Part]) -> tuple[str, Iterator[bytes]]:
    """Return the content type and the body of a multipart/related answer."""
    kept = list(parts)
    boundary = token_hex(16)
    root = kept[0].content_type.partition(";")[0] if kept else "application/octet-stream"
    return f'multipart/related; type="{root}"; boundary={boundary}', _body(kept, boundary)


def _body(parts: list[Part], boundary: str) -> Iterator[bytes]:
    for part in parts:
        place = f"Content-Location: {part.location}\r\n" if part.location else ""
        length = f"Content-Length: {len(part.data)}\r\n"
        head = f"--{boundary}\r\nContent-Type: {part.content_type}\r\n{place}{length}\r\n"
        yield head.encode()
        yield part.data
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _part(raw: bytes, most_bytes: int) -> Part:
    head, gap, data = raw.partition(b"\r\n\r\n")
    if not gap or len(head) > MAX_HEADER:
        raise MultipartRefusedError("A part has no header; send its content type.")
    if len(data) > most_bytes:
        raise PartTooLargeError(
            "A file is over the limit; send a smaller one.", most_bytes=most_bytes
        )
    content_type = ""
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-type":
            content_type = value.strip().lower()
    return Part(content_type, data)
