"""Numbers of one patient are linked by rule; what is ambiguous is refused, never guessed."""

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.hospital.site_made import CONSENTS, SAMPLES, make_site
from typer.testing import CliRunner

from renkei.hospital.commands import app
from renkei.hospital.consents import Link, Links
from renkei.hospital.crosswalk import (
    CHECKS,
    BadCrosswalkError,
    Crosswalk,
    link_numbers,
    read_crosswalk,
)
from renkei.hospital.pages.app import build
from renkei.hospital.pages.words import REASONS

RULES = r"""
[pacs]
pad = 10
pattern = '\d{1,10}'
[ehr]
pattern = '\d{1,8}'
pad = 8
check = "luhn"
[pathology]
pattern = '[SN]?(\d{2,4})-?(\d{1,6})'
[sample]
"""
LIST = """\
pacs,ehr,pathology,sample
0090417723,18,S2024-00123;S2024-00124,TUMOUR-77
55512345,26,S2024-00200,BLOOD-1
77700001,26,S2024-00124,BLOOD-2
66600002,19,X?,BLOOD-3
"""


@pytest.fixture
def site(tmp_path):
    site = make_site(tmp_path / "site")
    (site.folder / "crosswalk.toml").write_text(RULES, "utf-8")
    (site.folder / "crosswalk.csv").write_text(LIST, "utf-8")
    return site


@pytest.fixture
def found(site):
    return read_crosswalk(site)


def reasons(crosswalk):
    return sorted((r.kind, r.value, r.reason, r.rows) for r in crosswalk.refused)


def test_width_zeros_and_full_width_digits_are_one_number(found):
    for written in ("18", "00000018", "18", " 1 8 "):
        assert found.patient(written, "ehr") == "0090417723"
    assert found.patient("s2024-00123", "pathology") == "0090417723"
    assert found.patient("TUMOUR-77") == "0090417723"


def test_what_stands_for_two_patients_links_nobody_and_is_told(found):
    assert found.patient("26", "ehr") is None
    assert found.patient("S2024-00124", "pathology") is None
    assert reasons(found) == [
        ("ehr", "00000026", "ambiguous_number", (3, 4)),
        ("ehr", "19", "wrong_check_digit", (5,)),
        ("pathology", "202400124", "ambiguous_number", (2, 4)),
        ("pathology", "X?", "number_not_understood", (5,)),
    ]


def test_a_link_by_an_ambiguous_number_is_dropped_and_others_are_kept(found):
    links = Links(
        {"a": Link("18"), "b": Link("26"), "c": Link("0090417723"), "d": Link("unlisted")},
        {"X": "18", "Y": "26"},
    )
    applied = found.apply(links, {})
    assert {name: link.patient for name, link in applied.files.items()} == {
        "a": "0090417723", "b": "", "c": "0090417723", "d": "unlisted",
    }  # fmt: skip
    assert applied.samples["X"] == "0090417723"
    assert "Y" not in applied.samples
    assert applied.samples["TUMOUR-77"] == "0090417723"


def test_a_number_that_is_one_patients_here_and_anothers_there_links_nobody():
    rules = read_rules("[pacs]\n[ehr]\n")
    found = link_numbers(rules, "pacs,ehr\n1,2\n2,1\n")
    assert found.patient("1") is None
    assert found.patient("1", "pacs") == "1"
    assert found.apply(Links({"a": Link("1")}), {}).files["a"].patient == ""


def read_rules(text):
    from renkei.hospital import crosswalk

    return crosswalk._rules(text)


def test_without_the_files_nothing_changes(tmp_path):
    site = make_site(tmp_path / "site")
    links = Links({"a": Link("7")}, {"S": "7"})
    assert read_crosswalk(site) == Crosswalk()
    assert read_crosswalk(site).apply(links, {}) == links


@pytest.mark.parametrize(
    ("rules", "listed"),
    [
        (RULES, "pacs,name\n1,山田\n"),
        (RULES, "ehr\n18\n"),
        ("[pacs]\npattern = '('\n", LIST),
        ("[pacs]\ncheck = 'guess'\n", LIST),
        ("pacs = 1\n", LIST),
        (RULES, None),
    ],
)
def test_what_is_not_understood_is_refused(site, rules, listed):
    (site.folder / "crosswalk.toml").write_text(rules, "utf-8")
    (site.folder / "crosswalk.csv").unlink()
    if listed is not None:
        (site.folder / "crosswalk.csv").write_text(listed, "utf-8")
    with pytest.raises(BadCrosswalkError):
        read_crosswalk(site)


@given(number=st.integers(0, 10**9), check=st.sampled_from(["luhn", "mod11"]))
def test_exactly_one_check_digit_is_right(number, check):
    right = [d for d in range(10) if CHECKS[check](f"{number:09}{d}")]
    assert len(right) == 1


def test_known_numbers_of_the_published_checks():
    assert CHECKS["luhn"]("79927398713")
    assert CHECKS["mod11"]("1234567890") is False
    assert CHECKS["mod11"]("0365327") is True


def test_a_slide_named_by_its_pathology_number_finds_its_patient(site, tmp_path):
    ward = tmp_path / "ward"
    ward.mkdir()
    (ward / "consent.csv").write_text(CONSENTS, "utf-8")
    for name in ("S2024-00123.svs", "S2024-00124.svs"):
        shutil.copy(SAMPLES / "wsi" / "cmu_small_region.svs", ward / name)
    # Two slides of other content, or the second would be known by its bytes.
    with (ward / "S2024-00124.svs").open("ab") as file:
        file.write(bytes(2))
    answer = CliRunner().invoke(
        app, ["add", str(ward), "--site", str(site.folder)], catch_exceptions=False
    )
    states = {line.split("\t")[1].rpartition("/")[2]: line for line in answer.stdout.splitlines()}
    assert states["S2024-00123.svs"].startswith("clean")
    assert states["S2024-00124.svs"].startswith("held")
    assert "not_linked" in states["S2024-00124.svs"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_shows_what_was_refused_and_why(site, language):
    with TestClient(build(site.folder)) as client:
        page = client.get("/links", params={"lang": language}).text
    for reason in ("ambiguous_number", "number_not_understood", "wrong_check_digit"):
        assert REASONS[language][reason] in page
    assert "202400124" in page
    assert "3, 4" in page
