"""Rules for Japanese and English text: what is an identity by its form, and what may be one.

`identities` are cut; `suspects` stay and are shown to a person of the hospital.
"""

import re
from functools import lru_cache

from renkei.deid.fold import Span, widened
from renkei.deid.people import maybe_named, named

_NUMERAL = "〇一二三四五六七八九十"
_YEAR = rf"(?:元|\d{{1,2}}|[{_NUMERAL}]{{1,3}})"
_TWO = rf"(?:\d{{1,2}}|[{_NUMERAL}]{{1,3}})"
_ERA = r"(?:令和|平成|昭和|大正|明治|(?<![A-Za-z])[RHSTM])"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DATES = (
    r"(?<!\d)(?:19|20)\d{2}\s?[年/.-]\s?\d{1,2}\s?[月/.-]\s?\d{1,2}日?",
    rf"二〇[{_NUMERAL}]{{2}}年[{_NUMERAL}]{{1,3}}月[{_NUMERAL}]{{1,3}}日",
    r"(?<![\d.])(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\d.])",
    rf"{_ERA}\s?{_YEAR}\s?[年./-]\s?{_TWO}\s?[月./-]\s?{_TWO}日?(?!\d)",
    rf"(?:令和|平成|昭和|大正|明治)\s?{_YEAR}年(?:\s?{_TWO}月)?",
    r"(?<![A-Za-z\d])[RHST]\d{6}(?!\d)",
    r"(?<![A-Za-z\d])(?:[RHST]\.|[令平昭大明])\s?\d{1,2}[./-]\d{1,2}[./-]\d{1,2}(?!\d)",
    r"(?<![A-Za-z\d])[RHST]\d{1,2}年(?![間前後])",
    r"(?<!\d)\d{1,2}月\s?\d{1,2}日(?![間目分])",
    r"(?<![\d/])\d{1,2}/\d{1,2}/(?:19|20)\d{2}(?!\d)",
    r"(?<!\d)(?:19|20)\d{2}年(?:\s?\d{1,2}月)?(?!代)",
    r"'\d\d[./]\d{1,2}[./]\d{1,2}(?!\d)|(?<![\d/])[0-3]\d/[01]\d/[0-3]\d(?![\d/])",
    rf"(?<!\d)\d{{1,2}}[ -]{_MONTH}[ ,-]+(?:19|20)\d{{2}}",
    rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d{{2}}",
)
_NUMBERS = (
    r"(?<![\d.])(?:\+81[- ]?|0)\d{1,4}[-(（ー ]\d{1,4}[-)）ー ]\d{3,4}(?![\d.])",
    r"(?:電話|TEL|Tel|FAX|Fax|携帯|内線|PHS)(?:番号)?[ :.]*\d[\d-]{3,}",
    r"(?<![\d.])0\d{1,3}\.\d{2,4}\.\d{4}(?![\d.])",
    r"(?:〒|郵便(?:番号)?)[ :]?\d{3}-?\d{4}",
    r"\bNo\.? ?\d{5,}",
    r"(?<![\d.-])\d{3}-\d{4}(?![\d.-])(?=\s*(?:東京|北海|京都|大阪|[一-龥]{2,3}県))",
    r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+",
    r"https?://\S+",
    r"(?<![\d.])\d{7,}(?![\d.])",
    r"(?:患者|カルテ|診察券|登録|受付|保険者|病理|検体)(?:ID|番号|No\.?)[ :.は]*[A-Za-z0-9-]{3,}",
    r"\b(?:MRN|ID|Pt ?ID|Acc(?:ession)?)(?: ?(?:No|no|#))?[ :.#]+[A-Za-z]{0,3}-?\d[\dA-Za-z-]{3,}",
)
_PREFECTURES = (
    "北海道|東京都|京都府|大阪府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|"
    "福井|山梨|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|"
    "長崎|熊本|大分|宮崎|鹿児島|沖縄)県"
)
_BLOCK = r"(?:[一-龥ァ-ヶーの]{0,12}?\d[\d番地丁目号-]*)?"
_PLACES = (
    rf"(?:{_PREFECTURES}|[一-龥]{{2,3}}[都道府県])(?:[一-龥ヶケ]{{1,8}}?[市区町村郡])+{_BLOCK}",
    rf"(?:{_PREFECTURES})(?=[在出]|から|より)",
    r"[一-龥ヶ]{2,8}?[市区町村][一-龥ヶぁ-ん]{0,8}?\d{1,4}(?:丁目|番地?|-)[\d番地号-]{0,9}",
    r"[一-龥ヶ]{2,6}[市区町村](?=から|より|在住|出身|の自宅|[にへ]転居)",
    r"\d{1,3}丁目\d{1,3}番(?:地)?(?:\d{1,3}号)?",
    r"\b(?:[A-Z][\w.]+\s){1,4}(?:Hospital|Clinic|University|Medical Center|Infirmary)\b",
)  # fmt: skip
_WORK = r"勤務先[は: ]{1,2}[^\s。、]{2,20}"
_IDENTITIES = re.compile("|".join(f"(?:{rule})" for rule in (*_DATES, *_NUMBERS, *_PLACES, _WORK)))


@lru_cache(maxsize=4096)
def identities(text: str) -> tuple[Span, ...]:
    """Return the places that are an identity by their form."""
    wide = widened(text)
    found = [m.span() for m in _IDENTITIES.finditer(wide.text)]
    return tuple(wide.span(*span) for span in (*found, *named(wide.text)))


def suspects(text: str) -> list[Span]:
    """Return the places that may name somebody; a person has to look."""
    wide = widened(text)
    return [wide.span(*span) for span in maybe_named(wide.text)]
