"""The log holds no patient, whatever a caller passes."""

import io
import json
import logging
import sys

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from tests.shape.source import ROOT

from renkei import log

NAMES = ["山田^太郎", "YAMADA^TARO", "ヤマダ", "1961-02-03", "0012345678", "TEST^PATIENT"]


@pytest.fixture
def lines(monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    log.configure("debug", json=True)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_dropped_under_any_key(lines, name):
    log.get_logger("t").warning("intake.refused", reason=name, patient=name, count=3, route=name)
    (line,) = lines()
    assert name not in json.dumps(line, ensure_ascii=False)
    assert (line["event"], line["count"], line["dropped"]) == ("intake.refused", 3, 3)


def test_no_value_of_a_real_header_comes_through(lines):
    header = dcmread(next((ROOT / "samples" / "ct_dicom").glob("*.dcm")), stop_before_pixels=True)
    values = {str(e.value) for e in header if e.VR in {"PN", "LO", "SH", "UI", "DA", "TM", "LT"}}
    values = {v for v in values if len(v) > 3}
    assert len(values) > 10
    for value in values:
        log.get_logger("t").info("x", reason=value, kind=value, method=value, error=value)
    # Digits of the clock may be those of a value.
    said = [{k: v for k, v in line.items() if k != "timestamp"} for line in lines()]
    text = json.dumps(said, ensure_ascii=False)
    assert [v for v in values if v in text] == []


def test_another_librarys_record_is_named_without_its_text(lines):
    logging.getLogger("pydicom").warning("bad value for %s", "YAMADA^TARO")
    (line,) = lines()
    assert line["event"] == "library_message"
    assert "YAMADA" not in json.dumps(line)


@given(st.text())
def test_only_codes_uuids_and_numbers_pass(text):
    kept = log.guard(None, "info", {"event": "e", "reason": text})
    assert ("reason" in kept) == bool(
        log._CODE.fullmatch(text)  # a UUID never comes out of st.text()
    )
