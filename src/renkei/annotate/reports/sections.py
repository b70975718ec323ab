"""The sections of a report: their headings in two languages, and how a text is cut by them."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")
RADIOLOGY = (
    "examination",
    "clinical",
    "comparison",
    "technique",
    "findings",
    "diagnosis",
    "recommendation",
)
PATHOLOGY = (
    "examination",
    "clinical",
    "comparison",
    "diagnosis",
    "findings",
    "synoptic",
    "recommendation",
)
# What says something of the patient, and so is held against the facts.
TOLD = frozenset({"findings", "diagnosis", "synoptic"})
# The first is what a draft writes; the others are what people write.
HEADINGS: dict[Language, dict[str, tuple[str, ...]]] = {
    "ja": {
        "examination": ("検査情報", "検体", "検体情報"),
        "clinical": ("臨床情報", "依頼目的", "検査目的"),
        "comparison": ("比較", "比較対象", "前回検査"),
        "technique": ("撮像条件", "撮影条件", "検査方法"),
        "findings": ("所見", "画像所見", "組織所見"),
        "diagnosis": ("診断", "画像診断", "病理診断", "印象", "結論"),
        "synoptic": ("評価項目", "記載項目"),
        "recommendation": ("推奨", "推奨事項", "コメント"),
    },
    "en": {
        "examination": ("examination", "exam", "specimen"),
        "clinical": ("clinical information", "clinical history", "indication"),
        "comparison": ("comparison", "prior"),
        "technique": ("technique", "protocol"),
        "findings": ("findings", "microscopy"),
        "diagnosis": ("diagnosis", "impression", "conclusion"),
        "synoptic": ("synoptic items", "synoptic report"),
        "recommendation": ("recommendation", "recommendations", "comment"),
    },
}
_HEADING: dict[Language, dict[str, str]] = {
    language: {word: key for key, words in table.items() for word in words}
    for language, table in HEADINGS.items()
}


def heading(section: str, language: Language) -> str:
    """Return the heading that a draft writes over a section."""
    return HEADINGS[language][section][0].capitalize()


def lines_of(text: str, language: Language) -> Iterator[tuple[str, str]]:
    """Yield (section, line) in NFKC; what stands before the first heading has no section.

    Full-width digits and units hide half of the sizes in Japanese reports from any rule.
    """
    section = ""
    for line in unicodedata.normalize("NFKC", text).splitlines():
        plain, _, rest = line.strip().strip("【】[]#*■◆● ").partition(":")
        found = _HEADING[language].get(plain.strip("】] ").casefold())
        if found:
            section, line = found, rest  # noqa: PLW2901  what follows the colon belongs below
        if line.strip():
            yield section, line


def sections_of(text: str, language: Language) -> dict[str, str]:
    """Return a text by its sections, as it was written."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in text.splitlines():
        folded = unicodedata.normalize("NFKC", line).strip().strip("【】[]#*■◆●: ").casefold()
        section = _HEADING[language].get(folded, section)
        if folded not in _HEADING[language] and section:
            found.setdefault(section, []).append(line)
        elif section:
            found.setdefault(section, [])
    return {key: "\n".join(lines).strip() for key, lines in found.items()}


def join_sections(sections: dict[str, str], language: Language) -> str:
    """Return one text of sections, each below its heading."""
    parts = (f"{heading(key, language)}\n{text.strip()}" for key, text in sections.items())
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(parts)).strip() + "\n"
