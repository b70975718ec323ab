"""Finding and fetching against a real Orthanc: every way in, split answers, resumed runs."""

import io
import json
from dataclasses import replace
from datetime import time
from time import monotonic

import pydicom
import pytest
from tests.hospital.pacs import MISSING, WHY, ct, orthanc
from tests.hospital.site_made import make_site
from typer.testing import CliRunner

from renkei.errors import PeerUnreachableError
from renkei.hospital import fetch as fetching
from renkei.hospital.commands import app
from renkei.hospital.dimse import DimseArchive
from renkei.hospital.fetch import fetch, in_hours
from renkei.hospital.find import AnswerCappedError, find, open_archive
from renkei.hospital.peer import ArchiveUnreachableError
from renkei.hospital.rule import read_rule
from renkei.hospital.worklist import worklist

pytestmark = pytest.mark.skipif(MISSING, reason=WHY)
RUN = CliRunner()
RULE = """\
name = "chest"
modality = ["CT"]
study_from = 2020-04-01
study_to = 2021-03-31
"""
WAYS = [("dimse", False), ("dimse", True), ("web", False)]


def fill(pacs):
    """Six studies: two chests (one thin, in contrast), a child, one too old, an MR, an abdomen."""
    chest = {"BodyPartExamined": "CHEST", "StudyDescription": "胸部造影CT 結節精査"}
    for n in range(3):
        pacs.keep(ct(n, study="1.2.1", series="1.2.1.1", SliceThickness="1.25", **chest))
    pacs.keep(ct(3, study="1.2.1", series="1.2.1.2", SliceThickness="5", decoded=False, **chest))
    plain = {
        "BodyPartExamined": "CHEST",
        "StudyDescription": "胸部単純CT",
        "ContrastBolusAgent": "",
    }
    pacs.keep(ct(4, study="1.2.2", series="1.2.2.1", PatientID="55", StudyDate="20210301", **plain))
    pacs.keep(
        ct(5, study="1.2.3", series="1.2.3.1", StudyTime="081500", PatientID="77",
           PatientBirthDate="20100101", **chest)
    )  # fmt: skip
    pacs.keep(ct(6, study="1.2.4", series="1.2.4.1", PatientID="88", StudyDate="20150101", **chest))
    pacs.keep(
        ct(7, study="1.2.5", series="1.2.5.1", StudyTime="", PatientID="99", Modality="MR", **chest)
    )
    late = {"StudyTime": "235959", "PatientID": "66", "BodyPartExamined": "ABDOMEN"}
    pacs.keep(ct(8, study="1.2.6", series="1.2.6.1", **late))


@pytest.fixture(scope="session")
def pacs(tmp_path_factory):
    with orthanc(tmp_path_factory.mktemp("orthanc"), limit=2) as started:
        fill(started)
        yield started


@pytest.fixture
def site(tmp_path, pacs):
    return make_site(tmp_path / "site", port=pacs.move_port, pacs=pacs.dimse, find_cap=2)


def rule_of(tmp_path, more=""):
    path = tmp_path / "rule.toml"
    path.write_text(RULE + more, "utf-8")
    return path


def run(site, path, peer, *options):
    answer = RUN.invoke(
        app, ["find", str(path), "--site", str(site.folder), "--peer", peer, "--json", *options]
    )
    if answer.exception:
        raise answer.exception
    return json.loads(answer.stdout.splitlines()[-1])


def body(data):
    """Return a file without its preamble and meta, which name the program that wrote them."""
    length = int.from_bytes(data[140:144], "little")
    return data[144 + length :]


def test_the_archive_answers_an_echo(site, pacs):
    for peer in (pacs.dimse, pacs.web):
        done = RUN.invoke(app, ["echo", "--site", str(site.folder), "--peer", peer])
        assert done.stdout.endswith("the archive answers\n")
    with pytest.raises(ArchiveUnreachableError), open_archive(site, "X@127.0.0.1:1") as archive:
        archive.echo()


