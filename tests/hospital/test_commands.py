"""`renkei hospital`: init, add, status on the command line."""

import json

import pytest
from tests.hospital.site_made import SAMPLES, SITE, dicom, make_data, read_through
from typer.testing import CliRunner

from renkei.hospital.commands import app
from renkei.hospital.consents import BadListError
from renkei.hospital.review import NotReviewedError
from renkei.hospital.site import open_site
from renkei.hospital.vault import opened

RUN = CliRunner()


@pytest.fixture
def folder(tmp_path):
    answer = RUN.invoke(
        app,
        ["init", str(tmp_path / "site"), "--site", str(SITE), "--server", "http://127.0.0.1:1",
         "--approval", "E-1", "--agreement", "A-1", "--known", "SCANNER1",
         "--period-start", "1999-04-01"],
    )  # fmt: skip
    assert answer.exit_code == 0
    return tmp_path / "site"


def test_init_prints_the_fingerprint_of_the_new_key(folder):
    site = open_site(folder)
    assert site.known_aes == ("SCANNER1",)
    assert site.period_start.isoformat() == "1999-04-01"
    again = RUN.invoke(app, ["init", str(folder), "--site", str(SITE), "--server", "x",
                             "--approval", "E", "--agreement", "A"])  # fmt: skip
    assert type(again.exception).__name__ == "SiteExistsError"


def test_add_answers_per_file_and_status_counts_them(folder, tmp_path):
    data = make_data(tmp_path / "ward")
    answer = RUN.invoke(app, ["add", str(data), "--site", str(folder), "--json"])
    assert answer.exit_code == 0
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert len(lines) == 11
    status = json.loads(RUN.invoke(app, ["status", "--site", str(folder), "--json"]).stdout)
    assert status["found"] == status["waiting"] + sum(status["held"].values()) == 11


def test_a_clean_file_leaves_the_spool_and_a_held_one_stays(folder, tmp_path):
    site = open_site(folder)
    data = make_data(tmp_path / "ward")
    good = dicom(SAMPLES / "mr_dicom" / "brain_006.dcm", "0090417723", "山寺^太郎左")
    (site.spool / "one.dcm").write_bytes(good)
    (site.spool / "two.dcm").write_bytes(good[:3000])
    answer = RUN.invoke(app, ["add", "--site", str(folder), "--consent", str(data / "consent.csv")])
    assert answer.exit_code == 0
    assert [p.name for p in site.spool.iterdir()] == ["two.dcm"]


def test_sending_waits_for_the_review_and_keeps_everything_while_nobody_answers(folder, tmp_path):
    RUN.invoke(app, ["add", str(make_data(tmp_path / "ward")), "--site", str(folder)])
    refused = RUN.invoke(app, ["send", "--site", str(folder)])
    assert isinstance(refused.exception, NotReviewedError)
    assert "open the page 'Review texts'" in refused.exception.sentence
    with opened(folder) as vault:
        assert vault.waiting()
        assert not vault.batches()
    read_through(open_site(folder))
    answer = RUN.invoke(app, ["send", "--site", str(folder)])
    assert type(answer.exception).__name__ == "ServerUnreachableError"
    status = json.loads(RUN.invoke(app, ["status", "--site", str(folder), "--json"]).stdout)
    assert [b["state"] for b in status["batches"]] == ["open"]
    assert status["sent"] == 0


def test_a_folder_without_a_list_of_consents_is_refused_with_what_to_do(folder, tmp_path):
    data = make_data(tmp_path / "ward")
    (data / "consent.csv").unlink()
    answer = RUN.invoke(app, ["add", str(data), "--site", str(folder)])
    assert isinstance(answer.exception, BadListError)
    assert answer.exception.exit_code == 3
    assert "put consent.csv into the folder" in answer.exception.sentence
