"""Find what a rule wants in an archive: dates in windows, capped answers split, reasons counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydicom import Dataset

from renkei.errors import PeerUnreachableError
from renkei.hospital.dimse import DimseArchive
from renkei.hospital.peer import Archive, Found, parse_peer
from renkei.hospital.rule import Rule, judge, judge_study
from renkei.hospital.site import Site
from renkei.hospital.web import WebArchive
from renkei.hospital.worklist import LISTED, LISTING, NOT_WANTED, WAITING, Worklist, question

# The first windows; an answer that is not whole halves them.
WINDOW_DAYS = 7
DAY_SECONDS = 86_400


class AnswerCappedError(PeerUnreachableError):
    """The archive does not answer wholly, however narrow the question."""


@dataclass(frozen=True, slots=True)
class Window:
    """Days, and seconds of the day, both ends included."""

    first: date
    last: date
    start: int = 0
    end: int = DAY_SECONDS - 1

    def query(self) -> dict[str, str]:
        """Return the range matching keys (PS3.4 C.2.2.2.5)."""
        days = f"{self.first:%Y%m%d}-{self.last:%Y%m%d}"
        if (self.start, self.end) == (0, DAY_SECONDS - 1):
            return {"StudyDate": days}
        times = f"{_clock(self.start)}-{_clock(self.end)}"
        return {"StudyDate": f"{self.first:%Y%m%d}", "StudyTime": times}

    def halves(self) -> tuple["Window", "Window"] | None:
        """Return the two halves, or None of a single second."""
        if days := (self.last - self.first).days:
            middle = self.first + timedelta(days=days // 2)
            return Window(self.first, middle), Window(middle + timedelta(days=1), self.last)
        if self.start == self.end:
            return None
        noon = (self.start + self.end) // 2
        return (
            Window(self.first, self.last, self.start, noon),
            Window(self.first, self.last, noon + 1, self.end),
        )


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}"


def open_archive(site: Site, peer: str, *, move: bool = False) -> Archive:
    """Return the archive at an address, or the site's own.

    Raises:
        BadPeerError: The address cannot be understood.
    """
    address = parse_peer(peer or site.pacs)
    return WebArchive(address) if address.url else DimseArchive(site, address, move=move)


def find(site: Site, rule: Rule, archive: Archive, work: Worklist, peer: str) -> int:
    """Fill the worklist with what the rule wants and return the search's number.

    Broken off, it goes on where it was; a question answered wholly is not asked again.

    Raises:
        ArchiveUnreachableError: The archive does not answer; run again.
        AnswerCappedError: It hides matches that no narrower question brings out.
    """
    search, state = work.begin(rule, peer)
    if state != LISTING:
        return search
    work.retry(search)
    for more in _questions(rule):
        for window in _windows(rule):
            name = question(window.first, window.last, more)
            if not work.was_asked(search, name):
                studies = _ask(site, archive, window, more)
                work.note(search, name, list(_judged(rule, archive, studies)))
    work.finish(search, LISTED)
    return search


def _questions(rule: Rule) -> list[dict[str, str]]:
    """Return the matching keys beside the date: an ID of the list."""
    # Never by modality: an archive may cut its answer first and match modalities after, and then
    # calls the rest the whole (seen with Orthanc 1.10).
    return [
        *({"PatientID": patient} for patient in sorted(rule.patients)),
        *({"AccessionNumber": number} for number in sorted(rule.accessions)),
    ] or [{}]


def _windows(rule: Rule) -> Iterator[Window]:
    if rule.patients or rule.accessions:
        # The list bounds the answer; one window is one question each.
        yield Window(rule.study_from, rule.study_to)
        return
    first = rule.study_from
    end = min(rule.study_to, datetime.now(UTC).date() + timedelta(days=1))
    while first <= end:
        last = min(end, first + timedelta(days=WINDOW_DAYS - 1))
        yield Window(first, last)
        first = last + timedelta(days=1)


def _ask(site: Site, archive: Archive, window: Window, more: dict[str, str]) -> list[Dataset]:
    answer = archive.find("STUDY", {**window.query(), **more})
    if not _capped(site, answer):
        return answer.rows
    if (halves := window.halves()) is None:
        raise AnswerCappedError(
            "The archive gives only a part of its matches; ask its administrator to raise the "
            "limit of answers."
        )
    found = [row for half in halves for row in _ask(site, archive, half, more)]
    if window.first != window.last:
        return found
    # A study without a time matches no range of times: what came before the split is not lost.
    return list({str(row.StudyInstanceUID): row for row in [*answer.rows, *found]}.values())


def _capped(site: Site, answer: Found) -> bool:
    # Some archives cut their answer and call it whole; at the usual limit it is not believed.
    return not answer.whole or len(answer.rows) >= site.find_cap


def _judged(
    rule: Rule, archive: Archive, studies: list[Dataset]
) -> Iterator[tuple[str, str, int, str, str]]:
    for study in studies:
        uid = str(study.StudyInstanceUID)
        if not _may_hold(rule, study):
            continue
        if reasons := judge_study(rule, study).reasons:
            yield uid, "", 0, NOT_WANTED, ",".join(reasons)
            continue
        for series in archive.find("SERIES", {"StudyInstanceUID": uid}).rows:
            facts = _joined(study, series)
            answer = judge(rule, facts)
            images = _number(series.get("NumberOfSeriesRelatedInstances"))
            state = NOT_WANTED if answer.reasons else WAITING
            told = ",".join(answer.reasons or answer.unclear)
            yield uid, str(series.SeriesInstanceUID), images, state, told


def _may_hold(rule: Rule, study: Dataset) -> bool:
    told = study.get("ModalitiesInStudy") or []
    modalities = {told} if isinstance(told, str) else set(told)
    return not modalities or bool(modalities & set(rule.modality))


def _joined(study: Dataset, series: Dataset) -> Dataset:
    joined = Dataset()
    joined.update(study)
    joined.update({e.tag: e for e in series if not e.is_empty})
    return joined


def _number(value: Any) -> int:
    return int(value) if value not in {None, ""} else 0
