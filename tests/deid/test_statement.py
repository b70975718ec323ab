"""The de-identification statement says row by row what the engine does."""

import io
import re
from collections import Counter

import pydicom
import pytest
from docs.make.statement import EN, JA, LETTERS, letter, statement
from tests.deid.study_made import study

from renkei.deid import PseudonymKey, deidentify, load_profile
from renkei.deid.standard import load_table

KEY = PseudonymKey({1: bytes(range(32))})
PROFILE = load_profile()
ROW = re.compile(
    r"^\| (\S+) \| `?(\w*)`? \| (\S+) \| (\S+) \| (\w) ([^|]+) \| ([^|]+) \|$", re.MULTILINE
)
PAGES = {language: statement("", language) for language in (EN, JA)}


@pytest.mark.parametrize("language", [EN, JA])
def test_each_row_of_the_table_is_told_with_what_is_done_and_why(language):
    rows = ROW.findall(PAGES[language])
    assert [row[1] or row[0] for row in rows] == [
        row[1] or row[0] for row in ROW.findall(PAGES[EN])
    ]
    assert {row[1] or row[0] for row in rows} == {row.element for row in load_table()}
    assert all(row[5] == LETTERS[row[4]][language] and row[6].strip() for row in rows)
    assert PROFILE.sha256 in PAGES[language]


def test_the_two_languages_do_not_differ_in_a_letter():
    assert [row[:5] for row in ROW.findall(PAGES[EN])] == [r[:5] for r in ROW.findall(PAGES[JA])]


def test_the_outputs_of_a_study_are_as_the_statement_says():
    told = {row.element: letter(row, PROFILE) for row in load_table()}
    seen = Counter()
    for data in study().values():
        before = pydicom.dcmread(io.BytesIO(data))
        after = pydicom.dcmread(io.BytesIO(deidentify(data, PROFILE, KEY).data))
        given = {e.keyword: str(e.value) for e in before if e.VR != "SQ"}
        for element in after:
            done = told.get(element.keyword, "")
            if element.VR == "SQ" or element.keyword not in given:
                continue
            seen[done] += 1
            assert done != "X", element.keyword
            assert done != "Z" or element.is_empty, element.keyword
            assert done != "D" or element.value == "REMOVED", element.keyword
            changed = str(element.value) != given[element.keyword]
            assert done not in "UP" or not done or changed, element.keyword
    assert {"C", "D", "K", "P", "U", "Z"} < set(seen)


def test_what_is_listed_beside_the_table_is_what_else_is_kept():
    named = {row.tag for row in load_table()}
    section = PAGES[EN].split("## What stays")[1].split("##")[0]
    words = re.findall(r"`(\w+)`", section)
    kept = [t for t, rule in PROFILE.rules.items() if t not in named and rule.action.value != "X"]
    assert sorted(pydicom.datadict.tag_for_keyword(word) for word in words) == sorted(kept)
    assert f"({len(kept)} elements)" in section
