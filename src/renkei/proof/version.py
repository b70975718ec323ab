"""A version's identity: header, manifest lines, one salted subtree per subject, one id.

leaf = SHA-256(00 ‖ salt ‖ line); case root = tree over the case's leaves in path order; version
root = tree over the case roots, each hashed as a leaf, sorted; id = SHA-256(root ‖ header hash).
Because each subject has its own salt, one case can be shown while the others stay unguessable.
"""

import hashlib
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from renkei.errors import DataRefusedError, NotFoundError
from renkei.proof import merkle
from renkei.proof.commitment import SALT_BYTES
from renkei.proof.jcs import canonical
from renkei.proof.strict import Fields, is_hash, is_text, parse_json

LINE_LIMIT = 1_000_000
PROOF_LIMIT = 64 * 1024 * 1024
SHARED = ""  # the group of files without a subject: card, licence text, dataset.json


class ManifestRefusedError(DataRefusedError):
    """A version's manifest does not hold together."""


class NoSuchCaseError(NotFoundError):
    """The version has no case of this subject."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file of a version; `subject` is the version's own subject id, None for shared files."""

    path: str
    size: int
    sha256: str
    role: str
    subject: str | None = None
    split: str | None = None
    sources: tuple[str, ...] = ()
    plan: str | None = None
    signoff: str | None = None
    basis: str | None = None

    def to_bytes(self) -> bytes:
        """Return the canonical line without its newline; absent facts are left out."""
        facts = {name: getattr(self, name) for name in self.__slots__}
        return canonical({k: v for k, v in facts.items() if v is not None and v != ()})


def parse_line(line: bytes) -> FileLine:
    """Read one manifest line.

    Raises:
        MalformedError: It is not one.
    """
    fields = Fields(parse_json(line, limit=LINE_LIMIT), "manifest line")

    def maybe(name: str) -> str | None:
        return fields.optional(name, fields.text)

    found = FileLine(
        path=fields.text("path", limit=1000),
        size=fields.integer("size"),
        sha256=fields.hash("sha256"),
        role=fields.text("role", limit=40),
        subject=maybe("subject"),
        split=maybe("split"),
        sources=fields.optional("sources", lambda n: fields.items(n, is_hash, limit=20_000)) or (),
        plan=maybe("plan"),
        signoff=maybe("signoff"),
        basis=maybe("basis"),
    )
    fields.done()
    return found


@dataclass(frozen=True, slots=True)
class CaseProof:
    """Everything that shows one case to be part of a version, and nothing of the others."""

    lines: tuple[bytes, ...]
    salt: bytes
    index: int
    cases: int
    hashes: tuple[bytes, ...]
    header_sha256: str

    @property
    def case_root(self) -> str:
        """Return the root of the case's subtree as hex: its name in recall lists."""
        return case_root(self.lines, self.salt).hex()

    def to_json(self) -> dict[str, object]:
        """Return the JSON object."""
        return {
            "lines": [line.decode() for line in self.lines],
            "salt": self.salt.hex(),
            "index": self.index,
            "cases": self.cases,
            "hashes": [h.hex() for h in self.hashes],
            "header_sha256": self.header_sha256,
        }


def parse_case(value: object) -> CaseProof:
    """Read a case proof from its JSON value.

    Raises:
        MalformedError: It is not one.
    """
    fields = Fields(value, "case proof")
    found = CaseProof(
        lines=fields.items("lines", lambda v: is_text(v, limit=LINE_LIMIT).encode(), limit=100_000),
        salt=bytes.fromhex(fields.hash("salt")),
        index=fields.integer("index"),
        cases=fields.integer("cases", least=1),
        hashes=fields.items("hashes", lambda v: bytes.fromhex(is_hash(v)), limit=64),
        header_sha256=fields.hash("header_sha256"),
    )
    fields.done()
    return found


