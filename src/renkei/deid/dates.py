"""Dates of a patient, moved together by whole weeks: weekdays and intervals stay."""

import re
import unicodedata
from datetime import date, timedelta

from renkei.errors import DataRefusedError

# First day of each era (Japanese calendar) and the letter that forms use.
ERAS = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
    ("大正", "T", date(1912, 7, 30)),
    ("明治", "M", date(1868, 1, 25)),
)
_DA = re.compile(r"(\d{4})[-.]?(\d\d)[-.]?(\d\d)")
_DT = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(\d\d(?:\d\d(?:\d\d(?:\.\d{1,6})?)?)?)?)?)?([+-]\d{4})?"
)
_TM = re.compile(r"\d{2}(?::?\d{2}(?::?\d{2}(?:\.\d{1,6})?)?)?")
_CLOCK = r"\d{1,2}:?\d\d(?::?\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"
_ISO = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d)((?:[T ]{_CLOCK})?)")
_KANJI = re.compile(
    r"(令和|平成|昭和|大正|明治|[RHSTM])\s?(元|\d{1,2})[年./-]\s?(\d{1,2})[月./-]\s?(\d{1,2})日?"
)
_ERA_DIGITS = re.compile(r"([RHSTM])(\d\d)(\d\d)(\d\d)")
_NUMERALS = "〇一二三四五六七八九"
_TENS = re.compile(rf"([一二三四五六七八九]?)十([{_NUMERALS}]?)")
_SAID = re.compile(r"[〇一二三四五六七八九十]+(?=[年月日])")
_SPELLED = re.compile(r"(\d{4})[年/.-](\d{1,2})[月/.-](\d{1,2})日?")


class BadDateError(DataRefusedError):
    """The value is no date that could be moved."""


def moved(day: date, days: int) -> date:
    """Return the day moved by `days`.

    Raises:
        BadDateError: It would leave the calendar.
    """
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise BadDateError("The moved date would leave the calendar.") from error


def shift_da(text: str, days: int) -> str:
    """Move one DICOM DA (`YYYYMMDD`, also the old `YYYY.MM.DD`)."""
    found = _DA.fullmatch(text.strip(" \0"))
    if not found:
        raise BadDateError("This is no date.")
    return moved(_day(*found.groups()), days).strftime("%Y%m%d")


def shift_dt(text: str, days: int) -> str:
    """Move one DICOM DT; a value without a day keeps its precision (the middle is moved)."""
    found = _DT.fullmatch(text.strip(" \0"))
    if not found:
        raise BadDateError("This is no date and time.")
    year, month, day, clock, offset = found.groups()
    middle = moved(_day(year, month or "07", day or ("15" if month else "02")), days)
    text = f"{middle.year:04d}"
    if month:
        text += f"{middle.month:02d}"
    if day:
        text += f"{middle.day:02d}"
    return text + (clock or "") + (offset or "")


def check_tm(text: str) -> str:
    """Return one DICOM TM; whole weeks do not change it."""
    if not _TM.fullmatch(text.strip(" \0")):
        raise BadDateError("This is no time.")
    return text.strip(" \0")


def shift_range(text: str, days: int) -> str:
    """Move a DA or a range of two (`a-b`, `a-`, `-b`)."""
    parts = text.split("-") if text.count("-") == 1 else [text]
    return "-".join(shift_da(part, days) if part.strip() else "" for part in parts)


def parse_day(text: str) -> date:
    """Return the day of a cell: ISO, `YYYY/M/D`, `YYYYMMDD`, 令和5年1月2日, `S45.1.2`, `R050102`.

    Full-width and kanji numerals are read too; years past the end of an era are counted on.

    Raises:
        BadDateError: It is none of them.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = _SAID.sub(lambda said: _number(said.group()), plain)
    if found := _KANJI.fullmatch(plain) or _ERA_DIGITS.fullmatch(plain):
        era, year, month, day = found.groups()
        first = next(start for name, letter, start in ERAS if era in {name, letter})
        number = 1 if year == "元" else int(year)
        return _day(str(first.year + number - 1), month, day)
    found = _SPELLED.fullmatch(plain) or _DA.fullmatch(plain)
    if not found:
        raise BadDateError("This is no date.")
    return _day(*found.groups())


def _number(said: str) -> str:
    """Return kanji numerals as digits: 二十七 is 27, 二〇二三 is 2023."""
    if found := _TENS.fullmatch(said):
        tens, ones = (_NUMERALS.index(n) if n else 0 for n in found.groups())
        return str(10 * (tens or 1) + ones)
    return "".join(str(_NUMERALS.find(n)) for n in said)


def _said(number: int) -> str:
    tens, ones = divmod(number, 10)
    ten = "" if not tens else ("十" if tens == 1 else _NUMERALS[tens] + "十")
    return ten + (_NUMERALS[ones] if ones else "")


def shift_text(text: str, days: int) -> str:
    """Move the date that a cell or FHIR value begins with; the answer is ISO, its time kept.

    A year stays a year and `YYYY-MM` a month, moved at its middle.
    """
    plain = text.strip()
    if found := _ISO.fullmatch(plain):
        return moved(_day(*found.groups()[:3]), days).isoformat() + found.group(4)
    if re.fullmatch(r"\d{4}", plain):
        return str(moved(_day(plain, "07", "02"), days).year)
    if re.fullmatch(r"\d{4}-\d\d", plain):
        return moved(_day(plain[:4], plain[5:], "15"), days).strftime("%Y-%m")
    day, _, clock = plain.partition(" ")
    # What is no time could be anybody's name.
    if clock and not re.fullmatch(_CLOCK, clock):
        raise BadDateError("What follows the date is no time.")
    return moved(parse_day(day), days).isoformat() + (f"T{clock}" if clock else "")


def spellings(day: date) -> tuple[str, ...]:
    """Return how a day may be written in headers, tables and Japanese text (NFKC)."""
    y, m, d = day.year, day.month, day.day
    forms = [f"{y:04d}{m:02d}{d:02d}", f"{y}年{m}月{d}日", f"{y}年{m:02d}月{d:02d}日"]
    forms += [f"{y:04d}{s}{m:02d}{s}{d:02d}" for s in "-/."]
    forms += [f"{y}{s}{m}{s}{d}" for s in "-/."]
    for name, letter, start in ERAS:
        if day >= start:
            n = y - start.year + 1
            forms += [f"{name}{n}年{m}月{d}日", f"{name}{n:02d}年{m:02d}月{d:02d}日"]
            forms += [f"{letter}{n:02d}{m:02d}{d:02d}"]
            forms += [f"{letter}{n}{s}{m}{s}{d}" for s in "-/."]
            forms += [f"{letter}{n:02d}{s}{m:02d}{s}{d:02d}" for s in "-/."]
            forms.append(f"{name}{'元' if n == 1 else _said(n)}年{_said(m)}月{_said(d)}日")
            if n == 1:
                forms.append(f"{name}元年{m}月{d}日")
            break
    return tuple(dict.fromkeys(forms))


def _day(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise BadDateError("There is no such day.") from error
