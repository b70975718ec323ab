"""Verify a delivered folder offline: intact, withdrawn or tampered, per case and per file.

file hashes → delivery or version manifest → its root in the receipt → inclusion → signed
checkpoint → recall list. A withdrawn case is withdrawn whether its files are still there or not.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath

from renkei.errors import NotFoundError
from renkei.proof.delivery import DeliveryManifest, foreign_files, parse_delivery
from renkei.proof.receipt import Receipt, verify_receipt
from renkei.proof.strict import MalformedError, parse_json
from renkei.proof.trust import Trust
from renkei.proof.version import SHARED
from renkei.proof.versionfile import FORMAT as VERSION_FORMAT
from renkei.proof.versionfile import parse_version

MANIFEST = "renkei-manifest.json"
RECEIPT = "renkei-receipt.json"
TRUST = "renkei-trust.json"
OWN_FILES = frozenset({MANIFEST, RECEIPT, TRUST})
MANIFEST_LIMIT = 512 * 1024 * 1024
CHUNK = 1 << 20


class NoManifestError(NotFoundError):
    """The folder holds no manifest."""


class State(StrEnum):
    """The three answers."""

    INTACT = "intact"
    WITHDRAWN = "withdrawn"
    TAMPERED = "tampered"


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """One file; `reason` is a code when it is not intact."""

    path: str
    state: State
    reason: str | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class FolderVerdict:
    """The whole folder, with the date of the recall list that was asked."""

    state: State
    files: tuple[FileVerdict, ...]
    recalls_as_of: datetime
    log_size: int

    def cases(self) -> Mapping[str, State]:
        """Return the worst state of each case; files without a case count as the case ""."""
        worst: dict[str, State] = defaultdict(lambda: State.INTACT)
        for file in self.files:
            name = file.case or SHARED
            worst[name] = max(worst[name], file.state, key=_WEIGHT.__getitem__)
        return dict(worst)


_WEIGHT = {State.INTACT: 0, State.WITHDRAWN: 1, State.TAMPERED: 2}


@dataclass(frozen=True, slots=True)
class _Claim:
    path: str
    size: int
    sha256: str
    case: str | None


def verify_folder(folder: Path, receipt: Receipt, trust: Trust) -> FolderVerdict:
    """Check every file of a folder against its receipt.

    Raises:
        NoManifestError: The folder has no manifest.
        ReceiptRefusedError: The receipt does not stand in the log.
        NoteRefusedError: A signature is wrong or lacking.
        MalformedError: The manifest is malformed.
    """
    checkpoint = verify_receipt(receipt, trust)
    recalls = trust.recall_list()
    try:
        data = (folder / MANIFEST).read_bytes()
    except FileNotFoundError as error:
        raise NoManifestError(f"The folder holds no {MANIFEST}.") from error
    claims, foreign = _read_manifest(data, receipt)
    files = [
        FileVerdict(claim.path, State.WITHDRAWN, "recalled", claim.case)
        if claim.case in recalls.cases
        else _check(folder, claim, foreign=claim.path in foreign)
        for claim in claims
    ]
    if MANIFEST in foreign:
        files.append(FileVerdict(MANIFEST, State.TAMPERED, "manifest_changed"))
    listed = {claim.path for claim in claims} | OWN_FILES
    files += [
        FileVerdict(path, State.TAMPERED, "unlisted")
        for path in _present(folder)
        if path not in listed
    ]
    state = max((f.state for f in files), key=_WEIGHT.__getitem__, default=State.INTACT)
    return FolderVerdict(state, tuple(files), recalls.issued, checkpoint.size)


def _read_manifest(data: bytes, receipt: Receipt) -> tuple[list[_Claim], frozenset[str]]:
    """Return what the manifest claims, and the paths whose claim the receipt does not cover."""
    value = parse_json(data, limit=MANIFEST_LIMIT)
    if isinstance(value, dict) and value.get("format") == VERSION_FORMAT:
        version = parse_version(data)
        roots = version.case_roots()
        claims = [
            _Claim(line.path, line.size, line.sha256, roots[line.subject or SHARED].hex())
            for line in version.lines
        ]
        fits = receipt.kind == "version" and receipt.payload.get("id") == version.id
        return claims, frozenset() if fits else frozenset({MANIFEST})
    delivery = parse_delivery(data)
    claims = [_Claim(f.path, f.size, f.sha256, f.case) for f in delivery.files]
    foreign = set(foreign_files(delivery))
    if not _delivered(delivery, receipt):
        foreign.add(MANIFEST)
    return claims, frozenset(foreign)


def _delivered(delivery: DeliveryManifest, receipt: Receipt) -> bool:
    return receipt.kind == "delivery" and dict(receipt.payload) == delivery.payload()


def _check(folder: Path, claim: _Claim, *, foreign: bool) -> FileVerdict:
    def tampered(reason: str) -> FileVerdict:
        return FileVerdict(claim.path, State.TAMPERED, reason, claim.case)

    path = _inside(folder, claim.path)
    if foreign:
        return tampered("not_of_the_version")
    if not path.is_file():
        return tampered("missing")
    if path.stat().st_size != claim.size:
        return tampered("size")
    if _sha256(path) != claim.sha256:
        return tampered("content")
    return FileVerdict(claim.path, State.INTACT, None, claim.case)


def _inside(folder: Path, name: str) -> Path:
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or "\0" in name:
        raise MalformedError("The manifest names a file outside the folder.")
    return folder / pure


def _sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _present(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() or path.is_symlink():
            yield path.relative_to(folder).as_posix()