@dataclass(frozen=True, slots=True)
class VersionManifest:
    """A header, the files sorted by path, and a salt per subject (and one for shared files)."""

    header: Mapping[str, object]
    lines: tuple[FileLine, ...]
    salts: Mapping[str, bytes]

    @property
    def id(self) -> str:
        """Return SHA-256(root ‖ header hash) as hex."""
        return version_id(self.root, self.header_sha256)

    @property
    def root(self) -> bytes:
        """Return the root over the case roots."""
        return merkle.root([merkle.leaf_hash(r) for r in self._sorted_roots()])

    @property
    def header_sha256(self) -> str:
        """Return the hash of the canonical header."""
        return hashlib.sha256(canonical(dict(self.header))).hexdigest()

    def case_roots(self) -> dict[str, bytes]:
        """Return the subtree root of each subject, `SHARED` for files without one."""
        groups: dict[str, list[bytes]] = {}
        for line in self.lines:
            groups.setdefault(line.subject or SHARED, []).append(line.to_bytes())
        return {name: case_root(lines, self.salts[name]) for name, lines in groups.items()}

    def leaf(self, line: FileLine) -> str:
        """Return the leaf of one file as hex."""
        return line_leaf(line.to_bytes(), self.salts[line.subject or SHARED]).hex()

    def to_lines(self) -> bytes:
        """Return the JSON Lines."""
        return b"".join(line.to_bytes() + b"\n" for line in self.lines)

    def _sorted_roots(self) -> list[bytes]:
        # Sorted by hash: the order tells nothing about subjects and needs no id to repeat.
        return sorted(self.case_roots().values())


def build_version(
    header: Mapping[str, object], lines: Iterable[FileLine], salts: Mapping[str, bytes]
) -> VersionManifest:
    """Return the manifest of a version; the order of `lines` does not matter.

    Raises:
        ManifestRefusedError: Two files have one path, or a subject lacks a salt of 32 bytes.
    """
    ordered = tuple(sorted(lines, key=lambda line: line.path))
    if any(a.path == b.path for a, b in itertools.pairwise(ordered)):
        raise ManifestRefusedError("Two files of the version have the same path; name each once.")
    needed = {line.subject or SHARED for line in ordered}
    if any(len(salts.get(name, b"")) != SALT_BYTES for name in needed):
        raise ManifestRefusedError("Each subject needs a salt of 32 bytes.")
    return VersionManifest(header, ordered, {name: salts[name] for name in needed})


def read_lines(data: bytes, *, limit: int = PROOF_LIMIT) -> tuple[FileLine, ...]:
    """Read JSON Lines of a manifest.

    Raises:
        ManifestRefusedError: Over `limit` bytes.
        MalformedError: A line is none.
    """
    if len(data) > limit:
        raise ManifestRefusedError("The manifest is too long.")
    return tuple(parse_line(line) for line in data.splitlines() if line)


def prove_subject(version: VersionManifest, subject: str) -> CaseProof:
    """Return the proof that shows one subject's case alone.

    Raises:
        NoSuchCaseError: The version has none.
    """
    roots = version.case_roots()
    if subject not in roots:
        raise NoSuchCaseError("The version has no case of this subject.")
    ordered = sorted(roots.values())
    index = ordered.index(roots[subject])
    hashes = merkle.inclusion([merkle.leaf_hash(r) for r in ordered], index)
    lines = (line.to_bytes() for line in version.lines if (line.subject or SHARED) == subject)
    return CaseProof(
        tuple(lines),
        version.salts[subject],
        index,
        len(ordered),
        tuple(hashes),
        version.header_sha256,
    )


def verify_case(case: CaseProof, version: str) -> bool:
    """Tell whether the case stands in the version of this id."""
    leaf = merkle.leaf_hash(case_root(case.lines, case.salt))
    found = merkle.root_from(leaf, case.index, case.cases, case.hashes)
    return found is not None and version_id(found, case.header_sha256) == version


def version_id(root: bytes, header_sha256: str) -> str:
    """Return SHA-256(root ‖ header hash) as hex."""
    return hashlib.sha256(root + bytes.fromhex(header_sha256)).hexdigest()


def line_leaf(line: bytes, salt: bytes) -> bytes:
    """Return SHA-256(00 ‖ salt ‖ line)."""
    return merkle.leaf_hash(salt + line)


def case_root(lines: Iterable[bytes], salt: bytes) -> bytes:
    """Return the root over the leaves of one case, its lines in path order."""
    return merkle.root([line_leaf(line, salt) for line in lines])
