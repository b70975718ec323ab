"""Tables: pseudonyms, moved dates, named columns only."""

import csv
import io

import pytest
from tests.deid.planted import SAMPLES

from renkei.deid import PseudonymKey, State, pseudonym, shift_days
from renkei.deid.dates import shift_text
from renkei.deid.tables import BadMappingError, deidentify_table, parse_mapping

KEY = PseudonymKey({1: bytes(range(32))})
MAPPING = parse_mapping("""
id = "患者ID"
names = ["氏名"]
births = ["生年月日"]
dates = ["検査日"]
ages = ["年齢"]
keep = ["検査値", "所見"]
""")
HEADER = "患者ID,氏名,生年月日,検査日,年齢,検査値,所見,住所\n"
ROWS = (
    "0090417723,山寺 太郎左,S27.3.18,令和5年4月5日,71歳,12.5,山寺さん ①著変なし,架空市1-2\n"
    "00412,髙橋 花子,1930/1/2,2023-04-05,93,<0.5,佐藤先生に報告,架空市3-4\n"
)


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932"])
def test_a_table_in_each_encoding_gives_the_same_clean_table(codec):
    result = deidentify_table((HEADER + ROWS).encode(codec), MAPPING, KEY)
    assert result.state is State.CLEAN
    one, two = rows_of(result.data)
    assert one["subject"] == pseudonym(KEY, "patient", "90417723")
    assert one["検査日"] == shift_text("2023-04-05", shift_days(KEY, "90417723"))
    assert (one["年齢"], two["年齢"]) == ("71", "90")
    assert (one["検査値"], two["検査値"]) == ("12.5", "<0.5")
    assert "①著変なし" in one["所見"]
    for word in ("山寺", "佐藤", "髙橋", "架空市", "90417723", "1930", "令和"):
        assert word not in result.data.decode("utf-8")


def test_rows_that_may_not_go_are_left_out_and_counted():
    result = deidentify_table(
        (HEADER + ROWS).encode(), MAPPING, KEY, admit=lambda patient: patient == "00412"
    )
    assert result.counts["rows"] == 1
    assert result.counts["rows_left_out"] == 1
    assert result.subject == pseudonym(KEY, "patient", "412")


def test_a_real_table_with_ids_keeps_its_numbers():
    lines = (SAMPLES / "clinical" / "lung.csv").read_text("utf-8").splitlines()
    header, body = lines[0], lines[1:]
    table = "\n".join([f"id,{header}", *(f"{10000 + n},{row}" for n, row in enumerate(body))])
    names = ", ".join(f'"{name}"' for name in header.split(","))
    mapping = parse_mapping(f'id = "id"\nkeep = [{names}]')
    found = rows_of(deidentify_table(table.encode(), mapping, KEY).data)
    assert [",".join(list(r.values())[1:]) for r in found] == body


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a,b\n1,2\n", "no_id_column"),
        ((HEADER + "1,2\n").encode(), "ragged"),
        ((HEADER + ROWS).encode("utf-16"), "encoding"),
        (HEADER.encode(), "no_rows"),
        ("患者ID,患者ID\n1,2\n".encode(), "header"),
    ],
)
def test_a_table_that_does_not_fit_is_held(data, reason):
    result = deidentify_table(data, MAPPING, KEY)
    assert (result.state, result.reasons) == (State.HELD, (reason,))


def test_a_mapping_with_an_unknown_name_is_refused():
    with pytest.raises(BadMappingError):
        parse_mapping('id = "a"\nkeeep = ["b"]')
