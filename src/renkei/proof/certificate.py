"""Certificates: a statement as canonical JSON inside a signed note, checked offline."""

from collections.abc import Mapping, Sequence

from renkei.proof.jcs import canonical
from renkei.proof.note import SigningKey, Verifier, open_note, sign_note
from renkei.proof.strict import Fields, MalformedError, parse_json

FORMAT = "renkei.certificate/1"
LIMIT = 900_000


def sign_certificate(kind: str, statement: Mapping[str, object], *keys: SigningKey) -> str:
    """Return the note that states `statement`; `kind` says what it certifies, such as "recall"."""
    body = canonical({"format": FORMAT, "kind": kind, "statement": dict(statement)})
    return sign_note(body.decode() + "\n", *keys)


def open_certificate(
    note: str, verifiers: Sequence[Verifier], *, kind: str, needed: int = 1
) -> dict[str, object]:
    """Return the statement of a certificate of that kind.

    Raises:
        NoteRefusedError: It is not signed by those who must sign it.
        MalformedError: It certifies something else.
    """
    text = open_note(note, verifiers, needed=needed)
    fields = Fields(parse_json(text.encode(), limit=LIMIT), "certificate")
    fields.choice("format", frozenset({FORMAT}))
    fields.choice("kind", frozenset({kind}))
    statement = fields.anything("statement")
    fields.done()
    if not isinstance(statement, dict):
        raise MalformedError("certificate: the statement must be an object.")
    return statement
