"""Fetch the worklist into the spool: at the agreed hours and pace, a series whole or not at all."""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from datetime import time as clock
from pathlib import Path

import pydicom

from renkei.errors import PeerUnreachableError
from renkei.hospital.listen import SUFFIX, file_name, sync_folder
from renkei.hospital.peer import Archive
from renkei.hospital.rule import Rule, judge
from renkei.hospital.site import BadSiteError, Site
from renkei.hospital.worklist import DONE, FETCHED, NOT_WANTED, Wanted, Worklist
from renkei.log import get_logger

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
LOOK_SECONDS = 2.0
log = get_logger(__name__)


def fetch(site: Site, rule: Rule, archive: Archive, work: Worklist, search: int) -> None:
    """Fetch every waiting series; paused from elsewhere it ends after the one in hand.

    A series that stays incomplete after some tries is settled as failed, and the next run tries
    it again.
    """
    began, images = time.monotonic(), 0
    with _own_temporary_folder(site):
        while (wanted := work.next(search)) is not None:
            if work.paused():
                return
            if not in_hours(site.pull_hours, datetime.now().astimezone().time()):
                time.sleep(LOOK_SECONDS)
                continue
            images += _one(site, rule, archive, work, wanted)
            if site.pull_rate:
                time.sleep(max(0.0, images / site.pull_rate - (time.monotonic() - began)))
    work.finish(search, DONE)


def in_hours(hours: str, now: clock) -> bool:
    """Tell whether the hours, such as 20:00-06:00, hold the time of day; no hours are all hours.

    Raises:
        BadSiteError: The hours are not written so.
    """
    if not hours:
        return True
    if (match := _HOURS.fullmatch(hours)) is None:
        raise BadSiteError("Write pull_hours in site.toml as 20:00-06:00.")
    begin, end = clock(int(match[1]), int(match[2])), clock(int(match[3]), int(match[4]))
    return begin <= now < end if begin <= end else now >= begin or now < end


def _one(site: Site, rule: Rule, archive: Archive, work: Worklist, wanted: Wanted) -> int:
    folder = site.pulling / str(wanted.n)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        expected = _expected(archive, wanted)
        archive.fetch(wanted.study, wanted.series, folder)
    except PeerUnreachableError as error:
        log.info("series not fetched", reason=error.code, attempts=wanted.tries + 1)
        work.fail(wanted, error.code)
        return 0
    files = {p.name: p for p in folder.glob(f"*{SUFFIX}")}
    missing = expected - files.keys()
    if missing or not files or len(files) < wanted.images:
        # What has come stays in the folder; the next try completes it.
        log.info("series incomplete", count=len(files), total=len(expected))
        work.fail(wanted, "incomplete")
        return len(files)
    if reasons := _refused(rule, next(iter(files.values())), wanted):
        shutil.rmtree(folder)
        work.settle(wanted.n, NOT_WANTED, images=len(files), reason=",".join(reasons))
        return len(files)
    for path in files.values():
        _durable(path)
        path.replace(site.spool / path.name)
    sync_folder(site.spool)
    shutil.rmtree(folder)
    work.settle(wanted.n, FETCHED, images=len(files))
    log.info("series fetched", count=len(files))
    return len(files)


def _expected(archive: Archive, wanted: Wanted) -> set[str]:
    query = {"StudyInstanceUID": wanted.study, "SeriesInstanceUID": wanted.series}
    rows = archive.find("IMAGE", query).rows
    return {file_name(str(row.SOPInstanceUID)) for row in rows}


def _refused(rule: Rule, path: Path, wanted: Wanted) -> tuple[str, ...]:
    if not wanted.unclear:
        return ()
    header = pydicom.dcmread(path, stop_before_pixels=True)
    reasons = judge(rule, header, header=True).reasons
    # Only what the answers left open: a list or a word was settled before.
    topics = {code.removesuffix("_unknown") for code in wanted.unclear}
    return tuple(r for r in reasons if any(_topic(r) == t for t in topics))


def _topic(reason: str) -> str:
    return {
        "slice_too_thick": "slice", "no_contrast": "contrast", "with_contrast": "contrast",
        "other_body_part": "body_part", "not_adult": "age", "no_such_word": "word",
    }.get(reason, reason.removesuffix("_unknown"))  # fmt: skip


def _durable(path: Path) -> None:
    with path.open("rb+") as file:  # Windows flushes only what it may write
        os.fsync(file.fileno())


@contextmanager
def _own_temporary_folder(site: Site) -> Iterator[None]:
    """Let a library that writes a received file to the temporary folder write into the site's."""
    before = tempfile.tempdir
    site.pulling.mkdir(mode=0o700, exist_ok=True)
    tempfile.tempdir = str(site.pulling)
    try:
        yield
    finally:
        tempfile.tempdir = before
