"""What a report's signature binds: facts, texts, labels, who, in what part, and the one before.

A first reader signs, then a second, another person; what comes later is an addendum to both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from renkei.annotate.facts import Facts
from renkei.annotate.reports.sections import Language
from renkei.annotate.sign import SignatureBrokenError
from renkei.proof import canonical, digest
from renkei.proof.certificate import open_certificate, sign_certificate
from renkei.proof.note import SigningKey, Verifier

KIND = "report-signature"
FIRST = "0" * 64


class Part(StrEnum):
    """In what part somebody signs a report."""

    FIRST_READER = "first_reader"
    SECOND_READER = "second_reader"
    ADDENDUM = "addendum"


@dataclass(frozen=True, slots=True)
class ReportStatement:
    """What is signed: hashes and platform ids; `report` covers facts and texts, `previous` a note.

    `text` is the hash of an addendum's own texts, empty for the two readers.
    """

    report: str
    labels: str
    part: Part
    signer: str
    signed_at: str
    previous: str = FIRST
    text: str = ""


def report_hash(facts: Facts, texts: Mapping[Language, str]) -> str:
    """Return the hash that a signature binds: facts, with the labels' hash in them, and texts."""
    return digest(canonical({"facts": facts.to_json(), "texts": dict(texts)}))


def sign_report_statement(statement: ReportStatement, key: SigningKey) -> str:
    """Return the signed note of a statement."""
    return sign_certificate(KIND, {**asdict(statement), "part": statement.part.value}, key)


def verify_report(
    notes: Sequence[str],
    verifiers: Sequence[Verifier],
    *,
    facts: Facts,
    texts: Mapping[Language, str],
    added: Sequence[str] = (),
) -> tuple[ReportStatement, ...]:
    """Return what the notes of a report state, in their order; `added` hashes each one's own text.

    Raises:
        NoteRefusedError: One is not signed by one of the verifiers.
        SignatureBrokenError: A fact, a letter or a note is another than was signed.
    """
    found: list[ReportStatement] = []
    before, expected = FIRST, report_hash(facts, texts)
    for note in notes:
        fields = dict(open_certificate(note, verifiers, kind=KIND))
        try:
            statement = ReportStatement(**{**fields, "part": Part(str(fields["part"]))})  # type: ignore[arg-type]
        except (KeyError, TypeError, ValueError) as error:
            raise SignatureBrokenError("The signature states something else.") from error
        if statement.report != expected or statement.labels != facts.labels:
            raise SignatureBrokenError("This report is not the one that was signed.")
        if statement.previous != before:
            raise SignatureBrokenError("A signature of the report is missing or out of order.")
        if added and statement.text != added[len(found)]:
            raise SignatureBrokenError("An addendum is not the one that was signed.")
        before = digest(note.encode())
        found.append(statement)
    readers = [one.signer for one in found if one.part is not Part.ADDENDUM]
    if len(set(readers)) != len(readers):
        raise SignatureBrokenError("One person signed in both parts.")
    return tuple(found)
