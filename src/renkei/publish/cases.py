"""A case of a dataset, and the folder that holds cases: a version, or files on their own.

A version's folder holds `renkei-manifest.json` (of the version or of a delivery) and, per case,
`sub-*/case-*/` with the image, the labels and `case.json`. A folder of one's own needs
`cases.jsonl` instead, a line per case: {"case", "subject", "image", "labels", "facts"};
`splits.json` gives {case: side}.
"""

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from renkei.errors import DataRefusedError, NotFoundError
from renkei.proof import digest
from renkei.proof.delivery import foreign_files, parse_delivery
from renkei.proof.verify import MANIFEST
from renkei.proof.version import FileLine, parse_line
from renkei.proof.versionfile import FORMAT as VERSION_FORMAT
from renkei.proof.versionfile import parse_version

OWN_CASES = "cases.jsonl"
OWN_SPLITS = "splits.json"
SIDES = ("train", "validation", "test")
UNKNOWN = "unknown"
LARGEST_INDEX = 512 * 1024 * 1024


class NoCasesError(NotFoundError):
    """The folder holds neither a manifest nor cases.jsonl."""


class BadFolderError(DataRefusedError):
    """The folder's index cannot be read or names a path outside the folder."""


class FileChangedError(DataRefusedError):
    """A file is missing or has other bytes than the manifest says."""


@dataclass(frozen=True, slots=True)
class Case:
    """One image with its labels; paths are relative to the folder, with forward slashes."""

    name: str
    subject: str
    image: str
    image_sha256: str
    labels: str | None = None
    split: str | None = None
    sources: frozenset[str] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counted(self) -> bool:
        """Tell whether a person stands behind it: made and synthetic cases are never counted."""
        return not (self.facts.get("made") or self.facts.get("synthetic"))

    def fact(self, axis: str) -> str:
        """Return a fact as text; what is not recorded is a group of its own."""
        value = self.facts.get(axis)
        return UNKNOWN if value is None or value == "" else str(value)

    @property
    def stratum_label(self) -> str:
        """Return the label classes that are present, as one name."""
        return "+".join(sorted(self.facts.get("label_classes") or ())) or "none"


@dataclass(frozen=True, slots=True)
class Folder:
    """Cases with a way to read their files: from a disk, or from memory.

    `lines` and `version_id` are missing for files that are no version.
    """

    cases: tuple[Case, ...]
    read: Callable[[str], bytes]
    version_id: str | None = None
    lines: tuple[FileLine, ...] = ()

    def side(self, *sides: str) -> tuple[Case, ...]:
        """Return the cases on these sides."""
        return tuple(case for case in self.cases if case.split in sides)


def read_folder(path: Path) -> Folder:
    """Read the index of a folder and its cases' facts; checks no file's hash (see `check_files`).

    Raises:
        NoCasesError: It holds no index.
        BadFolderError: The index cannot be read, leaves the folder or does not fit its version.
    """
    read = functools.partial(read_file, path)
    if (path / MANIFEST).is_file():
        return _manifest_folder((path / MANIFEST).read_bytes(), read)
    if (path / OWN_CASES).is_file():
        return Folder(tuple(_own_cases(path)), read)
    raise NoCasesError(f"The folder holds neither {MANIFEST} nor {OWN_CASES}.")


def _manifest_folder(data: bytes, read: Callable[[str], bytes]) -> Folder:
    if _parse(data).get("format") == VERSION_FORMAT:
        version = parse_version(data)
        return version_folder(version.lines, read, version.id)
    delivery = parse_delivery(data)
    if foreign_files(delivery):
        raise BadFolderError("The manifest names files that are not of its version.")
    lines = {line.path: line for case in delivery.cases for line in map(parse_line, case.lines)}
    here = [
        replace(lines[file.leaf], path=file.path, size=file.size, sha256=file.sha256)
        for file in delivery.files
        if file.case is not None and file.leaf is not None
    ]
    return version_folder(here, read, delivery.version)


def version_folder(
    lines: Iterable[FileLine], read: Callable[[str], bytes], version_id: str | None
) -> Folder:
    """Join the lines of a manifest into cases, sorted by name; facts come from `case.json`.

    Raises:
        BadFolderError: A case has no image, or a path leaves the folder.
    """
    found = tuple(lines)
    by_case: dict[str, dict[str, FileLine]] = {}
    for line in found:
        _check_path(line.path)
        if line.subject is not None:
            by_case.setdefault(line.path.rsplit("/", 1)[0], {})[line.role] = line
    cases = sorted((_case(roles, read) for roles in by_case.values()), key=lambda c: c.name)
    return Folder(tuple(cases), read, version_id, found)


def _case(roles: Mapping[str, FileLine], read: Callable[[str], bytes]) -> Case:
    image, labels, facts = roles.get("image"), roles.get("labels"), roles.get("facts")
    if image is None:
        raise BadFolderError("A case of the manifest has no image; download the version again.")
    return Case(
        name=PurePosixPath(image.path).parent.name,
        subject=str(image.subject),
        image=image.path,
        image_sha256=image.sha256,
        labels=labels.path if labels else None,
        split=image.split,
        sources=frozenset(image.sources),
        facts=_parse(read(facts.path)) if facts else {},
    )


def _own_cases(folder: Path) -> list[Case]:
    sides = _parse((folder / OWN_SPLITS).read_bytes()) if (folder / OWN_SPLITS).is_file() else {}
    if (folder / OWN_CASES).stat().st_size > LARGEST_INDEX:
        raise BadFolderError("The index of the folder is too large.")
    found = []
    for text in (folder / OWN_CASES).read_text("utf-8").splitlines():
        try:
            row = json.loads(text)
            labels = row.get("labels")
            if labels is not None:
                _check_path(labels)
            found.append(
                Case(
                    name=str(row["case"]),
                    subject=str(row["subject"]),
                    image=row["image"],
                    image_sha256=digest(read_file(folder, row["image"])),
                    labels=labels,
                    split=sides.get(str(row["case"])),
                    sources=frozenset(row.get("sources") or ()),
                    facts=dict(row.get("facts") or {}),
                )
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise BadFolderError(f"A line of {OWN_CASES} cannot be read.") from error
    return sorted(found, key=lambda case: case.name)


def read_file(folder: Path, path: str) -> bytes:
    """Return the bytes of a file that an index names.

    Raises:
        BadFolderError: The path would leave the folder.
        FileChangedError: The file is missing.
    """
    _check_path(path)
    try:
        return (folder / path).read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise FileChangedError(
            "A file that the index names is missing; download it again."
        ) from error


def check_files(folder: Folder) -> int:
    """Compare every file with its line of the manifest and return how many there were.

    Raises:
        FileChangedError: A file is missing or changed; nothing of the folder may be used then.
    """
    for line in folder.lines:
        if digest(folder.read(line.path)) != line.sha256:
            raise FileChangedError(
                "A file is not the one that the manifest names; download it again."
            )
    return len(folder.lines)


def _check_path(path: str) -> None:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path or ":" in path or not path:
        raise BadFolderError("The index names a path outside its folder.")


def _parse(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST_INDEX:
        raise BadFolderError("A JSON file of the folder is too large.")
    try:
        return dict(json.loads(data))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadFolderError("A JSON file of the folder cannot be read; write it again.") from error
