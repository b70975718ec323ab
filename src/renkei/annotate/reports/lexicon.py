"""Words of reports beside the vocabulary's: how sure, which side, since when, which sex."""

import re

from renkei.annotate.reports.sections import Language
from renkei.annotate.vocabulary import Side

SIDES: dict[Language, dict[Side, re.Pattern[str]]] = {
    "ja": {Side.LEFT: re.compile(r"左(?!葉)"), Side.RIGHT: re.compile(r"右(?!葉)")},
    "en": {
        Side.LEFT: re.compile(r"\bleft\b(?! (?:lobe|hepatic))", re.IGNORECASE),
        Side.RIGHT: re.compile(r"\bright\b(?! (?:lobe|hepatic))", re.IGNORECASE),
    },
}
# The first that is said decides: a doubt that is itself doubted reads as the weaker of both.
CERTAINTY: dict[Language, tuple[tuple[int, re.Pattern[str]], ...]] = {
    "ja": (
        (1, re.compile(r"否定的|否定され|除外され")),
        (2, re.compile(r"可能性(?:は|が|も)?(?:低|乏し|少な)|考えにく|考え難|疑いは低")),
        (3, re.compile(r"可能性|否定でき(?:な|ま)|かもしれ|鑑別|断定困難|疑いも|の疑い\?")),
        (4, re.compile(r"疑|思われ|考えられ|考え(?:る|ます)|示唆|推定")),
    ),
    "en": (
        (
            3,
            re.compile(
                r"\b(?:cannot|not) (?:be )?(?:\w+ly )?(?:excluded?|ruled out)", re.IGNORECASE
            ),
        ),
        (1, re.compile(r"\b(?:excluded|ruled out)\b", re.IGNORECASE)),
        (2, re.compile(r"\b(?:unlikely|doubtful|improbable)\b", re.IGNORECASE)),
        (
            3,
            re.compile(
                r"\b(?:possibl[ey]|may|might|could|indeterminate|equivocal|questionable)\b",
                re.IGNORECASE,
            ),
        ),
        (
            4,
            re.compile(
                r"\b(?:probabl[ey]|likely|suspicious|suspected|suspicion|suggest\w*|presumed|"
                r"favou?r\w*)\b",
                re.IGNORECASE,
            ),
        ),
    ),
}
PRIOR: dict[Language, re.Pattern[str]] = {
    "ja": re.compile(r"前回|以前|既存検査|比較して|比べ|(?<!の)過去(?!の検査との比較)"),
    "en": re.compile(
        r"\b(?:prior|previous(?:ly)?|earlier|formerly|compared (?:with|to))\b",
        re.IGNORECASE,
    ),
}
CHANGES: dict[Language, dict[str, re.Pattern[str]]] = {
    "ja": {
        "new": re.compile(r"新規|新た[なに]|新出|今回(?:新た|出現)|出現し"),
        "unchanged": re.compile(
            r"不変|(?:著変|変化|増大|縮小)(?:傾向)?(?:は|を|に)?(?:な[いくし]|認め(?:な|ませ|ず|られな))|"
            r"横ばい|同程度|変わら(?:ず|な)"
        ),
        "enlarged": re.compile(r"増大|増悪|拡大"),
        "smaller": re.compile(r"縮小|退縮"),
        "resolved": re.compile(r"消失"),
    },
    "en": {
        "new": re.compile(r"\bnew(?:ly)?\b", re.IGNORECASE),
        "unchanged": re.compile(
            r"\b(?:unchanged|stable|similar|not (?:significantly )?(?:changed|enlarged|increased|"
            r"decreased)|no (?:significant |interval )*(?:change|growth|increase|enlargement))\b",
            re.IGNORECASE,
        ),
        "enlarged": re.compile(
            r"\b(?:enlarged|increased|larger|grown|growth|progress(?:ed|ion))\b", re.IGNORECASE
        ),
        "smaller": re.compile(r"\b(?:smaller|decreased|shrunk\w*|regress\w*)\b", re.IGNORECASE),
        "resolved": re.compile(r"\b(?:resolved|disappeared|no longer)\b", re.IGNORECASE),
    },
}
_MALE = (
    r"前立腺|精嚢|精巣|陰茎|"
    r"\b(?:prostate|prostatic|seminal vesicles?|test[ie]s|testicular|penis)\b"
)
_FEMALE = (
    r"子宮|卵巣|卵管|腟|膣|"
    r"\b(?:uterus|uterine|ovar(?:y|ies|ian)|vagina|vaginal|endometri\w+)\b"
)
# The organs that somebody of this sex does not have.
OTHER_SEX: dict[str, re.Pattern[str]] = {
    "F": re.compile(_MALE, re.IGNORECASE),
    "M": re.compile(_FEMALE, re.IGNORECASE),
}
COUNT: dict[Language, re.Pattern[str]] = {
    "ja": re.compile(r"(?P<n>\d+|[一二三四五六])\s*(?:個|つ|か所|箇所|ヶ所|カ所)"),
    "en": re.compile(
        r"\b(?P<n>\d+|one|two|three|four|five|six|a single|single)\s+(?P<what>[a-z]+(?: [a-z]+)?)",
        re.IGNORECASE,
    ),
}
_WORDS = ("one", "two", "three", "four", "five", "six")
_KANJI = "一二三四五六"
CLAUSE: dict[Language, re.Pattern[str]] = {
    "ja": re.compile(r"。|\n|;|が、"),
    "en": re.compile(r"\.(?=\s|$)|\n|;|, but |, while "),
}
# These say of the whole examination that it cannot tell, not of a lesion.
NOT_ASSESSED = re.compile(r"評価(?:でき|不能|困難)|cannot be assessed", re.IGNORECASE)


def count_of(word: str) -> int:
    """Return the number that a word or figure says."""
    low = word.lower()
    if low in _WORDS:
        return _WORDS.index(low) + 1
    if low in _KANJI:
        return _KANJI.index(low) + 1
    return int(low) if low.isdecimal() else 1


def certainty_of(text: str, language: Language) -> int:
    """Return how sure a clause is, from 1, excluded, to 5, definite."""
    return next((level for level, said in CERTAINTY[language] if said.search(text)), 5)
