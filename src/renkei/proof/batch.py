"""The batch manifest: what a hospital says that it sends, so that nothing gets lost in silence."""

import re
from dataclasses import asdict, dataclass
from uuid import UUID

from renkei.proof.jcs import canonical
from renkei.proof.strict import Fields, MalformedError, is_text, parse_json

FORMAT = "renkei.batch/1"
KINDS = frozenset({"dicom", "nifti", "slide", "table", "fhir", "vcf", "maf", "label", "report"})
BASES = frozenset({"opt_in", "opt_out", "broad", "proxy"})
SEXES = frozenset({"M", "F", "O"})
MANIFEST_LIMIT = 256 * 1024 * 1024
MAX_SUBJECTS = 100_000
MAX_FILES = 2_000_000
_PSEUDONYM = re.compile(r"[A-Za-z0-9._-]{1,64}")
_UID = re.compile(r"[0-9.]{1,64}")


@dataclass(frozen=True, slots=True)
class SentConsent:
    """The basis of a subject's consent; `date_ok` was answered before dates were shifted."""

    basis: str
    version: str
    commercial: bool
    data_types: tuple[str, ...]
    date_ok: bool


@dataclass(frozen=True, slots=True)
class SentSubject:
    """One subject, with the facts that shifted dates would hide."""

    pseudonym: str
    consent: SentConsent | None
    in_approval_period: bool
    in_opt_out_window: bool
    adult: bool
    age: int | None
    sex: str | None
    year: int | None
    made: bool


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file; `n` names it within the batch."""

    n: int
    kind: str
    blake3: str
    bytes: int
    subject: str | None
    sop_uid: str | None
    refers: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class BatchManifest:
    """Everything one hospital sends at once."""

    site: UUID
    tool: str
    approval: str
    agreement: str
    rules_sha256: str
    key_fingerprint: str
    subjects: tuple[SentSubject, ...]
    files: tuple[SentFile, ...]

    def to_json(self) -> dict[str, object]:
        """Return the JSON object, `format` first."""
        return {
            "format": FORMAT,
            **asdict(self),
            "site": str(self.site),
            "subjects": [asdict(s) for s in self.subjects],
            "files": [asdict(f) for f in self.files],
        }

    def to_bytes(self) -> bytes:
        """Return the canonical bytes, which are also what is hashed and signed."""
        return canonical(self.to_json())


def parse_batch(data: bytes | object) -> BatchManifest:
    """Read a manifest from its bytes, or from the JSON value that they held.

    Raises:
        MalformedError: A field is missing, unknown or wrong; or two members have one name.
        OversizedError: Over 256 MB, 100,000 subjects or 2,000,000 files.
    """
    value = parse_json(data, limit=MANIFEST_LIMIT) if isinstance(data, bytes) else data
    fields = Fields(value, "batch")
    fields.choice("format", frozenset({FORMAT}))
    manifest = BatchManifest(
        site=fields.uuid("site"),
        tool=fields.text("tool", limit=80),
        approval=fields.text("approval", limit=80),
        agreement=fields.text("agreement", limit=80),
        rules_sha256=fields.hash("rules_sha256"),
        key_fingerprint=fields.text("key_fingerprint", limit=64),
        subjects=fields.items("subjects", _subject, limit=MAX_SUBJECTS),
        files=fields.items("files", _file, limit=MAX_FILES),
    )
    fields.done()
    _check(manifest)
    return manifest


def _subject(value: object) -> SentSubject:
    fields = Fields(value, "subject")
    found = SentSubject(
        pseudonym=fields.text("pseudonym", limit=64, pattern=_PSEUDONYM),
        consent=fields.optional("consent", lambda name: _consent(fields.anything(name))),
        in_approval_period=fields.flag("in_approval_period"),
        in_opt_out_window=fields.flag("in_opt_out_window"),
        adult=fields.flag("adult"),
        age=fields.optional("age", lambda name: fields.integer(name, most=130)),
        sex=fields.optional("sex", lambda name: fields.choice(name, SEXES)),
        year=fields.optional("year", lambda name: fields.integer(name, least=1880, most=2200)),
        made=fields.flag("made"),
    )
    fields.done()
    return found


def _consent(value: object) -> SentConsent:
    fields = Fields(value, "consent")
    found = SentConsent(
        basis=fields.choice("basis", BASES),
        version=fields.text("version", limit=40),
        commercial=fields.flag("commercial"),
        data_types=fields.items("data_types", lambda v: is_text(v, limit=40), limit=20),
        date_ok=fields.flag("date_ok"),
    )
    fields.done()
    return found


def _file(value: object) -> SentFile:
    fields = Fields(value, "file")
    found = SentFile(
        n=fields.integer("n", most=MAX_FILES),
        kind=fields.choice("kind", KINDS),
        blake3=fields.hash("blake3"),
        bytes=fields.integer("bytes"),
        subject=fields.optional("subject", lambda n: fields.text(n, limit=64, pattern=_PSEUDONYM)),
        sop_uid=fields.optional("sop_uid", lambda n: fields.text(n, limit=64, pattern=_UID)),
        refers=fields.optional("refers", lambda name: _refers(fields.anything(name))),
    )
    fields.done()
    return found


def _refers(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > 16:
        raise MalformedError("file: the field refers must be a small object.")
    return {is_text(k, limit=40): is_text(v, limit=200) for k, v in value.items()}


def _check(manifest: BatchManifest) -> None:
    names = {s.pseudonym for s in manifest.subjects}
    if len(names) != len(manifest.subjects):
        raise MalformedError("batch: a subject stands in it twice.")
    if len({f.n for f in manifest.files}) != len(manifest.files):
        raise MalformedError("batch: two files have one number.")
    if any(f.subject is not None and f.subject not in names for f in manifest.files):
        raise MalformedError("batch: a file belongs to a subject that is not listed.")
