"""A whole version's manifest as one JSON document, for folders that hold all of it."""

from renkei.proof.jcs import canonical
from renkei.proof.strict import Fields, MalformedError, is_hash, is_text, parse_json
from renkei.proof.version import LINE_LIMIT, VersionManifest, build_version, parse_line

FORMAT = "renkei.version/1"
LIMIT = 512 * 1024 * 1024
MAX_LINES = 5_000_000


def version_document(version: VersionManifest) -> bytes:
    """Return the document; it holds the salts, so only who holds the data may have it."""
    return canonical(
        {
            "format": FORMAT,
            "header": dict(version.header),
            "lines": [line.to_bytes().decode() for line in version.lines],
            "salts": {name: salt.hex() for name, salt in version.salts.items()},
        }
    )


def parse_version(data: bytes) -> VersionManifest:
    """Read the document.

    Raises:
        MalformedError: A field is wrong.
        ManifestRefusedError: Paths repeat or salts lack.
    """
    fields = Fields(parse_json(data, limit=LIMIT), "version")
    fields.choice("format", frozenset({FORMAT}))
    header, salts = fields.anything("header"), fields.anything("salts")
    lines = fields.items(
        "lines", lambda v: parse_line(is_text(v, limit=LINE_LIMIT).encode()), limit=MAX_LINES
    )
    fields.done()
    if not isinstance(header, dict) or not isinstance(salts, dict):
        raise MalformedError("version: header and salts must be objects.")
    return build_version(
        header, lines, {name: bytes.fromhex(is_hash(salt)) for name, salt in salts.items()}
    )
