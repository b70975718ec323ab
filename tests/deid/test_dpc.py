"""DPC: 様式1 and EF by position; numbers of patient, facility, insurer, doctor and ward go."""

import csv
import io

import pytest
from tests.deid.clinical import EF, FORM1, PATIENT_ID

from renkei.deid import PseudonymKey, State, pseudonym, shift_days
from renkei.deid.dates import shift_text
from renkei.deid.tables import deidentify_table, mapping_of

KEY = PseudonymKey({1: bytes(range(32))})
HEADING = "\t".join(["施設コード", "データ識別番号", *["x"] * 29]) + "\n"


def moved(day: str) -> str:
    return shift_text(day, shift_days(KEY, PATIENT_ID))


def clean(text: str, codec: str = "cp932") -> tuple[list[dict[str, str]], str]:
    data = text.encode(codec)
    result = deidentify_table(data, mapping_of(data), KEY)
    assert result.state is State.CLEAN, result.reasons
    plain = result.data.decode()
    return list(csv.DictReader(io.StringIO(plain))), plain


@pytest.mark.parametrize("codec", ["cp932", "utf-8"])
@pytest.mark.parametrize("heading", ["", HEADING])
def test_an_ef_file_keeps_its_acts(codec, heading):
    (row,), plain = clean(heading + EF, codec)
    assert row["subject"] == pseudonym(KEY, "patient", PATIENT_ID)
    assert (row["入院年月日"], row["実施年月日"]) == (moved("2023-04-01"), moved("2023-04-02"))
    assert row["レセプト電算コード"] == "160218510"
    assert row["診療明細名称"] == "虫垂切除術"
    assert row["行為明細区分情報"] == "000000000000"
    for gone in ("131234567", "90417723", "06139999", "ZDR123", "WARD7", "641300", "渡辺"):
        assert gone in heading + EF
        assert gone not in plain


def test_a_form_1_keeps_its_diagnoses_and_days_and_loses_birth_and_postcode():
    rows, plain = clean(FORM1)
    person, stay, disease = rows
    assert (person["ペイロード1"], person["ペイロード2"], person["ペイロード3"]) == ("", "1", "")
    assert stay["ペイロード2"] == moved("2023-04-20")
    assert (disease["ペイロード1"], disease["ペイロード2"]) == ("K358", "急性虫垂炎")
    for gone in ("19520318", "1000001", "131234567", "90417723", "渡辺"):
        assert gone in FORM1
        assert gone not in plain


def test_a_day_that_never_was_stays_empty():
    (row,), _ = clean(EF.replace("20230420", "00000000"))
    assert row["退院年月日"] == ""


def test_a_row_of_another_file_holds_the_file():
    data = (EF + "1\t2\n").encode()
    assert deidentify_table(data, mapping_of(data), KEY).reasons == ("ragged",)


@pytest.mark.parametrize("text", ["a\tb\n1\t2\n", "", EF.replace("131234567", "x"), "1,2\n"])
def test_another_table_is_no_dpc_file(text):
    assert mapping_of(text.encode()) is None