@pytest.mark.parametrize(("way", "move"), WAYS)
def test_a_rule_fetches_what_it_wants_with_the_bytes_of_the_archive(
    site, pacs, tmp_path, way, move
):
    path = rule_of(
        tmp_path,
        'body_part = ["CHEST"]\nslice_mm_max = 2\ncontrast = true\n'
        'adult = true\nwords = ["結節"]\n',
    )
    counts = run(site, path, getattr(pacs, way), *(["--move"] if move else []))
    files = list(site.spool.iterdir())
    # QIDO of this archive tells no thickness: the header decided, and the thick series went again.
    assert counts["fetched"] == 1
    assert counts["images_fetched"] == len(files) == 3
    assert counts["found"] == counts["fetched"] + counts["not_wanted"]
    assert set(counts["reasons"]) >= {"slice_too_thick", "not_adult"}
    for file in files:
        got = pydicom.dcmread(file)
        kept = pacs.original(str(got.SOPInstanceUID))
        assert body(file.read_bytes()) == body(kept)
        assert got.PixelData == pydicom.dcmread(io.BytesIO(kept)).PixelData
    assert list(site.pulling.iterdir()) == []


def test_a_compressed_file_comes_in_the_syntax_that_the_archive_keeps(site, pacs, tmp_path):
    for way, move in WAYS:
        folder = tmp_path / f"{way}{move}"
        folder.mkdir()
        with open_archive(site, getattr(pacs, way), move=move) as archive:
            archive.fetch("1.2.1", "1.2.1.2", folder)
        (file,) = folder.iterdir()
        got = pydicom.dcmread(file)
        kept = pydicom.dcmread(io.BytesIO(pacs.original("1.2.1.2.3")))
        assert got.file_meta.TransferSyntaxUID == kept.file_meta.TransferSyntaxUID
        assert got.file_meta.TransferSyntaxUID.is_compressed
        assert got.PixelData == kept.PixelData


@pytest.mark.parametrize("way", ["dimse", "web"])
def test_a_dry_run_counts_and_fetches_nothing(site, pacs, tmp_path, way):
    counts = run(site, rule_of(tmp_path, "adult = true\n"), getattr(pacs, way), "--dry-run")
    # Two studies of one answer are the most that this archive gives by C-FIND.
    assert counts["found"] == 5
    assert counts["waiting"] == 4
    assert counts["images_waiting"] == 6
    assert counts["reasons"] == {"not_adult": 1}
    assert list(site.spool.iterdir()) == []


def test_a_rule_without_a_hit_says_so(site, tmp_path):
    path = rule_of(tmp_path).with_name("none.toml")
    path.write_text(RULE.replace("2020", "1990").replace("2021", "1991"), "utf-8")
    done = RUN.invoke(app, ["find", str(path), "--site", str(site.folder)])
    assert "nothing in the archive matches" in done.stdout
    assert done.exit_code == 0


def test_a_list_of_ids_is_asked_one_by_one(site, pacs, tmp_path):
    (tmp_path / "ids.csv").write_text("patient_id\n55\n66\n404\n", "cp932")
    counts = run(site, rule_of(tmp_path, 'ids = "ids.csv"\n'), pacs.dimse)
    assert counts["fetched"] == 2
    assert {pydicom.dcmread(p).PatientID for p in site.spool.iterdir()} == {"55", "66"}


def test_a_word_of_a_report_counts_as_one_of_a_description(site, pacs, tmp_path):
    (tmp_path / "r.csv").write_text("accession,text\nA1,右上葉に結節を認める。\n", "utf-8")
    more = 'words = ["結節"]\nreports = "r.csv"\nbody_part = ["ABDOMEN"]\n'
    assert run(site, rule_of(tmp_path, more), pacs.dimse, "--dry-run")["waiting"] == 1


def test_no_name_is_asked_for_or_by(site, pacs, tmp_path, monkeypatch):
    asked = []
    real = DimseArchive.find

    def spy(self, level, query):
        found = real(self, level, query)
        asked.extend([query, *found.rows])
        return found

    monkeypatch.setattr(DimseArchive, "find", spy)
    run(site, rule_of(tmp_path), pacs.dimse, "--dry-run")
    assert len(asked) > 10
    assert not any("PatientName" in one for one in asked)


