"""Parts of a sent file: what belongs to one subject, with a summary that holds no content."""

import datetime as dt
import zlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from renkei.collect.claims import Claim
from renkei.collect.genome import NOTHING_TOLD, Sites
from renkei.collect.kinds import (
    INFLATED_LIMIT,
    ArchiveError,
    EmptyFileError,
    InflatesTooFarError,
    TruncatedError,
)

GZIP = b"\x1f\x8b"
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ", b"BZh")


@dataclass(frozen=True, slots=True)
class Part:
    """The share of one subject in a file.

    `summary` goes into the database in clear: counts, columns and codes, never content.
    `genes` = how much of the person a gene file tells; `claim` = which image a label says it is of.
    """

    pseudonym: str
    data: bytes
    format: str
    summary: Mapping[str, object]
    date: dt.date | None = None
    genes: Sites = NOTHING_TOLD
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it came: to whom it is said to belong, and whom the manifest knows."""

    data: bytes
    subject: str | None
    known: AbstractSet[str]


def refuse_archive(data: bytes) -> None:
    """Refuse empty files and archives: nothing is ever unpacked by name.

    Raises:
        EmptyFileError: No bytes.
        ArchiveError: It is zip, 7z, rar, xz or bzip2.
    """
    if not data:
        raise EmptyFileError("The file is empty.")
    if data.startswith(ARCHIVES):
        raise ArchiveError("Archives are not taken; send their files one by one.")


def inflate(data: bytes, limit: int = INFLATED_LIMIT) -> bytes:
    """Return the content of gzip or BGZF, or the bytes themselves when they are neither.

    Raises:
        InflatesTooFarError: Over `limit` bytes.
        TruncatedError: The stream ends early or is damaged.
    """
    if not data.startswith(GZIP):
        return data
    parts, size = [], 0
    while data:
        member = zlib.decompressobj(wbits=31)
        try:
            parts.append(member.decompress(data, limit - size + 1))
        except zlib.error as error:
            raise TruncatedError("The compressed file is damaged.") from error
        size += len(parts[-1])
        if size > limit:
            raise InflatesTooFarError("The file unpacks to more than is taken.")
        if not member.eof:
            raise TruncatedError("The compressed file ends early.")
        data = member.unused_data.lstrip(b"\0")
    return b"".join(parts)
