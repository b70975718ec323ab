"""Kana names in Latin letters: Hepburn, Kunrei (ISO 3602) and what people write."""

import itertools
import re
from functools import lru_cache

MAX_SPELLINGS = 96
_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの",
    "h": "はひふへほ", "m": "まみむめも", "r": "らりるれろ", "g": "がぎぐげご", "z": "ざじずぜぞ",
    "d": "だぢづでど", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ",
}  # fmt: skip
_HEPBURN = {"si": "shi", "ti": "chi", "tu": "tsu", "hu": "fu", "zi": "ji", "di": "ji", "du": "zu"}
_Y = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
_SOFT = {"sy": "sh", "ty": "ch", "zy": "j", "dy": "j"}
# Hepburn and its habits to Kunrei, longest first; then one letter for each long vowel.
_TO_KUNREI = (
    ("tch", "tty"), ("shi", "si"), ("chi", "ti"), ("tsu", "tu"), ("sh", "sy"), ("ch", "ty"),
    ("jy", "zy"), ("ji", "zi"), ("j", "zy"), ("fu", "hu"), ("dzu", "zu"), ("du", "zu"),
    ("di", "zi"), ("dy", "zy"), ("wo", "o"), ("cc", "tt"),
)  # fmt: skip
_M_BEFORE = re.compile(r"m(?=[bmp])")
_APOSTROPHE = re.compile(r"['’-]")
_LONG = re.compile(r"o(?:u|o|h(?![aiueoy]))+|u(?:u|h(?![aiueoy]))+|ii+")
_SYLLABLES = re.compile(r"(?:n(?![aiueoy])|([kstnhmrgzdbp])?\1?y?[aiueo]|[wv][ai]|y[auo])+")
_KANA = re.compile(r"[ぁ-ゖー]+")


def _one(kana: str) -> tuple[str, ...]:
    for consonant, row in _ROWS.items():
        if kana in row:
            kunrei = consonant + "aiueo"[row.index(kana)]
            return tuple(dict.fromkeys((_HEPBURN.get(kunrei, kunrei), kunrei)))
    fixed = {"や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "を": "o", "ゐ": "i", "ゑ": "e",
             "ゔ": "vu", "ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o"}  # fmt: skip
    return (fixed[kana],) if kana in fixed else ()


def _syllables(kana: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    double = False
    for char in kana:
        if char == "っ":
            double = True
            continue
        if char in _Y and found:
            found[-1] = _contracted(found[-1], _Y[char])
            continue
        if char == "ん":
            found.append(("n",))
        elif char == "ー":
            found.append(("", "h"))
        elif sounds := _one(char):
            if double:
                sounds = tuple(("t" if s.startswith("ch") else s[0]) + s for s in sounds)
            found.append(sounds)
        double = False
    return found


def _contracted(before: tuple[str, ...], vowel: str) -> tuple[str, ...]:
    kunrei = before[-1][:-1] + "y"
    return tuple(dict.fromkeys((_SOFT.get(kunrei, kunrei) + vowel, kunrei + vowel)))


@lru_cache(maxsize=4096)
def romaji(name: str) -> frozenset[str]:
    """Return the Latin spellings of a name in hiragana, long vowels written and left out."""
    if not _KANA.fullmatch(name):
        return frozenset()
    found: set[str] = set()
    for parts in itertools.islice(itertools.product(*_syllables(name)), MAX_SPELLINGS):
        spelled = "".join(parts)
        short = re.sub(r"o[uo]|oh(?![aiueoy])", "o", re.sub(r"uu|uh(?![aiueoy])", "u", spelled))
        found |= {spelled, short, re.sub(r"o[uo]", "oh", spelled), re.sub(r"o[uo]", "oo", spelled)}
    return frozenset(found | {re.sub("n(?=[bmp])", "m", spelled) for spelled in found})


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Return one key for all Latin spellings of a Japanese word, or "" when it is none."""
    plain = _APOSTROPHE.sub("", word.casefold())
    for hepburn, kunrei in _TO_KUNREI:
        plain = plain.replace(hepburn, kunrei)
    plain = _LONG.sub(lambda found: found.group()[0], _M_BEFORE.sub("n", plain))
    return plain if _SYLLABLES.fullmatch(plain) else ""