def test_nothing_identified_is_written_outside_the_site(site, pacs, tmp_path, monkeypatch):
    elsewhere = tmp_path / "tmp"
    elsewhere.mkdir()
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    run(site, rule_of(tmp_path), pacs.dimse)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(("way", "move"), WAYS)
def test_a_series_that_broke_off_is_fetched_whole_by_the_next_try(
    site, pacs, tmp_path, way, move, monkeypatch
):
    rule = read_rule(rule_of(tmp_path, "images_min = 3\n"))
    real = fetching.file_name
    with (
        open_archive(site, getattr(pacs, way), move=move) as archive,
        worklist(site.folder) as work,
    ):
        fetched = type(archive).fetch
        cuts = iter([1, 2])

        def cut(self, study, series, folder):
            fetched(self, study, series, folder)
            for path in list(folder.iterdir())[: next(cuts, 0)]:
                path.unlink()

        monkeypatch.setattr(type(archive), "fetch", cut)
        search = find(site, rule, archive, work, "p")
        fetch(site, rule, archive, work, search)
        counts = work.counts(search)
    assert (counts["fetched"], counts["failed"], counts["waiting"]) == (1, 0, 0)
    names = {p.name for p in site.spool.iterdir()}
    assert names == {real(f"1.2.1.1.{n}") for n in range(3)}


def test_a_killed_run_goes_on_and_a_paused_one_rests(site, pacs, tmp_path, monkeypatch):
    path = rule_of(tmp_path)
    RUN.invoke(app, ["pause", "--site", str(site.folder)])
    assert run(site, path, pacs.dimse)["fetched"] == 0
    RUN.invoke(app, ["resume", "--site", str(site.folder)])
    real, done = fetching._one, []

    def killed(*arguments):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(1)
        return real(*arguments)

    monkeypatch.setattr(fetching, "_one", killed)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        run(site, path, pacs.dimse)
    monkeypatch.setattr(fetching, "_one", real)
    counts = run(site, path, pacs.dimse)
    assert counts["fetched"] == counts["found"] == 5
    assert len(list(site.spool.iterdir())) == counts["images_fetched"] == 7


def test_a_stranger_is_told_to_register(tmp_path, pacs):
    site = make_site(tmp_path / "s", ae_title="NOBODY")
    with open_archive(site, pacs.dimse) as archive, pytest.raises(PeerUnreachableError) as error:
        archive.find("STUDY", {})
    assert "AE title" in error.value.sentence


def test_an_archive_that_hides_matches_is_an_error_not_a_short_list(tmp_path, pacs):
    site = make_site(tmp_path / "s", pacs=pacs.dimse, find_cap=1)
    with pytest.raises(AnswerCappedError):
        run(site, rule_of(tmp_path), pacs.dimse, "--dry-run")


def test_an_unfinished_question_is_asked_again_and_a_finished_one_is_not(
    site, pacs, tmp_path, monkeypatch
):
    path, real, asked = rule_of(tmp_path), DimseArchive.find, []

    def breaking(self, level, query):
        asked.append(query)
        if len(asked) == 20:
            raise ArchiveUnreachableError("cut")
        return real(self, level, query)

    monkeypatch.setattr(DimseArchive, "find", breaking)
    with pytest.raises(ArchiveUnreachableError):
        run(site, path, pacs.dimse, "--dry-run")
    assert run(site, path, pacs.dimse, "--dry-run")["found"] == 5
    weeks = [q["StudyDate"] for q in asked if "StudyDate" in q]
    assert weeks.count("20200401-20200407") == 1


@pytest.mark.parametrize(
    ("hours", "now", "within"),
    [
        ("20:00-06:00", time(23, 0), True), ("20:00-06:00", time(5, 59), True),
        ("20:00-06:00", time(6, 0), False), ("09:00-17:00", time(12, 0), True),
        ("09:00-17:00", time(17, 0), False), ("", time(3, 0), True),
    ],
)  # fmt: skip
def test_night_hours_run_over_midnight(hours, now, within):
    assert in_hours(hours, now) is within


def test_the_rate_is_kept(site, pacs, tmp_path):
    site = replace(site, pull_rate=4.0)
    began = monotonic()
    with open_archive(site, pacs.web) as archive, worklist(site.folder) as work:
        rule = read_rule(rule_of(tmp_path, "images_min = 3\n"))
        fetch(site, rule, archive, work, find(site, rule, archive, work, "w"))
    assert monotonic() - began >= 3 / 4
