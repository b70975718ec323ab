"""Store (STOW-RS, PS3.18 10.5): files into an open batch, in groups, with what became of each."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.kinds import LIMIT
from renkei.collect.server.intake import Taken, take_dicoms
from renkei.collect.server.tables import FileState
from renkei.dicomweb.attributes import Attributes, attribute
from renkei.dicomweb.multipart import MultipartRefusedError, boundary_of, read_parts

ROOT_TYPE = "application/dicom"
MOST_BYTES = 4 << 30
GROUP_FILES = 64
GROUP_BYTES = 64 << 20
# PS3.18 Table I.2-2: refused without right, cannot understand, and plain failure.
NOT_AUTHORISED, CANNOT_UNDERSTAND, FAILED = 0x0124, 0xC000, 0x0110
_NO_RIGHT = ("consent", "approval", "agreement", "withdrawn", "unknown_subject", "not_in_manifest")
_UNREADABLE = ("malformed", "not_dicom", "empty_file", "truncated", "no_pixels", "undecodable")


async def store_files(
    session: AsyncSession, *, batch_id: UUID, content_type: str, body: AsyncIterator[bytes]
) -> list[Taken]:
    """Take the files of a multipart body into a batch, as they come.

    Raises:
        MultipartRefusedError: The body is framed wrongly, or a part is no DICOM.
        PartTooLargeError: A file is over the limit.
        NotFoundError, ConflictError: There is no such batch for the actor, or it is closed.
    """
    boundary = boundary_of(content_type, ROOT_TYPE)
    taken: list[Taken] = []
    group: list[bytes] = []
    async for part in read_parts(body, boundary, most_bytes=LIMIT["dicom"]):
        if part.content_type.partition(";")[0].strip() not in {ROOT_TYPE, ""}:
            raise MultipartRefusedError(f"Each part is {ROOT_TYPE}.")
        group.append(part.data)
        if len(group) == GROUP_FILES or sum(map(len, group)) > GROUP_BYTES:
            taken += await take_dicoms(session, batch_id=batch_id, files=group)
            group = []
    if group:
        taken += await take_dicoms(session, batch_id=batch_id, files=group)
    if not taken:
        raise MultipartRefusedError("The message holds no files; send each as one part.")
    return taken


def answer_of(taken: list[Taken]) -> tuple[int, Attributes]:
    """Return status and answer: 200 all stored, 202 some, 409 none (PS3.18 10.5.3)."""
    stored = [one for one in taken if one.state is FileState.STORED]
    failed = [one for one in taken if one.state is not FileState.STORED]
    named = [one for one in failed if one.sop_uid is not None]
    # PS3.18 10.5.3.1: what could not be read names no instance, and stands in a list of its own.
    nameless = [one for one in failed if one.sop_uid is None]
    # No root shows a batch's files yet, so nothing says where to retrieve them from.
    body: Attributes = {"00081190": attribute("UR")}
    if stored:
        items = [{**_item(one), "00081190": attribute("UR")} for one in stored]
        body["00081199"] = {"vr": "SQ", "Value": items}
    if named:
        items = [{**_item(one), "00081197": attribute("US", _failure(one))} for one in named]
        body["00081198"] = {"vr": "SQ", "Value": items}
    if nameless:
        items = [{"00081197": attribute("US", _failure(one))} for one in nameless]
        body["0008119A"] = {"vr": "SQ", "Value": items}
    if not failed:
        return 200, body
    return (202 if stored else 409), body


def _item(taken: Taken) -> dict[str, Any]:
    return {
        "00081150": attribute("UI", taken.sop_class_uid),
        "00081155": attribute("UI", taken.sop_uid),
    }


def _failure(taken: Taken) -> int:
    reason = taken.reason or ""
    if any(word in reason for word in _NO_RIGHT):
        return NOT_AUTHORISED
    return CANNOT_UNDERSTAND if reason in _UNREADABLE else FAILED
