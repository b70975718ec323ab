"""A signed bundle of the hospital's tool: one zip file, its content listed in a signed note."""

import hashlib
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from renkei.errors import DataRefusedError
from renkei.proof.note import Verifier, open_note
from renkei.proof.strict import Fields, parse_json

FORMAT = "renkei.bundle/1"
FACTS, LIST = "bundle.json", "SHA256SUMS.note"
TARGETS = frozenset({"win_amd64", "linux_x86_64"})
MAX_FILES, MAX_BYTES = 2000, 2 << 30
SMALL = 1 << 20
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){1,3}")
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._+/-]{0,200})")


class BadBundleError(DataRefusedError):
    """The bundle is damaged, incomplete, or not what was signed."""


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """Which tool a bundle installs, and where."""

    version: str
    target: str

    def to_json(self) -> dict[str, object]:
        """Return the JSON object that stands in the bundle."""
        return {"format": FORMAT, "version": self.version, "target": self.target}


def version_order(version: str) -> tuple[int, ...]:
    """Return what sorts versions by number.

    Raises:
        BadBundleError: It is no plain version such as 1.2.0.
    """
    if not _VERSION.fullmatch(version):
        raise BadBundleError("A version is numbers with dots, such as 1.2.0.")
    return tuple(int(part) for part in version.split("."))


def read_facts(path: Path) -> BundleFacts:
    """Return what a bundle says of itself; nothing is checked yet.

    Raises:
        BadBundleError: It is no bundle.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _facts(_small(archive, FACTS))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BadBundleError("This file is no bundle of the tool; download it again.") from error


def sums_of(files: Mapping[str, bytes | Path]) -> str:
    """Return the list that is signed: SHA-256 and name of each file, sorted by name."""
    return "".join(f"{_digest(files[name])}  {name}\n" for name in sorted(files))


def verify_bundle(path: Path, verifiers: Sequence[Verifier]) -> BundleFacts:
    """Return what a bundle installs, when every byte of it is what one of the keys has signed.

    Raises:
        NoteRefusedError: It is not signed by a known key.
        BadBundleError: A file is missing, added or changed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            wanted = _listed(open_note(_small(archive, LIST).decode(), verifiers))
            entries = [entry for entry in archive.infolist() if entry.filename != LIST]
            names = [entry.filename for entry in entries]
            if len(names) != len(wanted) or set(names) != set(wanted):
                raise BadBundleError("Files of the bundle are missing or were added; refuse it.")
            if sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise BadBundleError("The bundle is larger than any that was made; refuse it.")
            for name in names:
                if _packed_digest(archive, name) != wanted[name]:
                    raise BadBundleError("A file of the bundle was changed; refuse it.")
            return _facts(_small(archive, FACTS))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BadBundleError("This file is no bundle of the tool; download it again.") from error


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > SMALL:
        raise BadBundleError("This file is no bundle of the tool; download it again.")
    return archive.read(name)


def _facts(data: bytes) -> BundleFacts:
    fields = Fields(parse_json(data, limit=SMALL), "bundle")
    fields.choice("format", frozenset({FORMAT}))
    found = BundleFacts(fields.text("version", limit=40), fields.choice("target", TARGETS))
    fields.done()
    version_order(found.version)
    return found


def _listed(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None or ".." in match[2] or match[2] in found or len(found) >= MAX_FILES:
            raise BadBundleError("The list in the bundle is malformed; refuse it.")
        found[match[2]] = match[1]
    return found


def _digest(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _packed_digest(archive: zipfile.ZipFile, name: str) -> str:
    found = hashlib.sha256()
    with archive.open(name) as file:
        while piece := file.read(SMALL):
            found.update(piece)
    return found.hexdigest()
