"""Reports as plain text: identities go, findings stay."""

import pytest
from tests.deid.sentences import PATIENT

from renkei.deid import Kind, PseudonymKey, State, pseudonym
from renkei.deid.kinds import kind_of
from renkei.deid.profile import load_profile
from renkei.deid.reports import deidentify_report
from renkei.deid.run import Rules, deidentify_file

KEY = PseudonymKey({1: bytes(range(32))})
REPORT = (
    "胸部CT報告書\n氏名:渡邉 真之介  ID:0090417723\n検査日:令和5年4月5日\n"
    "右肺S3に12mmの結節。前回と比較し増大なし。\n読影医:高瀬川先生\n"
)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "iso2022_jp", "euc_jp"])
def test_a_report_in_each_encoding_keeps_its_finding(codec, tmp_path):
    path, part = tmp_path / "in", tmp_path / "out"
    path.write_bytes(REPORT.encode(codec))
    assert kind_of(path) is Kind.REPORT
    rules = Rules(load_profile(), KEY, patient="0090417723", known=PATIENT)
    result = deidentify_file(path, part, rules)
    assert (result.kind, result.state) == (Kind.REPORT, State.CLEAN)
    assert result.subject == pseudonym(KEY, "patient", "90417723")
    text = part.read_text("utf-8")
    assert "右肺S3に12mmの結節。前回と比較し増大なし。" in text
    for word in ("渡", "真之介", "90417723", "令和", "高瀬川"):
        assert word in REPORT
        assert word not in text


def test_a_report_of_nobody_is_held(tmp_path):
    path = tmp_path / "in"
    path.write_text(REPORT, "utf-8")
    result = deidentify_file(path, tmp_path / "out", Rules(load_profile(), KEY))
    assert result.reasons == ("not_linked",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("渡邉 真之介\n".encode(), "no_text_left"),
        ("所見:渡\n邉 著変なし\n".encode(), "identifier_left"),
        (b"a" * (5 << 20), "too_large"),
        ("渡辺 著変なし\n".encode("euc_jp"), "encoding"),  # cp932 reads it too, as nonsense
    ],
)
def test_what_cannot_be_proved_clean_is_held(data, reason):
    result = deidentify_report(data, KEY, patient="0090417723", known=PATIENT)
    assert result.reasons == (reason,)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("a,b\n1,2\n", Kind.TABLE), ("a,b", Kind.TABLE), ("a\tb\n1\t2", Kind.TABLE),
     ("Chest CT, plain.\nNo nodule.\n", Kind.REPORT), ("所見なし", Kind.REPORT)],
)  # fmt: skip
def test_prose_is_told_from_a_table(text, kind, tmp_path):
    path = tmp_path / "x"
    path.write_text(text, "utf-8")
    assert kind_of(path) is kind
