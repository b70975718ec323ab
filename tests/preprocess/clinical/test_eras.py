"""The borders of the eras, and days that do not exist."""

import polars as pl
import pytest

from renkei.preprocess.clinical.eras import read_day, standardise_days


@pytest.mark.parametrize(
    ("written", "iso", "reason"),
    [
        ("明治45年7月29日", "1912-07-29", None),
        ("大正元年7月30日", "1912-07-30", None),
        ("大正15年12月24日", "1926-12-24", None),
        ("昭和元年12月25日", "1926-12-25", None),
        ("昭和64年1月7日", "1989-01-07", None),
        ("昭和64年1月8日", "1989-01-08", "era_ended"),
        ("平成1年1月8日", "1989-01-08", None),
        ("平成31年4月30日", "2019-04-30", None),
        ("H31.5.1", "2019-05-01", "era_ended"),
        ("令和元年5月1日", "2019-05-01", None),
        ("R1.5.1", "2019-05-01", None),
        ("S45.1.2", "1970-01-02", None),
        ("M45.7.29", "1912-07-29", None),
        ("T1/7/30", "1912-07-30", None),
        ("R050102", "2023-01-02", None),
        ("Ｈ３１．４．３０", "2019-04-30", None),
        ("昭和六十三年十二月二十七日", "1988-12-27", None),
        ("2024/2/29 10:30", "2024-02-29", None),
        ("2024-01-02T10:20:30+09:00", "2024-01-02", None),
        ("20240229", "2024-02-29", None),
    ],
)
def test_a_day_is_read(written, iso, reason) -> None:
    assert read_day(written) == (iso, "day", "mapped", reason)


@pytest.mark.parametrize(
    ("written", "status", "reason"),
    [
        ("平成1年1月7日", "unmapped", "before_era"),
        ("令和元年4月30日", "unmapped", "before_era"),
        ("T元.7.29", "unmapped", "before_era"),
        ("令和元年4月", "unmapped", "before_era"),
        ("2024-02-30", "unmapped", "no_day"),
        ("令和5年13月1日", "unmapped", "no_day"),
        ("平成0年2月1日", "unmapped", "before_era"),
        ("2024-13", "unmapped", "no_day"),
        ("昨日", "unmapped", "no_day"),
        ("05/6/1", "ambiguous", "era_missing"),
        ("45292", "ambiguous", "serial_number"),
        ("", "unmapped", "day_missing"),
        (None, "unmapped", "day_missing"),
    ],
)
def test_what_is_no_day_or_two_is_not_guessed(written, status, reason) -> None:
    assert read_day(written) == (None, None, status, reason)


@pytest.mark.parametrize(
    ("written", "iso", "precision"),
    [
        ("令和5年6月", "2023-06", "month"),
        ("令和元年5月", "2019-05", "month"),
        ("2024-05", "2024-05", "month"),
        ("平成31年", "2019", "year"),
        ("令和元年", "2019", "year"),
        ("1970", "1970", "year"),
    ],
)
def test_precision_is_kept(written, iso, precision) -> None:
    assert read_day(written)[:3] == (iso, precision, "mapped")


def test_a_table_keeps_what_was_written() -> None:
    table = pl.DataFrame({"day": ["R5.6.1", "R5.6.1", "x"], "n": [1, 2, 3]})
    made = standardise_days(table)
    assert made["day"].to_list() == ["2023-06-01", "2023-06-01", None]
    assert made["day_raw"].to_list() == table["day"].to_list()
    assert made["n"].to_list() == [1, 2, 3]
