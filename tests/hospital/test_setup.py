"""The set-up: six steps that can be taken again, a key on paper, a notice for the public."""

import re
import string

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynetdicom import AE
from pynetdicom.sop_class import Verification
from starlette.testclient import TestClient
from tests.hospital.platform_made import Platform
from tests.hospital.site_made import SITE, make_data, make_site
from tests.hospital.test_add import added
from typer.testing import CliRunner

from renkei.client import Client, saved_token
from renkei.deid.pseudonym import PseudonymKey
from renkei.hospital import onboard
from renkei.hospital.commands import app
from renkei.hospital.onboard import steps_of
from renkei.hospital.pages.app import build
from renkei.hospital.pages.words import WORDS
from renkei.hospital.review import reviewing
from renkei.hospital.send import send
from renkei.hospital.sheet import WrongSheetError, read_sheet, sheet_lines
from renkei.hospital.site import PSEUDONYM_KEY, open_site
from renkei.hospital.vault import opened

FORM = {
    "site": str(SITE), "server": "http://platform.example", "approval": "E-2024-007",
    "agreement": "A-2024-003", "ae_title": "RENKEI", "known_aes": "SCANNER1, CT2",
    "period_start": "2024-04-01", "opt_out_start": "2024-05-01", "opt_out_end": "2026-03-31",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "site"


@pytest.fixture
def client(folder):
    with TestClient(build(folder)) as client:
        yield client


def post(client, step, **fields):
    token = re.search(r'name="token" value="([^"]+)"', client.get("/setup").text)[1]
    data = {"token": token, **fields}
    return client.post(f"/setup/{step}", data=data, follow_redirects=False)


def done(folder):
    return {step.name for step in steps_of(folder) if step.at}


def test_a_new_folder_leads_to_the_set_up_and_becomes_a_site_that_is_not_live(client, folder):
    assert "/setup" in client.get("/", follow_redirects=False).headers["Location"]
    assert client.get("/setup/sheet").status_code == 404
    assert post(client, "site", **FORM).status_code == 303
    site = open_site(folder)
    assert not site.live
    assert site.known_aes == ("SCANNER1", "CT2")
    assert site.opt_out_end.isoformat() == "2026-03-31"
    assert done(folder) == {"site"}


def test_the_settings_can_be_changed_and_the_key_stays(client, folder):
    post(client, "site", **FORM)
    before = open_site(folder).key().fingerprint
    post(client, "site", **{**FORM, "approval": "E-2025-001"})
    assert open_site(folder).approval == "E-2025-001"
    assert open_site(folder).key().fingerprint == before
    other = {**FORM, "site": "0190a000-0000-7000-8000-00000000000b"}
    assert post(client, "site", **other).status_code == 400
    assert open_site(folder).site == SITE


@pytest.mark.parametrize(
    "wrong",
    [{"site": "7"}, {"period_start": "1 April"}, {"approval": " "}, {"pacs": "nowhere"}],
)
def test_a_field_that_is_not_understood_changes_nothing(client, folder, wrong):
    assert post(client, "site", **{**FORM, **wrong}).status_code == 400
    assert not folder.exists()


def test_only_a_token_of_this_hospital_is_kept(client, folder, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    me = {"name": "病院 太郎", "role": "hospital", "organisation": {"id": str(SITE)}}

    def platform(_site, token):
        answers = {
            "rk_own": httpx2.Response(200, json=me),
            "rk_other": httpx2.Response(200, json={**me, "organisation": {"id": "x"}}),
        }
        answer = answers.get(token, httpx2.Response(401, json={"detail": "no", "title": "x"}))
        return Client("http://p", token, transport=httpx2.MockTransport(lambda _: answer))

    monkeypatch.setattr(onboard, "platform_of", platform)
    post(client, "site", **FORM)
    assert post(client, "platform", secret="rk_wrong").status_code == 401
    assert post(client, "platform", secret="rk_other").status_code == 403
    assert saved_token(FORM["server"]) is None
    assert "platform" not in done(folder)
    assert post(client, "platform", secret=" rk_own ").status_code == 303
    assert saved_token(FORM["server"]) == "rk_own"
    assert "platform" in done(folder)


def test_the_sheet_is_confirmed_from_the_paper(client, folder):
    post(client, "site", **FORM)
    page = client.get("/setup/sheet").text
    lines = sheet_lines(open_site(folder).key())
    assert all(line in page for line in lines)
    assert "size: A4" in page
    assert post(client, "key", line=lines[0]).status_code == 422
    assert "key" not in done(folder)
    assert post(client, "key", line=lines[-1].lower()).status_code == 303
    assert "key" in done(folder)
    # Whoever opens the pages later does not get the key.
    again = client.get("/setup/sheet")
    assert again.status_code == 403
    assert not any(line in again.text for line in lines)


def test_the_archive_is_asked(client, folder):
    post(client, "site", **{**FORM, "pacs": "NONE@127.0.0.1:1"})
    assert post(client, "archive").status_code == 502
    assert "archive" not in done(folder)
    archive = AE(ae_title="PACS")
    archive.add_supported_context(Verification)
    server = archive.start_server(("127.0.0.1", 0), block=False)
    try:
        peer = f"PACS@127.0.0.1:{server.socket.getsockname()[1]}"
        post(client, "site", **{**FORM, "pacs": peer})
        assert post(client, "archive").status_code == 303
    finally:
        server.shutdown()
    assert "archive" in done(folder)


def test_going_live_needs_one_signed_batch_that_arrived(client, folder, tmp_path):
    post(client, "site", **FORM)
    assert post(client, "live").status_code == 409
    site = open_site(folder)
    added(site, make_data(tmp_path / "ward"))
    with opened(folder) as vault, reviewing(site, vault) as review:
        review.decide(approved=[t.n for t in review.texts()], refused=[], reviewer="確認 花子")
        review.sign("確認 花子")
    with (
        opened(folder) as vault,
        Client("http://p", "t", transport=Platform().transport()) as platform,
    ):
        send(site, vault, platform)
    assert post(client, "live").status_code == 303
    assert {"pilot", "live"} <= done(folder)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_step_stands_on_the_page_in_both_languages(client, folder, language):
    post(client, "site", **FORM)
    page = client.get("/setup", params={"lang": language}).text
    for step in steps_of(folder):
        assert WORDS[language][f"step_{step.name}"] in page
    assert page.count("<h1>") == 1
    assert 'aria-current="page"' in page


def test_a_step_from_another_site_is_refused(client, folder):
    assert client.post("/setup/site", data={**FORM, "token": "guess"}).status_code == 403
    assert not folder.exists()


def test_the_notice_has_the_dates_of_the_settings_in_both_languages(client):
    post(client, "site", **FORM)
    page = client.get("/setup/notice").text
    assert page.count("2024-05-01") == page.count("2026-03-31") == 2
    assert page.count("E-2024-007") == 2
    assert "オプトアウト" in page
    assert "opt-out" in page
    assert "renkei" not in page.lower()


KEYS = st.dictionaries(
    st.integers(1, 9), st.binary(min_size=32, max_size=32), min_size=1, max_size=3
).map(PseudonymKey)


@settings(max_examples=25, deadline=None)
@given(key=KEYS, data=st.data())
def test_a_sheet_gives_its_key_and_one_wrong_letter_does_not(key, data):
    lines = sheet_lines(key)
    assert read_sheet([line.lower() for line in lines], key.fingerprint) == key
    n = data.draw(st.integers(0, len(lines) - 1))
    letters = [i for i, c in enumerate(lines[n]) if c in string.ascii_uppercase and i > 3]
    place = data.draw(st.sampled_from(letters or [5]))
    letter = "A" if lines[n][place] != "A" else "B"
    wrong = [*lines]
    wrong[n] = lines[n][:place] + letter + lines[n][place + 1 :]
    with pytest.raises(WrongSheetError):
        read_sheet(wrong, key.fingerprint)
    with pytest.raises(WrongSheetError):
        read_sheet(lines[:n] + lines[n + 1 :], key.fingerprint)
    with pytest.raises(WrongSheetError):
        read_sheet(lines, "0" * 16)


def test_zero_one_and_eight_are_read_as_the_letters_that_they_look_like():
    key = PseudonymKey({1: bytes(range(32))})
    typed = [
        line[:4] + line[4:].translate(str.maketrans("OIB", "018")) for line in sheet_lines(key)
    ]
    assert read_sheet(typed, key.fingerprint) == key


def restored(site, key):
    lines = "\n".join([*sheet_lines(key), "", key.fingerprint, ""])
    return CliRunner().invoke(app, ["restore-key", "--site", str(site.folder)], input=lines)


def test_the_key_is_restored_for_its_own_vault_only(tmp_path):
    site = make_site(tmp_path / "site")
    added(site, make_data(tmp_path / "ward"))
    key = site.key()
    assert type(restored(site, key).exception).__name__ == "KeyExistsError"
    (site.folder / PSEUDONYM_KEY).unlink()
    assert isinstance(restored(site, PseudonymKey.new()).exception, WrongSheetError)
    assert not (site.folder / PSEUDONYM_KEY).exists()
    assert restored(site, key).exit_code == 0
    assert site.key() == key
