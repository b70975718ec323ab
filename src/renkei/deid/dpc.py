"""DPC files (MHLW survey of discharged patients): 様式1 and EF, tab-separated, columns by position.

The columns are those of the survey's manual since fiscal year 2014. Numbers of facility, insurer,
doctor and ward are dropped.
"""

import re
from dataclasses import dataclass
from datetime import date

from renkei.deid.dates import BadDateError, parse_day

PATIENT = "データ識別番号"
_ADMITTED, _DISCHARGED, _DONE = "入院年月日", "退院年月日", "実施年月日"
_FACILITY = re.compile(r"\d{9,10}")
_FORM1_CODE = re.compile(r"[A-Z][A-Z0-9]{2}\d{4}")
_FORM1 = (
    "施設コード", PATIENT, _ADMITTED, "回数管理番号", "統括診療情報番号", "コード", "バージョン",
    "連番", *(f"ペイロード{n}" for n in range(1, 10)),
)  # fmt: skip
_EF = (
    "施設コード", PATIENT, _DISCHARGED, _ADMITTED, "データ区分", "順序番号", "行為明細番号",
    "病院点数マスタコード", "レセプト電算コード", "解釈番号", "診療明細名称", "使用量", "基準単位",
    "明細点数・金額", "円点区分", "出来高実績点数", "行為明細区分情報", "行為点数", "行為薬剤料",
    "行為材料料", "行為回数", "保険者番号", "レセプト種別コード", _DONE, "レセプト科区分",
    "診療科区分", "医師コード", "病棟コード", "病棟区分", "入外区分", "施設タイプ",
)  # fmt: skip
_DROPPED = frozenset({
    "施設コード", "病院点数マスタコード", "保険者番号", "医師コード", "病棟コード", "施設タイプ",
})  # fmt: skip
_FORM1_COLUMNS, _EF_COLUMNS = (9, len(_FORM1)), (24, len(_EF))
_DAY, _POSTCODE = re.compile(r"(?:19|20)\d{6}"), re.compile(r"\d{3}-?\d{4}")
OLD = 366  # days before admission: a birth date, or another life


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one kind of file: those with days, those to keep, those of mixed content."""

    columns: tuple[str, ...]
    dates: frozenset[str]
    mixed: frozenset[str]

    @property
    def keep(self) -> frozenset[str]:
        """Return the columns that stay as they are."""
        return frozenset(self.columns) - _DROPPED - self.dates - self.mixed - {PATIENT}


FORM1 = Layout(_FORM1, frozenset({_ADMITTED}), frozenset(_FORM1[8:]))
EF = Layout(_EF, frozenset({_DISCHARGED, _ADMITTED, _DONE}), frozenset())


def layout_of(text: str) -> Layout | None:
    """Return what the first line with a facility's number shows, or None."""
    for line in text.splitlines()[:2]:
        cells = line.split("\t")
        if not _FACILITY.fullmatch(cells[0].strip('"')):
            continue
        if _FORM1_COLUMNS[0] <= len(cells) <= _FORM1_COLUMNS[1]:
            return FORM1 if _FORM1_CODE.fullmatch(cells[5]) else None
        if _EF_COLUMNS[0] <= len(cells) <= _EF_COLUMNS[1]:
            return EF
    return None


def read_rows(text: str, layout: Layout) -> list[dict[str, str]] | None:
    """Return the rows by column, a line of headings left out; None when a row does not fit."""
    rows = []
    for n, line in enumerate(text.splitlines()):
        cells = [cell.strip('" ') for cell in line.split("\t")]
        if not line.strip() or (n == 0 and not _FACILITY.fullmatch(cells[0])):
            continue
        if len(cells) > len(layout.columns) or not _FACILITY.fullmatch(cells[0]):
            return None
        filled = [*cells, *[""] * (len(layout.columns) - len(cells))]
        row = dict(zip(layout.columns, filled, strict=True))
        rows.append({name: _plain(name, value, row, layout) for name, value in row.items()})
    return rows


def _plain(name: str, value: str, row: dict[str, str], layout: Layout) -> str:
    if name in layout.dates:
        return "" if value.strip("0") == "" else value
    if name not in layout.mixed:
        return value
    if _POSTCODE.fullmatch(value):
        return ""
    if not _DAY.fullmatch(value):
        return value
    day, admitted = _day(value), _day(row[_ADMITTED])
    if day is None or admitted is None or (admitted - day).days > OLD:
        return ""
    return day.isoformat()


def _day(text: str) -> date | None:
    try:
        return parse_day(text)
    except BadDateError:
        return None
