"""A full disk at the hospital: a sentence, nothing half done, and the next run does the rest."""

import errno
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from tests.hospital.platform_made import Platform, sent_by
from tests.hospital.site_made import make_data, make_site
from tests.hospital.test_add import added

from renkei.deid.disk import DiskFullError, room_on_disk
from renkei.hospital.vault import Vault, opened

# Slices of 133 KB go into it, the volume of 2 MB does not.
ROOM = 1_000_000


def small_disk():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))


@pytest.mark.parametrize(
    ("missing", "last", "files"),
    [((), "scan.nii.gz", 8), (("scan.nii.gz", "liver.nii.gz"), "slide.svs", 6)],
)
def test_an_outbox_without_room_keeps_what_was_done_and_goes_on_later(
    tmp_path, missing, last, files
):
    site, data = make_site(tmp_path / "site"), make_data(tmp_path / "ward")
    for name in missing:
        (data / name).unlink()
    command = [sys.executable, "-m", "renkei", "hospital", "add", str(data)]
    run = subprocess.run(
        [*command, "--site", str(site.folder), "--json"],
        preexec_fn=small_disk, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == DiskFullError.exit_code, run.stderr
    assert "The disk is full; make room" in run.stderr
    assert "Traceback" not in run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    clean = [line for line in lines if line["state"] == "clean"]
    with opened(site.folder) as vault:
        waiting = {item.name: item.bytes for item in vault.waiting()}
    assert len(clean) == len(waiting) > 0
    there = {path.name: path.stat().st_size for path in site.outbox.iterdir()}
    assert there == waiting
    assert added(site, data)[last].state == "clean"
    (found,) = sent_by(site, Platform())
    assert found.stored == found.sent == files


def test_a_vault_without_room_opens_no_batch_and_sends_it_later(tmp_path, monkeypatch):
    site, platform = make_site(tmp_path / "site"), Platform()
    added(site, make_data(tmp_path / "ward"))
    with monkeypatch.context() as patch:
        patch.setattr(Vault, "open_batch", lambda *_: full_database())
        with pytest.raises(DiskFullError):
            sent_by(site, platform)
    assert platform.batches == {}
    (found,) = sent_by(site, platform)
    assert found.stored == found.sent == 8


def full_database():
    """Write into a database that may not grow, as one on a full disk."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE a (b BLOB)")
        database.execute("PRAGMA max_page_count = 2").fetchone()
        database.execute("INSERT INTO a VALUES (zeroblob(100000))")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_other_faults_of_the_disk_stay_what_they_are(number):
    with pytest.raises(OSError, match=os.strerror(number)), room_on_disk():
        raise OSError(number, os.strerror(number))
