"""Objects that the fast reader does not take, rewritten by pydicom so that the same rules hold."""

import warnings
from dataclasses import dataclass
from io import BytesIO
from mmap import mmap
from pathlib import Path

import numpy as np
from pydicom import dcmread, dcmwrite
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from renkei.deid.parse import BIG_ENDIAN, MalformedError, Parsed, parse
from renkei.deid.source import Source, read_source
from renkei.deid.whole import read_whole

_HEAD = 1 << 12
_GROUPS = (b"\x02\0", b"\x08\0")
_SWAPPED = b"\x02\0\x10\0UI\x14\0" + BIG_ENDIAN.encode("ascii") + b"\0"
_WORDS = frozenset(["OW", "OF", "OD", "OL", "OV"])


def exact(data: bytes | mmap) -> bytes | mmap:
    """Return an object as little endian with its meta information; most are that already.

    Big endian, and objects stored without preamble or without meta information, go through pydicom.

    Raises:
        MalformedError: pydicom cannot read it either.
    """
    head = data[:_HEAD]
    bare = head[128:132] != b"DICM"
    if bare and head[:2] not in _GROUPS:
        return data
    if not bare and head[132:134] == b"\x02\0" and _SWAPPED not in head:
        return data
    try:
        # A warning of pydicom's would carry the value into the log.
        with disable_value_validation(), warnings.catch_warnings(action="ignore"):
            return _little(dcmread(BytesIO(data[:]), force=True))
    except MalformedError:
        raise
    except Exception as error:  # pydicom raises many types on a file it cannot read
        raise MalformedError("The file is damaged.", reason="malformed") from error


def parse_file(path: Path) -> Parsed:
    """Return the object in a file.

    Raises:
        MalformedError: The file is empty, or pydicom cannot read it either.
    """
    return parse(exact(read_whole(path)))


@dataclass(frozen=True, slots=True)
class Original:
    """One file that was read once: its bytes, the object in them, and what it says."""

    data: bytes | mmap
    parsed: Parsed
    source: Source


def read_original(data: bytes | mmap) -> Original:
    """Return the object in the bytes of a file with the facts about it.

    Raises:
        MalformedError: pydicom cannot read it either.
    """
    parsed = parse(exact(data))
    return Original(data, parsed, read_source(parsed))


def _little(found: Dataset) -> bytes:
    swapped = found.original_encoding[1] is False
    if "TransferSyntaxUID" not in found.file_meta or swapped:
        found.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    if swapped:
        _swap(found)
    for keyword in ("SOPClassUID", "SOPInstanceUID"):
        setattr(found.file_meta, f"MediaStorage{keyword}", found.get(keyword, ""))
    out = BytesIO()
    dcmwrite(out, found, enforce_file_format=True, implicit_vr=False, little_endian=True)
    return out.getvalue()


def _swap(found: Dataset) -> None:
    # Words have the byte order of the object (PS3.5 7.3), and pydicom leaves them as they are.
    if any(e.VR in _WORDS and e.keyword != "PixelData" for e in found.iterall()):
        raise MalformedError("Words in big endian are not taken.", reason="transfer_syntax")
    if "PixelData" in found and found.BitsAllocated > 8:
        width = found.BitsAllocated // 8
        found.PixelData = (
            np.frombuffer(found.PixelData, f">u{width}").astype(f"<u{width}").tobytes()
        )
