"""The local pages: counts and reasons in Japanese and English, for this computer only."""

import pytest
from starlette.testclient import TestClient
from tests.hospital.site_made import make_data, make_site
from tests.hospital.test_add import added

from renkei.hospital.pages.app import build
from renkei.hospital.pages.words import REASONS, WORDS


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    site = make_site(folder / "site")
    added(site, make_data(folder / "ward"))
    return site


@pytest.fixture
def client(site):
    with TestClient(build(site.folder)) as client:
        yield client


def test_the_overview_is_japanese_and_counts(client):
    page = client.get("/").text
    assert "同意の記録がありません" in page
    assert "<b>11</b>" in page
    assert "鍵と対応表は院外に出ません" in page


def test_english_is_kept_after_a_choice(client):
    assert "no consent on record" in client.get("/?lang=en").text
    assert "The file is cut short" in client.get("/held").text.replace("the file", "The file")


def test_held_files_can_be_narrowed_to_a_reason(client):
    page = client.get("/held", params={"reason": "truncated"}).text
    assert "broken.dcm" in page
    assert "no_consent.dcm" not in page


def test_no_batch_is_said_so(client):
    assert "まだ何も送信していません" in client.get("/batches").text


def test_another_host_name_is_refused(client):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_nothing_is_kept_and_nothing_loaded_from_elsewhere(client):
    headers = client.get("/held").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_both_languages_have_the_same_words():
    assert WORDS["ja"].keys() == WORDS["en"].keys()
    assert REASONS["ja"].keys() == REASONS["en"].keys()
