"""TNM strings as they are written; the edition decides what they mean."""

import pytest

from renkei.preprocess.clinical.tnm import read_tnm


@pytest.mark.parametrize(
    ("written", "parts", "prefix"),
    [
        ("cT2aN1M0", ("2a", "1", "0"), "c,c,c"),
        ("c T2a, N1, M0", ("2a", "1", "0"), "c,c,c"),
        ("pT1b(m) pN0(sn) cM0", ("1b(m)", "0(sn)", "0"), "p,p,c"),
        ("pT1bN0M0", ("1b", "0", "0"), "p,p,"),
        ("ypT0N0(i+)cM0", ("0", "0(i+)", "0"), "yp,yp,c"),
        ("rT4bN2cM1a", ("4b", "2c", "1a"), "r,r,r"),
        ("TisN0M0", ("is", "0", "0"), ",,"),
        ("Tis(DCIS) N0 M0", ("is(DCIS)", "0", "0"), ",,"),
        ("T1miN1miM0(i+)", ("1mi", "1mi", "0(i+)"), ",,"),
        ("cTXNXM1c", ("X", "X", "1c"), "c,c,c"),
        ("ｃＴ２Ｎ０Ｍ０", ("2", "0", "0"), "c,c,c"),
    ],
)
def test_the_parts_are_read(written, parts, prefix) -> None:
    found = read_tnm(written, "8")
    assert (found.t, found.n, found.m) == parts
    assert (found.prefix, found.edition, found.status) == (prefix, "8", "mapped")


@pytest.mark.parametrize(
    ("written", "edition", "reason"),
    [
        ("cT1N0M0", None, "edition_missing"),
        ("cT1N0M0", "latest", "edition_missing"),
        ("cT1N0", "8", "m_missing"),
        ("cT1N0MX", "8", "not_in_edition"),
        ("pT1pN0pM0", "第7版", "not_in_edition"),
    ],
)
def test_doubt_is_said(written, edition, reason) -> None:
    found = read_tnm(written, edition)
    assert (found.status, found.reason) == ("ambiguous", reason)


@pytest.mark.parametrize("written", ["Stage IIIA", "T5N0M0", "cN0M0", "T1N0M0 and more", "T1"])
def test_what_is_no_tnm_has_no_parts(written) -> None:
    found = read_tnm(written, "8")
    assert (found.t, found.status, found.reason) == (None, "unmapped", "no_stage")


def test_an_old_edition_has_its_own_categories() -> None:
    assert read_tnm("cT1N0MX", "UICC 6th").status == "mapped"
