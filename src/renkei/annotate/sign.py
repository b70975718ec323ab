"""Signatures: canonical JSON bound to labels, vocabulary, source and the signature before."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from renkei.annotate.vocabulary import load_vocabulary
from renkei.errors import DataRefusedError
from renkei.imaging.labels import LabelSet, label_hash
from renkei.proof import digest
from renkei.proof.certificate import open_certificate, sign_certificate
from renkei.proof.note import SigningKey, Verifier

KIND = "label-signature"
FIRST = "0" * 64


class SignatureBrokenError(DataRefusedError):
    """A signature does not belong to these labels, this vocabulary, or its chain."""


class Meaning(StrEnum):
    """In what part somebody signs."""

    ADJUDICATOR = "adjudicator"
    APPROVER = "approver"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed: hashes, codes and platform ids; never a name or number of a patient.

    `source` is the hash of the image's bytes, `signer` the user's id, `signed_at` ISO 8601 in
    UTC, `report` the hash of a report or empty, `previous` the hash of the note before.
    `credential` is what the signer's said at that moment, `amends` the hash of the note that this
    one replaces.
    """

    label: str
    vocabulary: str
    source: str
    comparison: str
    meaning: Meaning
    signer: str
    authors: tuple[str, ...]
    signed_at: str
    previous: str = FIRST
    report: str = ""
    credential: Mapping[str, Any] = field(default_factory=dict)
    amends: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {**asdict(self), "authors": list(self.authors), "meaning": self.meaning.value}


def sign_statement(statement: Statement, key: SigningKey) -> str:
    """Return the signed note of a statement."""
    return sign_certificate(KIND, statement.to_json(), key)


def note_hash(note: str) -> str:
    """Return the hash by which the next signature names this one."""
    return digest(note.encode())


def open_statement(note: str, verifiers: Sequence[Verifier]) -> Statement:
    """Return what a note states.

    Raises:
        NoteRefusedError: It is not signed by one of the verifiers.
        SignatureBrokenError: It states something else than a signature of labels.
    """
    fields: dict[str, Any] = dict(open_certificate(note, verifiers, kind=KIND))
    try:
        fields["meaning"] = Meaning(fields["meaning"])
        fields["authors"] = tuple(fields["authors"])
        return Statement(**fields)
    except (KeyError, TypeError, ValueError) as error:
        raise SignatureBrokenError("The signature states something else.") from error


def verify_labels(note: str, verifiers: Sequence[Verifier], labels: LabelSet) -> Statement:
    """Return the statement of a note when it is about exactly these labels.

    Raises:
        NoteRefusedError: It is not signed by one of the verifiers.
        SignatureBrokenError: A voxel, code, the grid or the vocabulary is another.
    """
    statement = open_statement(note, verifiers)
    if statement.label != label_hash(labels) or statement.vocabulary != labels.vocabulary:
        raise SignatureBrokenError("These labels are not the ones that were signed.")
    if load_vocabulary(statement.vocabulary).reference != statement.vocabulary:
        raise SignatureBrokenError("The vocabulary is not the one that was signed.")
    return statement


def verify_chain(notes: Sequence[str], verifiers: Sequence[Verifier]) -> None:
    """Check that each note names the one before.

    Raises:
        NoteRefusedError: One is not signed by one of the verifiers.
        SignatureBrokenError: One is missing, moved or was replaced.
    """
    before = FIRST
    for note in notes:
        if open_statement(note, verifiers).previous != before:
            raise SignatureBrokenError("A signature of the chain is missing or out of order.")
        before = note_hash(note)
