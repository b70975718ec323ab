"""A report as Markdown and as JSON."""

import json

from renkei.annotate.facts import Facts
from renkei.annotate.reports.sections import LANGUAGES, heading, sections_of
from renkei.annotate.reports.status import Written

NOTICE = "研究用・医療機器ではありません / Research use only, not a medical device"
STATES = {
    "draft": "下書き / Draft",
    "preliminary": "一次読影済 / Preliminary",
    "signed": "確定 / Final",
    "amended": "追記あり / Amended",
    "entered_in_error": "誤記載 / Entered in error",
}


def write_markdown(written: Written) -> str:
    """Return both texts with their headings, what was added, who signed, and the hash."""
    lines = ["# 読影報告書 / Reading report", "", f"- {STATES[written.state.value]}"]
    lines += [f"- {name}: {value}" for name, value in _about(written) if value]
    for language in LANGUAGES:
        for section, text in sections_of(written.texts[language], language).items():
            lines += ["", f"## {heading(section, language)}", "", *_kept(text)]
    for n, pair in enumerate(written.addenda, start=1):
        lines += ["", f"## 追記 / Addendum {n}", "", *(part for part in pair if part)]
    return "\n".join([*lines, "", f"*{NOTICE}*", ""])


def write_json(facts: Facts, written: Written) -> str:
    """Return facts, texts, addenda, who signed, and the hash that the signatures bind."""
    found = {
        "id": written.id,
        "state": written.state.value,
        "study": written.study,
        "subject": written.subject,
        "issued": written.issued,
        "readers": list(written.readers),
        "facts": facts.to_json(),
        "texts": written.texts,
        "addenda": [{"ja": ja, "en": en} for ja, en in written.addenda],
        "sha256": written.sha256,
        "notice": NOTICE,
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _about(written: Written) -> list[tuple[str, str]]:
    titles = ("一次読影医 / First reader", "二次読影医 / Second reader")
    signed = list(zip(titles, written.readers, strict=False))
    return [
        ("症例 / Subject", written.subject),
        ("検査 / Study", written.study),
        *signed,
        ("署名日時 / Signed", written.issued),
        ("SHA-256", written.sha256),
    ]


def _kept(text: str) -> list[str]:
    """Keep each line a line of its own; Markdown would run them together."""
    return [f"{line}  " if line.strip() else "" for line in text.splitlines()]
