"""Free text: take out what is known of this patient, then what looks like an identity."""

import re
import unicodedata

from renkei.deid.identifiers import Identifiers

# 様 and 先生 after these name no person: a patient in general, "alike", "pattern", "various".
_NOBODY = "(?<!患者)(?<!お客)(?<![同模多異仕皆一各])"
_DATE = r"(?:19|20)\d{2}\s?[年/.-]\s?\d{1,2}\s?[月/.-]\s?\d{1,2}日?"
_COMPACT = r"(?<![\d.])(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\d.])"
_ERA = (
    r"(?:令和|平成|昭和|大正|明治|(?<![A-Za-z])[RHST])\s?(?:元|\d{1,2})"
    r"[年./-]\s?\d{1,2}[月./-]\s?\d{1,2}日?"
)
_PHONE = r"(?<!\d)0\d{1,4}[-(（]\d{1,4}[-)）]\d{3,4}(?!\d)"
_POST = r"〒\s?\d{3}-?\d{4}"
_MAIL = r"[\w.+-]+@[\w-]+\.[\w.-]+"
_LONG_NUMBER = r"(?<![\d.])\d{7,}(?![\d.])"
_PLACE = r"[一-龥々ァ-ヶーA-Za-z]{1,20}(?:病院|医院|クリニック|診療所|医療センター|大学)"
_HOSPITAL = r"\b(?:[A-Z][\w.]+\s){1,4}(?:Hospital|Clinic|University|Medical Center)\b"
_ROLE = rf"[一-龥々ァ-ヶぁ-ん]{{1,6}}{_NOBODY}\s?(?:先生|医師|技師|看護師|様)"
_TITLE = r"\b(?:Dr|Prof|Mr|Mrs|Ms)\.?\s?[A-Z][\w'-]+"
_ADDRESS = r"[一-龥]{2,3}[都道府県][一-龥]{1,8}[市区町村郡][^\s,]{0,20}"
RULES = re.compile(
    "|".join(
        f"(?:{r})"
        for r in (
            _DATE, _COMPACT, _ERA, _PHONE, _POST, _MAIL, _LONG_NUMBER, _PLACE, _HOSPITAL,
            _ROLE, _TITLE, _ADDRESS,
        )
    )
)  # fmt: skip
_SPACES = re.compile(r"\s{2,}")


def clean_text(text: str, known: Identifiers) -> tuple[str, int]:
    """Return the text without identities and the number of places that were cut.

    A hit that only the folded form shows (full-width, half-width kana) cannot be cut exactly; then
    nothing of the text is kept.
    """
    cut, places = _cut_known(text, known)
    cut, more = RULES.subn(" ", cut)
    places += more
    if known.found_in(cut) or RULES.search(unicodedata.normalize("NFKC", cut)):
        return "", places + 1
    return (_SPACES.sub(" ", cut).strip(), places) if places else (text, 0)


def _cut_known(text: str, known: Identifiers) -> tuple[str, int]:
    if not known.found_in(text):
        return text, 0
    places = 0
    for form in sorted(known.spelled, key=len, reverse=True):
        edge = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])" if form.isascii() and len(form) < 5 else "{}"
        if form.isdigit():
            edge = r"(?<!\d)0*{}(?!\d)"
        text, count = re.subn(edge.format(re.escape(form)), " ", text, flags=re.IGNORECASE)
        places += count
    return text, places
