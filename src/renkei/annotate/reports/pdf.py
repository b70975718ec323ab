"""A report as PDF with its key images; the same report gives the same bytes."""

from pathlib import Path

from renkei.annotate.reports.markdown import NOTICE, STATES
from renkei.annotate.reports.sections import LANGUAGES, heading, sections_of
from renkei.annotate.reports.status import Written
from renkei.proof.paper import print_pdf

TEMPLATE = Path(__file__).with_name("report.typ")


def write_pdf(written: Written) -> bytes:
    """Return both texts, who signed, and the figures that the text cites.

    Raises:
        MissingExtraError: The extra `server` is not installed.
    """
    readers = [*written.readers, "", ""]
    pictures = {f"figure-{n}.png": png for n, png in enumerate(written.figures, start=1)}
    facts = {
        "state": written.state.value,
        "state_words": STATES[written.state.value],
        "about": [
            ("症例 / Subject", written.subject),
            ("検査 / Study", written.study),
            ("一次読影医 / First reader", readers[0]),
            ("二次読影医 / Second reader", readers[1]),
            ("署名日時 / Signed", written.issued),
            ("SHA-256", f"{written.sha256[:16]}…" if written.sha256 else ""),
        ],
        "texts": {
            language: [
                (heading(key, language), text.splitlines())
                for key, text in sections_of(written.texts[language], language).items()
            ]
            for language in LANGUAGES
        },
        "addenda": written.addenda,
        "figures": list(pictures),
        "sha256": written.sha256,
        "notice": NOTICE,
    }
    return print_pdf(TEMPLATE, facts, pictures=pictures)
