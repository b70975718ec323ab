"""Tables: pseudonyms, moved dates, named columns only."""

import csv
import io
from random import Random

import pytest
from tests.deid.clinical import workbook
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


SHEET = [
    ["架空病院 検査一覧"],
    ["患者ID", "氏名", "検査日", "検査", "", "所見"],
    ["", "", "", "Na", "K", ""],
    ["0090417723", "渡邉 真之介", 45021, 140, 4.1, "渡辺さん 著変なし"],
    ["00412", "山寺", "令和5年4月5日", 138, 3.9, "佐藤先生に報告"],
]
MERGED = ["A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:F3"]
COLUMNS = parse_mapping("""
id = "患者ID"
names = ["氏名"]
dates = ["検査日"]
keep = ["検査 Na", "検査 K", "所見"]
""")


@pytest.mark.parametrize(("from_1904", "serial"), [(False, 45021), (True, 43559)])
def test_a_workbook_with_merged_headers_and_serial_days_is_a_table(from_1904, serial):
    sheet = [*SHEET[:3], [*SHEET[3][:2], serial, *SHEET[3][3:]], SHEET[4]]
    data = workbook([sheet, [["Znotes"]]], merged=MERGED, from_1904=from_1904)
    result = deidentify_table(data, COLUMNS, KEY)
    assert result.state is State.CLEAN, result.reasons
    assert result.reasons == ("columns_dropped", "sheets_left_out")
    one, two = rows_of(result.data)
    assert one["subject"] == pseudonym(KEY, "patient", "90417723")
    assert one["検査日"] == shift_text("2023-04-05", shift_days(KEY, "90417723"))
    assert (one["検査 Na"], one["検査 K"], one["所見"]) == ("140", "4.1", "著変なし")
    assert two["subject"] == pseudonym(KEY, "patient", "00412")
    for word in ("架空病院", "渡", "真之介", "佐藤", "Znotes"):
        assert word not in result.data.decode()


def test_a_workbook_without_the_column_or_cut_short_is_held():
    other = workbook([[["a", "b"], ["1", "2"]]])
    assert deidentify_table(other, COLUMNS, KEY).reasons == ("no_id_column",)
    assert deidentify_table(other[:300], COLUMNS, KEY).state is State.HELD


def test_a_number_that_is_shaped_like_a_telephone_is_no_result():
    table = "患者ID,検査値\n77123,09055517345\n77123,160218510\n".encode()
    one, two = rows_of(deidentify_table(table, MAPPING, KEY).data)
    assert (one["検査値"], two["検査値"]) == ("", "160218510")


@pytest.mark.parametrize(
    "told", ["ミマワリ ハナの検査", "見廻花の検査", "ﾐﾏﾜﾘ　ﾊﾅ", "番号551234と同じ"]
)
def test_a_row_that_names_the_patient_of_another_row_holds_the_table(told):
    table = (
        "患者ID,氏名,検査値,所見\n"
        "551234,見廻^花=ミマワリ^ハナ,1,著変なし\n"
        f"662345,無名^一郎,551234,{told}\n"
    )
    assert deidentify_table(table.encode(), MAPPING, KEY).reasons == ("identifier_left",)
    alone = deidentify_table(table.replace(told, "著変なし").encode(), MAPPING, KEY)
    assert rows_of(alone.data)[1]["検査値"] == "551234"


def test_a_workbook_changed_anywhere_is_read_or_held():
    data = workbook([SHEET], merged=MERGED)
    random = Random(7)
    states = set()
    for _ in range(400):
        changed = bytearray(data)
        for _ in range(random.randint(1, 8)):
            changed[random.randrange(len(data))] = random.randrange(256)
        states.add(deidentify_table(bytes(changed), COLUMNS, KEY).state)
    assert states == {State.CLEAN, State.HELD}
