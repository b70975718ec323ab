"""Report texts: plain text of one subject."""

from renkei.collect.clinical import decode
from renkei.collect.kinds import MalformedError, UnknownSubjectError
from renkei.collect.part import Part, Sent, refuse_archive


def part_report(sent: Sent) -> list[Part]:
    """Take a plain text in UTF-8 or cp932 and store it as UTF-8.

    Raises:
        MalformedError: It is no text, or only blanks.
        UnknownSubjectError: It was sent for nobody.
    """
    refuse_archive(sent.data)
    text = decode(sent.data)
    if not text.strip():
        raise MalformedError("The report holds no text.")
    if sent.subject is None:
        raise UnknownSubjectError("A report must be sent for one subject.")
    return [Part(sent.subject, text.encode(), "text/plain", {"characters": len(text)})]
