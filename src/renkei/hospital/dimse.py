"""Ask an archive and fetch from it by C-ECHO, C-FIND, C-GET and C-MOVE (PS3.4 Annex C)."""

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from pydicom import Dataset
from pynetdicom import AE, build_context, build_role, evt

from renkei.hospital.listen import (
    PDU_BYTES,
    SYNTAXES,
    VERIFICATION,
    file_name,
    no_delay,
    quiet,
    receiving,
    store,
    sync_folder,
)
from renkei.hospital.peer import KEYS, Address, ArchiveRefusedError, ArchiveUnreachableError, Found
from renkei.hospital.site import Site

FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{n}" for n in (1, 2, 3))
PENDING = frozenset({0xFF00, 0xFF01})
SECONDS = 60
# An association proposes at most 128 contexts (PS3.8 9.3.2.2), one of them for C-GET itself.
CONTEXTS = 127


class DimseArchive:
    """An archive by DIMSE; `move` lets it send to the site's own listener instead of C-GET."""

    def __init__(self, site: Site, peer: Address, *, move: bool = False) -> None:
        quiet()
        self._site, self._peer, self._move = site, peer, move
        self._find: Any = None

    def __enter__(self) -> Self:
        """Associate with the first question."""
        return self

    def __exit__(self, *_: object) -> None:
        """Release the association of the questions."""
        if self._find is not None and self._find.is_established:
            self._find.release()
        self._find = None

    def echo(self) -> None:
        """Ask whether the archive answers.

        Raises:
            ArchiveUnreachableError: It does not.
        """
        with self._associated([build_context(VERIFICATION)]) as association:
            if association.send_c_echo().get("Status") != 0:
                raise _broken()

    def find(self, level: str, query: Mapping[str, str]) -> Found:
        """Return the matches; any last answer but success says that they are not all.

        Raises:
            ArchiveUnreachableError: The association broke off.
            ArchiveRefusedError: The archive refuses the question.
        """
        if self._find is None or not self._find.is_established:
            self._find = self._associate([build_context(FIND)])
        _await_reactor(self._find)
        question = Dataset()
        question.QueryRetrieveLevel = level
        question.SpecificCharacterSet = "ISO_IR 192"
        for name in KEYS[level]:
            setattr(question, name, "")
        for name, value in query.items():
            setattr(question, name, value)
        rows: list[Dataset] = []
        status = None
        for answer, row in self._find.send_c_find(question, FIND):
            status = answer.get("Status")
            if status in PENDING and row is not None:
                rows.append(row)
        if status is None:
            raise _broken()
        if status != 0 and not rows:
            raise _refused(status)
        return Found(rows, whole=status == 0)

    def fetch(self, study: str, series: str, folder: Path) -> None:
        """Put every file of a series into a folder.

        Raises:
            ArchiveUnreachableError: The association broke off.
            ArchiveRefusedError: The archive refuses.
        """
        wanted = Dataset()
        wanted.QueryRetrieveLevel = "SERIES"
        wanted.StudyInstanceUID, wanted.SeriesInstanceUID = study, series
        if self._move:
            self._move_to(folder, wanted)
        else:
            self._get(folder, wanted, self._classes(study, series))
        sync_folder(folder)

    def _classes(self, study: str, series: str) -> list[str]:
        query = {"StudyInstanceUID": study, "SeriesInstanceUID": series}
        found = self.find("IMAGE", query).rows
        return sorted({str(row.SOPClassUID) for row in found if row.get("SOPClassUID")})

    def _get(self, folder: Path, wanted: Dataset, classes: list[str]) -> None:
        # One context per class and syntax: with several in one the archive would have to convert.
        each = CONTEXTS // max(1, len(classes))
        contexts = [build_context(c, s) for c in classes for s in SYNTAXES[:each]]
        roles = [build_role(c, scp_role=True) for c in classes]
        handlers = [(evt.EVT_C_STORE, store, [folder, file_name])]
        with self._associated(
            [build_context(GET), *contexts], ext_neg=roles, handlers=handlers
        ) as association:
            _last(association.send_c_get(wanted, GET))

    def _move_to(self, folder: Path, wanted: Dataset) -> None:
        titles = (*self._site.known_aes, self._peer.title)
        with (
            receiving(self._site, folder, titles, file_name),
            self._associated([build_context(MOVE)]) as association,
        ):
            _last(association.send_c_move(wanted, self._site.ae_title, MOVE))

    @contextmanager
    def _associated(self, contexts: list[Any], **more: Any) -> Iterator[Any]:
        association = self._associate(contexts, **more)
        try:
            yield association
        finally:
            if association.is_established:
                association.release()

    def _associate(
        self, contexts: list[Any], *, ext_neg: list[Any] | None = None, handlers: Any = ()
    ) -> Any:
        entity = AE(ae_title=self._site.ae_title)
        entity.maximum_pdu_size = PDU_BYTES
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = SECONDS
        entity.connection_timeout = 10
        self._knock()
        association = entity.associate(
            self._peer.host,
            self._peer.port,
            contexts=contexts,
            ae_title=self._peer.title,
            ext_neg=ext_neg or [],
            evt_handlers=[(evt.EVT_CONN_OPEN, no_delay), *handlers],
        )
        if association.is_established:
            return association
        if association.is_rejected:
            raise ArchiveRefusedError(
                "The archive rejects this tool; register its AE title and address there."
            )
        raise _broken()

    def _knock(self) -> None:
        # The network library leaves the socket of a failed connection open.
        try:
            socket.create_connection((self._peer.host, self._peer.port), timeout=10).close()
        except OSError as error:
            raise _broken() from error


def _await_reactor(association: Any) -> None:
    # The library's own thread still wakes from the question before; asked sooner, it would take
    # the answer of the next one away.
    end = time.monotonic() + SECONDS
    while association._is_paused and time.monotonic() < end:  # noqa: SLF001  no public sign of it
        time.sleep(0.0005)


def _last(answers: Iterator[tuple[Dataset, Dataset | None]]) -> None:
    status = None
    for answer, _ in answers:
        status = answer.get("Status")
    if status is None:
        raise _broken()
    # Warning B000: some were not sent. The count of files decides, not this code.
    if status not in {0x0000, 0xB000}:
        raise _refused(status)


def _broken() -> ArchiveUnreachableError:
    return ArchiveUnreachableError(
        "The archive does not answer or broke off; check its address and that it knows this tool's "
        "AE title, then run again."
    )


def _refused(status: int) -> ArchiveRefusedError:
    return ArchiveRefusedError(
        f"The archive refuses with status {status:04X}; ask its administrator.",
        code=f"{status:04X}",
    )
