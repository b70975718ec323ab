"""An archive to ask and to fetch from: `AET@host:port` speaks DIMSE, a URL speaks DICOMweb."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from pydicom import Dataset

from renkei.errors import PeerUnreachableError, UsageError

_DIMSE = re.compile(r"([!-?A-~ ]{1,16})@([A-Za-z0-9.:_\[\]-]+):(\d{1,5})")
# Keys that every question asks back. A patient's name is never asked for, nor asked by.
STUDY_KEYS = (
    "StudyInstanceUID", "StudyDate", "StudyTime", "PatientID", "PatientBirthDate", "PatientAge",
    "AccessionNumber", "StudyDescription", "ModalitiesInStudy",
)  # fmt: skip
SERIES_KEYS = (
    "SeriesInstanceUID", "Modality", "SeriesDescription", "BodyPartExamined", "ProtocolName",
    "NumberOfSeriesRelatedInstances", "SliceThickness", "ContrastBolusAgent",
)  # fmt: skip
IMAGE_KEYS = ("SOPInstanceUID", "SOPClassUID")
KEYS = {"STUDY": STUDY_KEYS, "SERIES": SERIES_KEYS, "IMAGE": IMAGE_KEYS}


class BadPeerError(UsageError):
    """An archive's address cannot be understood."""


class ArchiveUnreachableError(PeerUnreachableError):
    """The archive does not answer, or breaks off."""


class ArchiveRefusedError(PeerUnreachableError):
    """The archive answers and refuses."""


@dataclass(frozen=True, slots=True)
class Found:
    """The matches of one question; `whole` is False when the archive says that there are more."""

    rows: list[Dataset]
    whole: bool


class Archive(Protocol):
    """What finding and fetching need of an archive."""

    def __enter__(self) -> Self:
        """Open."""

    def __exit__(self, *_: object) -> None:
        """Close."""

    def echo(self) -> None:
        """Ask whether it answers."""

    def find(self, level: str, query: Mapping[str, str]) -> Found:
        """Return the matches at STUDY, SERIES or IMAGE level."""

    def fetch(self, study: str, series: str, folder: Path) -> None:
        """Put every file of a series into a folder, named by `file_name` of its SOP instance."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an archive is; `url` or the other three."""

    url: str = ""
    title: str = ""
    host: str = ""
    port: int = 0


def parse_peer(text: str) -> Address:
    """Return an archive's address.

    Raises:
        BadPeerError: It is neither `AET@host:port` nor an http(s) URL.
    """
    if text.startswith(("http://", "https://")):
        return Address(url=text.rstrip("/"))
    if (match := _DIMSE.fullmatch(text)) is None or int(match[3]) > 65535:
        raise BadPeerError(
            "Name the archive with --peer or as pacs in site.toml: AET@host:port, or the URL of "
            "its DICOMweb service."
        )
    return Address(title=match[1].strip(), host=match[2].strip("[]"), port=int(match[3]))
