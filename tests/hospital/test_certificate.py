"""The certificate of a batch: every class of action, who signed, and a page that prints."""

import json
from contextlib import closing

import pytest
from starlette.testclient import TestClient
from tests.hospital.platform_made import Platform
from tests.hospital.site_made import SAMPLES, dicom, make_data, make_site, read_through
from tests.hospital.test_add import added
from typer.testing import CliRunner

from renkei.client import Client
from renkei.deid.profile import load_profile
from renkei.hospital.certificate import ACTIONS, NoCertificateError, Signatures, read_certificate
from renkei.hospital.commands import app
from renkei.hospital.pages.app import build
from renkei.hospital.pages.words import WORDS
from renkei.hospital.review import reviewing
from renkei.hospital.send import send
from renkei.hospital.vault import opened
from renkei.proof.note import NoteRefusedError

REVIEWER = "確認 花子"


def sent(site, *, signed):
    platform = Platform()
    with (
        opened(site.folder) as vault,
        Client("http://p", "t", transport=platform.transport()) as client,
    ):
        read_through(site)
        if signed:
            with reviewing(site, vault) as review:
                review.sign(REVIEWER)
        return send(site, vault, client)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site that sent two signed batches, and a third, as large as the second, unsigned."""
    folder = tmp_path_factory.mktemp("certificate")
    site = make_site(folder / "site")
    ward = make_data(folder / "ward")
    added(site, ward)
    sent(site, signed=True)
    for n, signed in ((6, True), (7, False)):
        path = SAMPLES / "mr_dicom" / f"brain_00{n}.dcm"
        (ward / f"later_{n}.dcm").write_bytes(dicom(path, "0090417723", "山寺^太郎左"))
        added(site, ward)
        sent(site, signed=signed)
    return site


@pytest.fixture
def client(site):
    with TestClient(build(site.folder)) as client:
        yield client


def test_it_states_rules_key_tool_counts_and_every_class_of_action(site):
    found = read_certificate(site, 1)
    assert found["rules_sha256"] == load_profile(site.profile).sha256
    assert found["key_fingerprint"] == site.key().fingerprint
    assert set(found["actions"]) >= set(ACTIONS)
    assert found["actions"]["private"] >= 0 < found["actions"]["kept"]
    assert found["sent"] == found["stored"] == sum(found["files"].values())
    assert found["residual_scan"] == {"clean": found["sent"], "held": 0}
    assert found["held"] == {"no_consent": 1, "consent_withdrawn": 1, "truncated": 1}


def test_a_signature_lets_one_batch_go_and_not_the_next(site):
    assert read_certificate(site, 1)["reviewed"]["by"] == REVIEWER
    assert read_certificate(site, 2)["reviewed"]["by"] == REVIEWER
    assert read_certificate(site, 2)["sent"] == read_certificate(site, 3)["sent"] == 1
    assert read_certificate(site, 3)["reviewed"] is None


def test_a_signature_for_other_files_is_no_signature(tmp_path):
    site = make_site(tmp_path / "site")
    with opened(site.folder) as vault, reviewing(site, vault) as review:
        review.sign(REVIEWER)
    with closing(Signatures(site)) as signatures:
        assert signatures.waits(0)
        assert not signatures.waits(3)


def test_a_changed_certificate_is_refused(site, client):
    path = site.certificates / "batch-000002.note"
    text = path.read_text("utf-8")
    try:
        path.write_text(text.replace('"sent":1', '"sent":2'), "utf-8")
        with pytest.raises(NoteRefusedError):
            read_certificate(site, 2)
        assert client.get("/batches/2/certificate").status_code == 422
    finally:
        path.write_text(text, "utf-8")


def test_a_batch_without_one_says_what_to_do(site, client):
    with pytest.raises(NoCertificateError):
        read_certificate(site, 9)
    answer = client.get("/batches/9/certificate")
    assert answer.status_code == 404
    assert WORDS["ja"]["no_certificate"] in answer.text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_shows_what_the_note_states_and_prints_on_a4(site, client, language):
    page = client.get("/batches/1/certificate", params={"lang": language}).text
    words, found = WORDS[language], read_certificate(site, 1)
    assert all(words[f"action_{code}"] in page for code in {*ACTIONS, *found["actions"]})
    assert found["rules_sha256"] in page
    assert str(site.signer().verifier) in page
    assert REVIEWER in page
    assert "size: A4" in page
    assert "山寺" not in page
    assert 'href="/batches/1/certificate"' in client.get("/batches").text


def test_the_command_prints_the_same_statement(site):
    answer = CliRunner().invoke(
        app, ["certificate", "--site", str(site.folder), "--batch", "1"], catch_exceptions=False
    )
    assert json.loads(answer.stdout) == read_certificate(site, 1)
