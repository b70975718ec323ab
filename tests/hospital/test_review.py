"""Review by unique value, signed sending, and forms that another site cannot send."""

import re
from time import monotonic, sleep

import pytest
from starlette.testclient import TestClient
from tests.hospital.platform_made import Platform

from renkei.client import Client
from renkei.hospital.pages import sending
from renkei.hospital.pages.app import build
from renkei.hospital.review import reviewing
from renkei.hospital.vault import opened


@pytest.fixture
def client(site):
    with TestClient(build(site.folder)) as client:
        yield client


def token(client):
    return re.search(r'name="token" value="([^"]+)"', client.get("/review").text)[1]


def numbers(client):
    return re.findall(r'name="n" value="(\d+)"', client.get("/review").text)


def decide(client, *, refuse=(), which=None):
    which = numbers(client) if which is None else which
    data = {"token": token(client), "reviewer": "確認 花子", "n": which, "refuse": list(refuse)}
    return client.post("/review", data=data, follow_redirects=False)


def test_a_value_of_many_files_is_shown_once(site):
    with opened(site.folder) as vault, reviewing(site, vault) as review:
        texts = review.texts()
        keys = [(t.element, t.value) for t in texts]
        assert len(keys) == len(set(keys)) > 1
        assert max(t.files for t in texts) == 2
        assert "Basic Application Confidentiality Profile" not in {t.value for t in texts}
        assert review.undecided() == len(texts)


def test_each_decision_makes_a_new_version_and_is_kept(site, client):
    first, *others = numbers(client)
    decide(client, which=[first])
    decide(client, which=others)
    with opened(site.folder) as vault, reviewing(site, vault) as review:
        assert review.version() == 2
        assert review.undecided() == 0


def test_a_refused_value_takes_its_files_back_and_the_counts_close(site, client):
    decide(client, refuse=numbers(client)[:1])
    with opened(site.folder) as vault:
        counts = vault.counts()
        assert counts["held"]["text_refused"] == 2
        assert counts["found"] == counts["waiting"] + sum(counts["held"].values())
        assert not any(item.kind == "dicom" for item in vault.waiting())
        names = {item.name for item in vault.waiting()}
    assert {p.name for p in site.outbox.iterdir()} == names


def test_a_decision_without_a_name_is_refused(client):
    data = {"token": token(client), "reviewer": " ", "n": numbers(client)}
    assert client.post("/review", data=data).status_code == 400


def test_nothing_is_sent_before_the_review_nor_without_a_name(site, client):
    data = {"token": token(client), "reviewer": "確認 花子"}
    assert client.post("/send", data=data).status_code == 409
    decide(client)
    assert client.post("/send", data={**data, "reviewer": " "}).status_code == 400
    with opened(site.folder) as vault:
        assert vault.batches() == []


def test_the_signed_batch_is_sent_and_the_signature_is_kept(site, client, monkeypatch):
    platform = Platform()
    monkeypatch.setattr(
        sending, "platform_of", lambda _: Client("http://p", "t", transport=platform.transport())
    )
    decide(client)
    data = {"token": token(client) if numbers(client) else "", "reviewer": "確認 花子"}
    assert client.post("/send", data=data, follow_redirects=False).status_code == 303
    end = monotonic() + 20
    while "完了" not in (page := client.get("/batches").text) and monotonic() < end:
        sleep(0.05)
    assert "確認 花子" in page
    assert "完了" in page
    assert len(platform.batches) == 1


@pytest.mark.parametrize("path", ["/review", "/send"])
def test_a_form_of_another_site_is_refused(client, path):
    good = token(client)
    assert client.post(path, data={"reviewer": "x", "token": "guess"}).status_code == 403
    foreign = {"Origin": "http://evil.example"}
    data = {"reviewer": "x", "token": good}
    assert client.post(path, data=data, headers=foreign).status_code == 403


def test_the_page_of_use_says_why_it_is_empty(client):
    page = client.get("/use").text
    assert "プラットフォームに確認できません" in page


def test_every_page_has_a_heading_and_labels_for_its_fields(client):
    for path in ("/", "/searches", "/held", "/review", "/batches", "/use"):
        page = client.get(path).text
        assert page.count("<h1>") == 1, path
        assert 'aria-current="page"' in page
        for field in re.findall(r'<input type="checkbox"[^>]* id="(\w+)"', page):
            assert f'<label for="{field}">' in page
