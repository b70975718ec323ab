"""The owners' files are recognised by what is in them; the rows here are made up."""

import zipfile
from pathlib import Path

import polars as pl
import pytest

from renkei.preprocess.clinical.codes import COLUMNS, BadMapError, find_code
from renkei.preprocess.clinical.convert import convert_table
from renkei.preprocess.clinical.layout import TableLayout
from renkei.preprocess.clinical.masters import Masters, load_masters

MAP = ",".join(COLUMNS) + "\njlac10,3C015000002327101,loinc,2160-0,equivalent,1,reviewed here\n"
LOINC = "LOINC_NUM,STATUS,EXAMPLE_UCUM_UNITS\n2160-0,ACTIVE,mg/dL;mg/L\n1234-4,DEPRECATED,\n"
HOT = (
    '"基準番号（ＨＯＴコード）","個別医薬品コード","販売名"\n"1000000010101","1111111A1111","薬"\n'
)


def disease(control: str, exchange: str, icd: str, second: str = "") -> str:
    cells = ["0", control, "病名", "カナ", "1", exchange, icd, second, "1", *[""] * 9]
    return ",".join(f'"{one}"' for one in cells)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.csv").write_text(MAP, "utf-8")
    (tmp_path / "Loinc.csv").write_text(LOINC, "utf-8")
    (tmp_path / "MEDIS20261101.TXT").write_text(HOT, "cp932")
    lines = [
        disease("20000001", "AAAA", "C341"),
        disease("20000002", "AAAA", "C341"),
        disease("20000003", "BBBB", "E112", "N083"),
        disease("20000004", "CCCC", "J180"),
        disease("20000005", "CCCC", "J181"),
    ]
    (tmp_path / "nmain.txt").write_text("\n".join(lines), "cp932")
    (tmp_path / "readme.md").write_text("not a master", "utf-8")
    return tmp_path


def test_each_file_is_recognised_and_hashed(folder: Path) -> None:
    found = load_masters(folder)
    assert set(found.files) == {"own.csv", "Loinc.csv", "MEDIS20261101.TXT", "nmain.txt"}
    assert found.known["loinc"] == {"2160-0"}
    assert found.units == {"2160-0": "mg/dL"}
    assert find_code(found.maps["hot9", "yj"], "100000001")[0] == "1111111A1111"
    assert find_code(found.maps["yj", "hot9"], "1111111A1111")[0] == "100000001"


def test_the_disease_master_leads_to_icd10_and_says_where_it_cannot(folder: Path) -> None:
    masters = load_masters(folder)
    by_exchange = masters.maps["medis_disease_exchange", "icd10"]
    assert find_code(by_exchange, "AAAA") == ("C341", "mapped", None)  # n:1
    assert find_code(by_exchange, "BBBB")[1:] == ("ambiguous", "not_equivalent")  # dagger pair
    assert find_code(by_exchange, "CCCC")[1:] == ("ambiguous", "several_targets")  # 1:n
    assert find_code(masters.maps["medis_disease", "icd10"], "20000004")[0] == "J180"


def test_a_map_that_cites_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(MAP.replace("reviewed here", ""), "utf-8")
    with pytest.raises(BadMapError):
        load_masters(tmp_path)


def test_the_owners_map_goes_before_the_seed_and_its_units_hold(folder: Path) -> None:
    table = pl.DataFrame(
        {
            "subject": ["a", "a"],
            "site": ["A", "A"],
            "day": ["2024-01-01"] * 2,
            "code": ["3C015000002327101", "3D010000002327101"],
            "value": ["88.4", "100"],
            "unit": ["umol/L", "mg/dL"],
        }
    )
    layout = TableLayout("x.csv", "measurement", {}, "jlac10", "loinc")
    made = convert_table(table, layout, load_masters(folder))
    assert made["code"].to_list() == ["2160-0", None]
    assert made["value"].to_list() == [pytest.approx(1.0, rel=1e-3), 100.0]
    assert made["unit"].to_list() == ["mg/dL", "mg/dL"]
    bare = convert_table(table, layout, Masters())
    assert bare["code_reason"].to_list() == ["map_missing"] * 2
    assert bare["value"].to_list() == made["value"].to_list()


CELL = '<c t="inlineStr"><is><t>{}</t></is></c>'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(path: Path, rows: list[list[str]]) -> None:
    """Write the smallest xlsx that holds these rows."""
    body = "".join(f"<row>{''.join(CELL.format(c) for c in row)}</row>" for row in rows)
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'
    book = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="識別コード" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    links = (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/{{}}" Target="{{}}"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("_rels/.rels", links.format("officeDocument", "xl/workbook.xml"))
        target = links.format("worksheet", "worksheets/sheet1.xml")
        archive.writestr("xl/_rels/workbook.xml.rels", target)


def test_the_lists_of_jlac10_elements_are_read_from_the_workbook(tmp_path: Path) -> None:
    rows = [["JLAC10", ""], ["識別名称", "識別コード"], ["なし", "0000"], ["猫皮屑", "2330"]]
    workbook(tmp_path / "jlac10.xlsx", rows)
    found = load_masters(tmp_path)
    assert found.elements == {"識別": frozenset({"0000", "2330"})}
    assert set(found.files) == {"jlac10.xlsx"}
    assert found.unknown_element("3D010-9999-023-271-01")


def test_a_code_of_unknown_parts_is_counted_as_such() -> None:
    table = pl.DataFrame(
        {
            "subject": ["a"],
            "site": ["A"],
            "day": ["2024-01-01"],
            "code": ["3D010999902327101"],
            "value": ["1"],
            "unit": ["mg/dL"],
        }
    )
    masters = Masters(elements={"識別": frozenset({"0000"})})
    layout = TableLayout("x.csv", "measurement", {}, "jlac10", "jpclins")
    made = convert_table(table, layout, masters)
    assert made.select("code_status", "code_reason").row(0) == ("unmapped", "element_unknown")


def test_parts_of_a_jlac10_code_are_checked_against_the_lists() -> None:
    masters = Masters(elements={"材料": frozenset({"023"}), "分析物": frozenset({"3D010"})})
    assert not masters.unknown_element("3D010-0000-023-271-01")
    assert masters.unknown_element("3D010-0000-999-271-01")
    assert masters.unknown_element("9Z999")
