"""Sending: the manifest first, nothing twice, and counts that close at both ends."""

import pytest
from tests.hospital.platform_made import Platform, sent_by

from renkei.client import ServerUnreachableError
from renkei.hospital import transfer
from renkei.hospital.send import CountsDifferError
from renkei.hospital.vault import opened
from renkei.proof.batch import parse_batch
from renkei.proof.certificate import open_certificate


def test_everything_in_the_outbox_arrives_and_the_counts_close(site):
    (found,) = sent_by(site, Platform())
    assert (found.sent, found.stored, found.quarantined) == (8, 8, {})


def test_what_the_platform_refuses_is_counted_with_its_reason(site):
    (found,) = sent_by(site, Platform(lose=frozenset({"maf", "slide"})))
    assert (found.stored, found.quarantined) == (6, {"no_approval": 2})


@pytest.mark.parametrize("cut", range(1, 16, 2))
def test_a_cut_line_is_taken_up_again_and_nothing_is_sent_twice(site, cut, monkeypatch):
    monkeypatch.setattr(transfer, "CHUNK", 400_000)
    platform = Platform(break_after=cut)
    with pytest.raises(ServerUnreachableError):
        sent_by(site, platform)
    (found,) = sent_by(site, platform)
    assert (found.sent, found.stored) == (8, 8)
    assert len(platform.batches) == 1
    with opened(site.folder) as vault:
        uploads = [i.bytes for i in vault.items_of(1) if i.kind != "dicom"]
    assert platform.patched == sum(uploads)


def test_a_second_send_has_nothing_to_do(site):
    platform = Platform()
    sent_by(site, platform)
    assert sent_by(site, platform) == []


def test_counts_that_do_not_close_are_an_error_and_the_batch_stays_open(site, monkeypatch):
    platform = Platform()
    monkeypatch.setattr(platform, "_take", lambda *_: None)
    real = platform._close

    def wrong(number):
        answer = real(number).json()
        return module_response({**answer, "quarantined": {}})

    monkeypatch.setattr(platform, "_close", wrong)
    with pytest.raises(CountsDifferError):
        sent_by(site, platform)
    with opened(site.folder) as vault:
        assert [b["state"] for b in vault.batches()] == ["open"]


def module_response(answer):
    import httpx2

    return httpx2.Response(200, json=answer)


def test_the_manifest_says_what_shifted_dates_hide_and_names_nobody(site):
    sent_by(site, Platform())
    with opened(site.folder) as vault:
        body = vault.manifest(1)
    manifest = parse_batch(body)
    first = next(s for s in manifest.subjects if s.sex == "F")
    assert (first.year, first.age, first.adult) == (2001, 28, True)
    assert first.consent.commercial
    assert first.in_approval_period
    assert {f.kind for f in manifest.files} == {
        "dicom", "nifti", "slide", "label", "table", "maf",
    }  # fmt: skip
    for word in ("山寺", "90417723", "TUMOUR", "20010316", "brain", "Yamadera"):
        assert word.encode() not in body


def test_the_certificate_is_signed_and_counts_actions_and_held_files(site):
    (found,) = sent_by(site, Platform())
    (path,) = site.certificates.iterdir()
    statement = open_certificate(
        path.read_text("utf-8"), [site.signer().verifier], kind="deidentification"
    )
    assert statement["batch"] == str(found.remote)
    assert statement["held"] == {"no_consent": 1, "consent_withdrawn": 1, "truncated": 1}
    assert statement["sent"] == statement["stored"] == 8
    assert statement["actions"]["shifted"] > 0
    assert "山寺" not in path.read_text("utf-8")
