"""`renkei hospital forget`: nothing that links a pseudonym to a patient is left in the folder."""

import json
import sqlite3
from contextlib import closing

import pytest
from tests.hospital.site_made import make_data, make_site
from typer.testing import CliRunner

from renkei.client import Client
from renkei.deid import pseudonym
from renkei.hospital import forget as forgetting
from renkei.hospital.commands import app
from renkei.hospital.forget import CONSEQUENCES, Forgotten, NotConfirmedError, forget_site
from renkei.hospital.review import reviewing
from renkei.hospital.send import make_manifest, send
from renkei.hospital.site import PSEUDONYM_KEY, ForgottenSiteError, open_site
from renkei.hospital.vault import FILE, opened
from renkei.proof.certificate import open_certificate

RUN = CliRunner()
PATIENT = "90417723"
GONE = "Zdeleted-earlier"


@pytest.fixture
def site(tmp_path):
    """Return a site with one batch that is on its way, one file that waits, and held files."""
    made = make_site(tmp_path / "site")
    data = make_data(tmp_path / "ward")
    assert RUN.invoke(app, ["add", str(data), "--site", str(made.folder)]).exit_code == 0
    with opened(made.folder) as vault:
        waiting = vault.waiting()[:-1]
        vault.open_batch(
            make_manifest(made, vault, waiting).to_bytes(), [item.n for item in waiting]
        )
        with reviewing(made, vault):
            pass
    # A row that was deleted earlier stays in the file's free pages.
    with closing(sqlite3.connect(made.folder / FILE)) as db:
        db.execute("PRAGMA secure_delete=OFF")
        db.execute("INSERT INTO seen VALUES (?, 'held', '')", (GONE * 999,))
        db.commit()
        db.execute("DELETE FROM seen WHERE state = 'held' AND at = ''")
        db.commit()
    return made


def typed(site, text, *more):
    return RUN.invoke(app, ["forget", "--site", str(site.folder), *more], input=f"{text}\n")


def bytes_of(folder):
    return b"".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file())


def test_another_text_destroys_nothing_and_the_consequences_were_read(site):
    before = site.key().secret, bytes_of(site.folder)
    answer = typed(site, "yes")
    assert isinstance(answer.exception, NotConfirmedError)
    assert all(ja in answer.stderr and en in answer.stderr for _, ja, en in CONSEQUENCES)
    assert (site.key().secret, bytes_of(site.folder)) == before


def test_after_it_no_patient_no_path_no_original_and_no_key_is_in_the_folder(site, tmp_path):
    key, subject = site.key(), pseudonym(site.key(), "patient", PATIENT)
    with closing(sqlite3.connect(site.folder / FILE)) as db:
        sources = [row[0] for row in db.execute("SELECT source FROM seen")]
    needles = [PATIENT.encode(), b"withdrawn.dcm", GONE.encode(), key.secret.hex().encode()]
    needles += [source.encode() for source in sources]
    before = bytes_of(site.folder)
    assert len(needles) > 10
    assert [n for n in needles if n not in before] == []
    assert subject.encode() in before
    answer = typed(site, site.approval, "--json")
    assert answer.exit_code == 0, answer.exception
    assert json.loads(answer.stdout.splitlines()[-1]) == {"patients": 2, "unsent": 1, "held": 3}
    after = bytes_of(site.folder)
    assert [n for n in needles if n in after] == []
    assert not (site.folder / PSEUDONYM_KEY).exists()
    assert list(site.outbox.iterdir()) == []
    # What was sent stays on record, in pseudonyms.
    with opened(site.folder) as vault:
        assert len(vault.batches()) == 1
        assert subject in {name for item in vault.items_of(1) for name in item.subjects}


def test_afterwards_nothing_is_added_sent_fetched_or_received(site, tmp_path):
    assert typed(site, site.approval).exit_code == 0
    rule = tmp_path / "rule.toml"
    rule.write_text(
        'name = "r"\nmodality = "CT"\nstudy_from = 2020-01-01\nstudy_to = 2020-02-01\n', "utf-8"
    )
    for command in (["add", str(tmp_path / "ward")], ["send"], ["listen"], ["find", str(rule)]):
        answer = RUN.invoke(app, [*command, "--site", str(site.folder)])
        assert isinstance(answer.exception, ForgottenSiteError), command
        assert answer.exception.exit_code == 5
    with (
        opened(site.folder) as vault,
        Client(site.server) as client,
        pytest.raises(ForgottenSiteError),
    ):
        send(site, vault, client)
    status = json.loads(RUN.invoke(app, ["status", "--site", str(site.folder), "--json"]).stdout)
    assert (status["patients"], status["waiting"], status["held"]) == (0, 0, {})


def test_it_is_certified_with_what_becomes_impossible(site):
    forget_site(site)
    note = (site.certificates / "forgotten.note").read_text("utf-8")
    told = open_certificate(note, [site.signer().verifier], kind="forgetting")
    assert told["destroyed"] == {"patients": 2, "unsent": 1, "held": 3}
    assert set(told["impossible"]) == {code for code, _, _ in CONSEQUENCES}
    assert "withdrawal" in told["impossible"]


def test_broken_off_it_refuses_already_and_a_second_call_finishes(site, monkeypatch):
    def breaks(path):
        raise OSError(path)

    with monkeypatch.context() as patched:
        patched.setattr(forgetting, "_shred", breaks)
        with pytest.raises(OSError, match="pseudonym"):
            forget_site(site)
    with pytest.raises(ForgottenSiteError):
        open_site(site.folder).key()
    assert PATIENT.encode() in bytes_of(site.folder)
    forget_site(site)
    assert PATIENT.encode() not in bytes_of(site.folder)
    assert forget_site(site) == Forgotten(0, 0, 0)
