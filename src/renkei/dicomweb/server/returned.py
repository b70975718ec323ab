"""What a viewer gives back below a root: handed to whoever opened the root for their purpose."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from renkei.dicomweb.attributes import Attributes, attribute
from renkei.dicomweb.multipart import MultipartRefusedError, boundary_of, read_parts
from renkei.dicomweb.server.below import Scope
from renkei.dicomweb.server.stow import CANNOT_UNDERSTAND, ROOT_TYPE
from renkei.dicomweb.server.tables import Purpose, Root

MOST_BYTES = 512 << 20
MOST_FILES = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one object: its class and UID, and why it was refused, if it was."""

    sop_class_uid: str
    sop_uid: str
    refused: str | None = None


Taker = Callable[[AsyncSession, Root, bytes], Awaitable[Answer]]
# A later folder says what it does with what comes back from the roots that it opens.
_TAKERS: dict[Purpose, Taker] = {}


def takes_back(purpose: Purpose) -> Callable[[Taker], Taker]:
    """Register a function as the one that takes what comes back from roots of a purpose."""

    def register(taker: Taker) -> Taker:
        _TAKERS[purpose] = taker
        return taker

    return register


async def take_back(
    session: AsyncSession, scope: Scope, *, content_type: str, body: AsyncIterator[bytes]
) -> tuple[int, Attributes]:
    """Take the objects of a multipart body; return status and answer (PS3.18 10.5.3).

    Raises:
        NoSuchImageError: Nothing comes back from such a root.
        MultipartRefusedError: The body is framed wrongly, holds nothing, or too much.
        PartTooLargeError: A file is over the limit.
    """
    taker = _TAKERS.get(scope.root.purpose)
    if taker is None:
        raise MultipartRefusedError("This view takes nothing back; draw in a task.")
    boundary = boundary_of(content_type, ROOT_TYPE)
    answers: list[Answer] = []
    async for part in read_parts(body, boundary, most_bytes=MOST_BYTES):
        if len(answers) == MOST_FILES:
            raise MultipartRefusedError("The message has too many parts; send fewer at once.")
        answers.append(await taker(session, scope.root, part.data))
    if not answers:
        raise MultipartRefusedError("The message holds no files; send each as one part.")
    return _answer(scope, answers)


def _answer(scope: Scope, answers: list[Answer]) -> tuple[int, Attributes]:
    body: Attributes = {"00081190": attribute("UR", scope.path)}
    stored = [_item(one) for one in answers if one.refused is None]
    failed = [
        {
            **_item(one),
            "00081197": attribute("US", CANNOT_UNDERSTAND),
            # PS3.3 C.14: the reason in words, which the viewer's log shows.
            "00741048": attribute("ST", one.refused),
        }
        for one in answers
        if one.refused is not None
    ]
    if stored:
        body["00081199"] = {"vr": "SQ", "Value": stored}
    if failed:
        body["00081198"] = {"vr": "SQ", "Value": failed}
    if not failed:
        return 200, body
    return (202 if stored else 409), body


def _item(one: Answer) -> Attributes:
    return {
        "00081150": attribute("UI", one.sop_class_uid),
        "00081155": attribute("UI", one.sop_uid),
    }
