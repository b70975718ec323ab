"""Reports as plain text: what is known of the patient, or is an identity by its form, is cut."""

from renkei.deid.charset import UndecodableError, decode, readings
from renkei.deid.identifiers import Identifiers
from renkei.deid.identifiers import known as identifiers
from renkei.deid.pseudonym import PseudonymKey, name_file, pseudonym
from renkei.deid.residual import scan
from renkei.deid.result import Kind, Result, State, held
from renkei.deid.text import clean_text

MAX_BYTES = 4 << 20


def deidentify_report(
    data: bytes, key: PseudonymKey, *, patient: str, known: Identifiers | None = None
) -> Result:
    """Return the report as UTF-8, cleaned line by line."""
    if len(data) > MAX_BYTES:
        return held(Kind.REPORT, "too_large")
    try:
        text = decode(data.removeprefix(b"\xef\xbb\xbf"), ())
    except UndecodableError:
        return held(Kind.REPORT, "encoding")
    subject = pseudonym(key, "patient", patient)
    theirs = (known or Identifiers()) | identifiers(numbers=[patient])
    # Bytes that fit two encodings: a name must not pass as nonsense that can be read back.
    if any(theirs.found_in(other) for other in readings(data)) and not theirs.found_in(text):
        return held(Kind.REPORT, "encoding", subject=subject)
    lines = [clean_text(line.strip(), theirs) for line in text.splitlines()]
    plain = "\n".join(line for line, _ in lines).strip()
    if not plain:
        return held(Kind.REPORT, "no_text_left", subject=subject)
    clean = (plain + "\n").encode("utf-8")
    # A name may be parted by a line break: then the whole tells what its lines do not.
    if scan(clean, theirs) or theirs.found_in(plain):
        return held(Kind.REPORT, "identifier_left", subject=subject)
    return Result(
        Kind.REPORT,
        State.CLEAN,
        data=clean,
        name=name_file(key, clean, ".txt"),
        counts={"lines": len(lines), "cleaned": sum(bool(cut) for _, cut in lines)},
        subject=subject,
    )
