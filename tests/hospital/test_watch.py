"""Watched folders, the start at log-in, and a bundle for support that names nobody."""

import json
import shutil
import threading
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.hospital.platform_made import Platform
from tests.hospital.site_made import CONSENTS, SAMPLES, dicom, make_data, make_site, read_through
from tests.hospital.test_add import added
from typer.testing import CliRunner

from renkei.client import Client
from renkei.hospital.autostart import BadAutostartError, autostart
from renkei.hospital.commands import app
from renkei.hospital.send import send
from renkei.hospital.support import write_support
from renkei.hospital.vault import opened
from renkei.hospital.watch import NoWatchError, Watch

MR = SAMPLES / "mr_dicom"
REST = 30.0


@pytest.fixture
def ward(tmp_path):
    folder = tmp_path / "export"
    (folder / "day").mkdir(parents=True)
    (folder / "consent.csv").write_text(CONSENTS, "utf-8")
    data = dicom(MR / "brain_002.dcm", "0090417723", "山寺^太郎左")
    (folder / "day" / "a.dcm").write_bytes(data)
    return folder


@pytest.fixture
def site(tmp_path, ward):
    return make_site(tmp_path / "site", watch=(str(ward),), watch_rest=REST)


@pytest.fixture
def clock():
    return [1000.0]


@pytest.fixture
def watch(site, clock):
    watch = Watch(site, lambda: clock[0])
    yield watch
    watch.close()


def spooled(site):
    return sorted(p.name for p in site.spool.iterdir())


def test_a_file_is_taken_when_it_rests_and_stays_where_it_is(site, ward, watch, clock):
    assert watch.look().growing == 2
    clock[0] += REST - 1
    assert watch.look().growing == 2
    assert spooled(site) == []
    clock[0] += 1
    assert watch.look().taken == 2
    assert spooled(site) == ["a.dcm", "consent.csv"]
    assert (ward / "day" / "a.dcm").exists()
    assert watch.look() == type(watch.look())()


def test_a_file_that_grows_with_an_old_time_is_not_taken(site, ward, watch, clock):
    path = ward / "day" / "big.dcm"
    whole = dicom(MR / "brain_003.dcm", "0090417723", "山寺^太郎左")
    for part in (1000, 5000, len(whole)):
        path.write_bytes(whole[:part])
        shutil.copystat(MR / "brain_003.dcm", path)
        clock[0] += REST
        watch.look()
        assert "big.dcm" not in spooled(site)
    clock[0] += REST
    watch.look()
    assert (site.spool / "big.dcm").read_bytes() == whole


def test_the_same_content_is_taken_once_under_whatever_name_and_after_a_restart(
    site, ward, watch, clock
):
    watch.look()
    clock[0] += REST
    watch.look()
    shutil.copy(ward / "day" / "a.dcm", ward / "copy.dcm")
    (site.spool / "a.dcm").unlink()
    again = Watch(site, lambda: clock[0])
    again.look()
    clock[0] += REST
    assert (again.look().known, spooled(site)) == (1, ["consent.csv"])
    again.close()


def test_two_files_of_one_name_both_come(site, ward, watch, clock):
    other = dicom(MR / "brain_004.dcm", "0090417723", "山寺^太郎左")
    (ward / "a.dcm").write_bytes(other)
    watch.look()
    clock[0] += REST
    assert watch.look().taken == 3
    assert len([name for name in spooled(site) if name.endswith("a.dcm")]) == 2


def test_what_was_taken_is_added_and_sent_through_the_ordinary_door(site, watch, clock):
    watch.look()
    clock[0] += REST
    watch.look()
    answer = CliRunner().invoke(app, ["add", "--site", str(site.folder)], catch_exceptions=False)
    assert answer.stdout.startswith("clean")
    assert spooled(site) == ["consent.csv"]


def test_it_runs_until_it_is_stopped(site, watch, clock):
    stop, told = threading.Event(), []
    watch.look()
    clock[0] += REST
    watch.run(stop, lambda found: (told.append(found.taken), stop.set()))
    assert told == [2]


def test_without_a_folder_it_says_what_to_write(site):
    with pytest.raises(NoWatchError, match=r"site\.toml"):
        Watch(replace(site, watch=()))


def test_the_files_for_log_in_ask_for_no_rights(site):
    unit = autostart(site.folder, "watch", "linux")
    assert f'watch --site "{site.folder.absolute()}"' in unit
    assert "WantedBy=default.target" in unit
    assert "User=" not in unit
    run = CliRunner().invoke(
        app, ["autostart", "pages", "--site", str(site.folder), "--system", "windows"]
    )
    task = ET.fromstring(run.stdout.partition("\n")[2])
    space = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
    assert task.find(f".//{space}RunLevel").text == "LeastPrivilege"
    assert task.find(f".//{space}LogonTrigger") is not None
    assert "hospital pages" in task.find(f".//{space}Arguments").text
    with pytest.raises(BadAutostartError):
        autostart(site.folder, "send", "linux")


def test_the_bundle_for_support_counts_and_names_nobody(tmp_path):
    site = make_site(
        tmp_path / "site",
        pacs="PACS@10.20.30.40:104",
        proxy="http://taro:geheim@proxy.example:3128",
        watch=(str(tmp_path / "山寺科"),),
        known_hosts=("10.20.30.41",),
    )
    added(site, make_data(tmp_path / "ward"))
    read_through(site)
    with (
        opened(site.folder) as vault,
        Client("http://p", "t", transport=Platform().transport()) as client,
    ):
        vault.hold("x" * 64, Path("/ward/山寺.dcm"), "dicom", "Yamadera Taro 0090417723")
        send(site, vault, client)
        known = [name for name, _, _ in vault.sample()]
    out = tmp_path / "support.zip"
    write_support(site, out)
    with zipfile.ZipFile(out) as archive:
        (name,) = archive.namelist()
        text = archive.read(name).decode()
    facts = json.loads(text)
    assert facts["held"]["truncated"] == 1
    assert facts["held"]["not_a_code"] == 1
    assert facts["batches"][0]["answer"]["stored"] == 8
    assert facts["settings"]["wire"] == "none"
    assert facts["settings"]["pacs"] is True
    secret = [
        "山寺", "\\u5c71", "Yamadera", "ヤマデラ", "9041772", "5551234", "19520318", "1952-03-18",
        "TUMOUR", "YAMADERA", "no_consent.dcm", "10.20.30", "geheim", "taro", "proxy.example",
        "PACS@", "SCANNER1", "E-2024-007", "A-2024-003", str(site.site), str(tmp_path),
        site.key().secret.hex(), site.key().fingerprint, *known,
    ]  # fmt: skip
    assert len(known) > 0
    assert [word for word in secret if word.lower() in text.lower()] == []
