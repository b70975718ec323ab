"""Dates move together: weekdays and intervals stay, precision stays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.deid.dates import (
    BadDateError,
    check_tm,
    parse_day,
    shift_da,
    shift_dt,
    shift_range,
    shift_text,
    spellings,
)

DAYS = st.dates(date(1912, 7, 30), date(2030, 12, 31))
SHIFTS = st.integers(-521, 521).filter(bool).map(lambda weeks: 7 * weeks)


@given(DAYS, DAYS, SHIFTS)
def test_weekdays_and_intervals_stay(one, two, shift):
    a, b = (date.fromisoformat(shift_da(d.strftime("%Y%m%d"), shift)) for d in (one, two))
    assert a.weekday() == one.weekday()
    assert b - a == two - one
    assert a - one == timedelta(days=shift)


@given(DAYS, SHIFTS)
def test_every_notation_moves_alike(day, shift):
    want = (day + timedelta(days=shift)).isoformat()
    for form in spellings(day):
        assert shift_text(form, shift) == want, form


@given(DAYS, SHIFTS)
def test_a_time_and_its_offset_stay(day, shift):
    text = day.strftime("%Y%m%d")
    moved = shift_dt(f"{text}235959.25+0900", shift)
    assert moved[8:] == "235959.25+0900"
    assert moved[:8] == shift_da(text, shift)


def test_precision_stays():
    assert len(shift_dt("2001", 70)) == 4
    assert len(shift_dt("200103", 70)) == 6
    assert shift_text("2001-03", 700) == "2003-02"
    assert shift_text("2001", 3640) == "2011"


def test_old_dots_and_ranges_are_read():
    assert shift_da("1999.12.31", 7) == "20000107"
    assert shift_range("20200101-20200108", 7) == "20200108-20200115"
    assert shift_range("-20200108", 7) == "-20200115"


def test_japanese_eras_are_read():
    assert parse_day("令和元年5月1日") == date(2019, 5, 1)
    assert parse_day("H31.4.30") == date(2019, 4, 30)
    assert parse_day("昭和45年1月2日") == date(1970, 1, 2)


@pytest.mark.parametrize("text", ["", "20231301", "yesterday", "2023", "99999999", "20220230"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(BadDateError):
        shift_da(text, 7)


def test_a_date_that_leaves_the_calendar_is_refused():
    with pytest.raises(BadDateError):
        shift_da("00010102", -70)


def test_a_time_that_is_a_word_is_refused():
    assert check_tm("120000.5") == "120000.5"
    with pytest.raises(BadDateError):
        check_tm("Yamadera")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("令和五年四月一日", "2023-04-01"), ("令和元年5月1日", "2019-05-01"),
        ("平成三十一年四月三十日", "2019-04-30"), ("二〇二三年四月十日", "2023-04-10"),
        ("２０２３年４月５日", "2023-04-05"), ("S270318", "1952-03-18"), ("H31.5.1", "2019-05-01"),
        ("昭和二十七年十一月二十日", "1952-11-20"), ("２０２３／４／５", "2023-04-05"),
        ("R5.4.1", "2023-04-01"),
    ],
)  # fmt: skip
def test_a_japanese_date_is_read_as_it_is_written(written, day):
    assert parse_day(written).isoformat() == day


def test_a_day_without_a_century_is_no_day():
    with pytest.raises(BadDateError):
        parse_day("05/6/1")


@pytest.mark.parametrize("text", ["2023-04-05 山寺", "2023-04-05T山寺", "令和5年4月5日 佐藤"])
def test_what_follows_a_date_and_is_no_time_is_refused(text):
    with pytest.raises(BadDateError):
        shift_text(text, 7)
