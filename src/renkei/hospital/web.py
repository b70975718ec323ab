"""Ask an archive and fetch from it by DICOMweb: QIDO-RS and WADO-RS (PS3.18)."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self
from uuid import uuid4

import httpx2
import pydicom
from pydicom import Dataset
from pydicom.errors import InvalidDicomError

from renkei.hospital.listen import file_name, sync_folder
from renkei.hospital.peer import (
    KEYS,
    Address,
    ArchiveRefusedError,
    ArchiveUnreachableError,
    Found,
)

PAGE = 200
Pairs = list[tuple[str, str | int | float | bool | None]]
SECONDS = 120
ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*'
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)


class WebArchive:
    """An archive by DICOMweb."""

    def __init__(self, peer: Address, *, transport: httpx2.BaseTransport | None = None) -> None:
        self._http = httpx2.Client(base_url=peer.url, timeout=SECONDS, transport=transport)

    def __enter__(self) -> Self:
        """Keep the connection open for several questions."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._http.close()

    def echo(self) -> None:
        """Ask whether the archive answers.

        Raises:
            ArchiveUnreachableError: It does not.
        """
        self._get("/studies", [("limit", "1")])

    def find(self, level: str, query: Mapping[str, str]) -> Found:
        """Return the matches of every page; an archive that repeats a page has told all it will.

        Raises:
            ArchiveUnreachableError: It does not answer.
            ArchiveRefusedError: It refuses the question.
        """
        asked = dict(query)
        path = "/studies"
        if level in {"SERIES", "IMAGE"}:
            path += f"/{asked.pop('StudyInstanceUID')}/series"
        if level == "IMAGE":
            path += f"/{asked.pop('SeriesInstanceUID')}/instances"
        rows: dict[str, Dataset] = {}
        unique = KEYS[level][0] if level != "IMAGE" else "SOPInstanceUID"
        while True:
            paging = {"limit": str(PAGE), "offset": str(len(rows))}
            more: Pairs = [("includefield", name) for name in KEYS[level]]
            answer = self._get(path, [*asked.items(), *more, *paging.items()])
            page = [Dataset.from_json(row) for row in answer.json()] if answer.content else []
            before = len(rows)
            for row in page:
                rows.setdefault(str(row[unique].value), row)
            if not page:
                return Found(list(rows.values()), whole=True)
            if len(rows) == before:
                # A full page again and again: this archive knows no offset.
                return Found(list(rows.values()), whole=before < PAGE)

    def fetch(self, study: str, series: str, folder: Path) -> None:
        """Put every file of a series into a folder, in the syntax that the archive keeps.

        Raises:
            ArchiveUnreachableError: The answer broke off.
            ArchiveRefusedError: The archive refuses.
        """
        path = f"/studies/{study}/series/{series}"
        try:
            with self._http.stream("GET", path, headers={"Accept": ACCEPT}) as answer:
                _check(answer)
                match = _BOUNDARY.search(answer.headers.get("Content-Type", ""))
                if match is None:
                    raise ArchiveRefusedError(
                        "The archive answers without files; ask its operator."
                    )
                save_parts(answer.iter_bytes(1 << 20), match[1].encode(), folder)
        except httpx2.TransportError as error:
            raise _broken() from error
        sync_folder(folder)

    def _get(self, path: str, query: Pairs) -> httpx2.Response:
        try:
            answer = self._http.get(
                path, params=query, headers={"Accept": "application/dicom+json"}
            )
        except httpx2.TransportError as error:
            raise _broken() from error
        return _check(answer)


def _check(answer: httpx2.Response) -> httpx2.Response:
    if answer.is_error:
        raise ArchiveRefusedError(
            f"The archive answers {answer.status_code}; ask its administrator.",
            code=str(answer.status_code),
        )
    return answer


def _broken() -> ArchiveUnreachableError:
    return ArchiveUnreachableError(
        "The archive does not answer or broke off; check its address, then run again."
    )


def save_parts(chunks: Iterator[bytes], boundary: bytes, folder: Path) -> None:
    """Write the files of a multipart answer as they come; memory stays at one chunk.

    Raises:
        ArchiveUnreachableError: The answer ends before its closing boundary.
    """
    mark = b"\r\n--" + boundary
    held = b"\r\n"  # the first boundary has no line before it
    part, file, closed = folder / f".{uuid4()}.part", None, False
    try:
        for chunk in chunks:
            held += chunk
            while (at := held.find(mark)) >= 0:
                tail = held[at + len(mark) :]
                if not tail.startswith(b"--") and b"\r\n\r\n" not in tail:
                    break  # the heads of the next part have not come whole
                if file is not None:
                    file.write(held[:at])
                    file.close()
                    _place(part, folder)
                closed = tail.startswith(b"--")
                held = tail.partition(b"\r\n\r\n")[2] if not closed else b""
                if closed:
                    file = None
                    break
                file = part.open("wb")
            if file is not None and mark not in held:
                file.write(held[: -len(mark)])
                held = held[-len(mark) :]
        if not closed:
            raise _broken()
    finally:
        if file is not None:
            file.close()
        part.unlink(missing_ok=True)


def _place(part: Path, folder: Path) -> None:
    try:
        header = pydicom.dcmread(part, stop_before_pixels=True, specific_tags=["SOPInstanceUID"])
        uid = str(header.SOPInstanceUID)
    except (InvalidDicomError, AttributeError) as error:
        raise ArchiveRefusedError("The archive sent a part that is no DICOM file.") from error
    part.replace(folder / file_name(uid))
