"""A delivery's manifest: which bytes one licensee got, and that they are the version's cases.

Its root is a tree over the canonical file rows in path order and is anchored on its own; every
case brings the proof that it stands in the licensed version.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from renkei.proof import merkle
from renkei.proof.jcs import canonical
from renkei.proof.strict import Fields, MalformedError, parse_json
from renkei.proof.version import CaseProof, parse_case, parse_line, verify_case

FORMAT = "renkei.delivery/1"
LIMIT = 512 * 1024 * 1024
MAX_FILES = 5_000_000


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """One delivered file; `case` is its case root; `mark` commits to a mark in its bytes."""

    path: str
    size: int
    sha256: str
    case: str | None = None
    leaf: str | None = None
    mark: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return the row."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class DeliveryManifest:
    """Everything that one delivery holds, for one recipient key."""

    licence: str
    version: str
    key_fingerprint: str
    files: tuple[DeliveredFile, ...]
    cases: tuple[CaseProof, ...]

    @property
    def root(self) -> str:
        """Return the delivery root as hex."""
        return merkle.root([merkle.leaf_hash(canonical(f.to_json())) for f in self.files]).hex()

    def payload(self) -> dict[str, object]:
        """Return what the ledger commits to."""
        return {
            "root": self.root,
            "licence": self.licence,
            "version": self.version,
            "key_fingerprint": self.key_fingerprint,
            "files": len(self.files),
        }

    def to_bytes(self) -> bytes:
        """Return the canonical JSON document."""
        return canonical(
            {
                "format": FORMAT,
                "licence": self.licence,
                "version": self.version,
                "key_fingerprint": self.key_fingerprint,
                "files": [f.to_json() for f in self.files],
                "cases": [c.to_json() for c in self.cases],
            }
        )


def build_delivery(
    *,
    licence: str,
    version: str,
    key_fingerprint: str,
    files: Iterable[DeliveredFile],
    cases: Iterable[CaseProof],
) -> DeliveryManifest:
    """Return the manifest with files in path order and cases in the order of their roots."""
    return DeliveryManifest(
        licence,
        version,
        key_fingerprint,
        tuple(sorted(files, key=lambda f: f.path)),
        tuple(sorted(cases, key=lambda c: c.case_root)),
    )


def parse_delivery(data: bytes) -> DeliveryManifest:
    """Read a delivery's manifest; `foreign_files` tells whether it fits its version.

    Raises:
        MalformedError: A field is wrong or two files have one path.
        OversizedError: Over 512 MB or 5,000,000 files.
    """
    fields = Fields(parse_json(data, limit=LIMIT), "delivery")
    fields.choice("format", frozenset({FORMAT}))
    found = DeliveryManifest(
        licence=fields.text("licence", limit=80),
        version=fields.hash("version"),
        key_fingerprint=fields.hash("key_fingerprint"),
        files=fields.items("files", _file, limit=MAX_FILES),
        cases=fields.items("cases", parse_case, limit=MAX_FILES),
    )
    fields.done()
    if len({f.path for f in found.files}) != len(found.files):
        raise MalformedError("delivery: two files have the same path.")
    return found


def _file(value: object) -> DeliveredFile:
    fields = Fields(value, "delivered file")
    found = DeliveredFile(
        path=fields.text("path", limit=1000),
        size=fields.integer("size"),
        sha256=fields.hash("sha256"),
        case=fields.optional("case", fields.hash),
        leaf=fields.optional("leaf", fields.text),
        mark=fields.optional("mark", fields.hash),
    )
    fields.done()
    return found


def foreign_files(delivery: DeliveryManifest) -> list[str]:
    """Return the paths of files that claim a case of the version and are none of it.

    An unmarked file has to be the very bytes of its manifest line; files without a case were
    generated for this delivery and stand only in it.
    """
    known = {
        case.case_root: {line.path: line.sha256 for line in map(parse_line, case.lines)}
        for case in delivery.cases
        if verify_case(case, delivery.version)
    }
    return [f.path for f in delivery.files if f.case is not None and not _fits(f, known)]


def _fits(file: DeliveredFile, known: dict[str, dict[str, str]]) -> bool:
    lines = known.get(file.case or "", {})
    expected = lines.get(file.leaf or "")
    return expected is not None and (file.mark is not None or expected == file.sha256)
