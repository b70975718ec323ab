"""Review by unique value: each text that would leave is read once, however many files hold it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom import Dataset
from pydicom.datadict import keyword_for_tag
from pydicom.multival import MultiValue

from renkei.errors import ConflictError
from renkei.hospital.site import Site
from renkei.hospital.suspected import suspected_texts
from renkei.hospital.vault import Vault, VaultFile, now

SCHEMA = """
CREATE TABLE IF NOT EXISTS text (
  n INTEGER PRIMARY KEY, element TEXT NOT NULL, value TEXT NOT NULL, state TEXT NOT NULL,
  version INTEGER, reviewer TEXT, at TEXT, UNIQUE (element, value));
CREATE TABLE IF NOT EXISTS text_of (
  item INTEGER NOT NULL, text INTEGER NOT NULL, PRIMARY KEY (item, text));
CREATE TABLE IF NOT EXISTS text_read (item INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS signed (
  n INTEGER PRIMARY KEY, reviewer TEXT NOT NULL, version INTEGER NOT NULL, files INTEGER NOT NULL,
  at TEXT NOT NULL);
"""
OPEN, APPROVED, REFUSED = "open", "approved", "refused"
_TEXT_VRS = frozenset({"LO", "SH", "ST", "LT", "UT", "UC"})
# Written by the tool itself, or words of a public code list.
_OWN = frozenset({
    "PatientID", "PatientName", "DeidentificationMethod", "CodeValue", "CodingSchemeDesignator",
    "CodingSchemeVersion", "DeidentificationMethodCodeSequence",
})  # fmt: skip


class NotReviewedError(ConflictError):
    """Some text of the waiting files was not reviewed."""


@dataclass(frozen=True, slots=True)
class Text:
    """One value of one element, and how many waiting files hold it."""

    n: int
    element: str
    value: str
    state: str
    files: int


class Review(VaultFile):
    """The decisions of one site; each carries the version of the list that it made."""

    def __init__(self, site: Site, vault: Vault) -> None:
        super().__init__(site.folder, SCHEMA)
        self._site, self._vault = site, vault

    def read(self) -> None:
        """Take the texts of the waiting files that were not read before."""
        done = {row[0] for row in self._db.execute("SELECT item FROM text_read")}
        with self._db:
            for item in self._vault.waiting():
                if item.n in done:
                    continue
                for element, value in _texts(self._site.outbox / item.name, item.kind):
                    self._note(item.n, element, value)
                self._db.execute("INSERT INTO text_read VALUES (?)", (item.n,))

    def _note(self, item: int, element: str, value: str) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO text (element, value, state) VALUES (?, ?, 'open')",
            (element, value),
        )
        self._db.execute(
            "INSERT OR IGNORE INTO text_of SELECT ?, n FROM text WHERE element = ? AND value = ?",
            (item, element, value),
        )

    def texts(self) -> list[Text]:
        """Return the values of the waiting files, undecided first, the most frequent first."""
        rows = self._db.execute(
            "SELECT text.*, count(*) AS files FROM text JOIN text_of ON text_of.text = text.n "
            "JOIN item ON item.n = text_of.item WHERE item.batch IS NULL GROUP BY text.n "
            "ORDER BY state <> 'open', files DESC, element, value"
        )
        return [Text(r["n"], r["element"], r["value"], r["state"], r["files"]) for r in rows]

    def undecided(self) -> int:
        """Return how many values nobody has decided."""
        return sum(text.state == OPEN for text in self.texts())

    def decide(self, *, approved: Iterable[int], refused: Iterable[int], reviewer: str) -> int:
        """Keep a person's decisions; return the version of the list that they make."""
        version = self.version() + 1
        pairs = [(APPROVED, n) for n in approved] + [(REFUSED, n) for n in refused]
        with self._db:
            self._db.executemany(
                "UPDATE text SET state = ?, version = ?, reviewer = ?, at = ? WHERE n = ?",
                [(state, version, reviewer, now(), n) for state, n in pairs],
            )
        self.hold_refused()
        return version

    def hold_refused(self) -> None:
        """Take the files that hold a refused value back from the outbox."""
        rows = self._db.execute(
            "SELECT DISTINCT item.n, item.name FROM item JOIN text_of ON text_of.item = item.n "
            "JOIN text ON text.n = text_of.text WHERE text.state = 'refused' "
            "AND item.batch IS NULL"
        ).fetchall()
        for row in rows:
            path = self._site.outbox / row["name"]
            self._vault.take_back(row["n"], path, "text_refused")
            path.unlink(missing_ok=True)

    def version(self) -> int:
        """Return the version of the list of decisions."""
        row = self._db.execute("SELECT max(version) FROM text").fetchone()
        return int(row[0] or 0)

    def sign(self, reviewer: str) -> None:
        """Keep who let the waiting files go, and by which version of the list."""
        with self._db:
            self._db.execute(
                "INSERT INTO signed (reviewer, version, files, at) VALUES (?, ?, ?, ?)",
                (reviewer, self.version(), len(self._vault.waiting()), now()),
            )

    def signatures(self) -> list[dict[str, Any]]:
        """Return who let how many files go, newest first."""
        return [dict(r) for r in self._db.execute("SELECT * FROM signed ORDER BY n DESC")]


def _texts(path: Path, kind: str) -> set[tuple[str, str]]:
    """Return every text of an image's header, and those of tables that may name somebody."""
    if kind == "dicom":
        return set(texts_of(pydicom.dcmread(path, stop_before_pixels=True)))
    return suspected_texts(path, kind)


def texts_of(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Yield (element, value) of every free text, at every depth."""
    foreign = Dataset()
    foreign.update({e.tag: e for e in dataset if e.keyword not in _OWN})
    for element in foreign.iterall():
        name = keyword_for_tag(element.tag) or f"{element.tag}"
        if element.VR not in _TEXT_VRS or name in _OWN or element.is_empty:
            continue
        values = element.value if isinstance(element.value, MultiValue) else [element.value]
        for value in values:
            if text := str(value).strip():
                yield name, text


@contextmanager
def reviewing(site: Site, vault: Vault) -> Iterator[Review]:
    """Open the review of a site, with the texts of all waiting files read."""
    found = Review(site, vault)
    try:
        found.read()
        found.hold_refused()
        yield found
    finally:
        found.close()


def check_review(site: Site, vault: Vault) -> None:
    """Let what waits go only when a person has decided every text of it.

    Raises:
        NotReviewedError: A text has no decision.
    """
    if not vault.waiting():
        return
    with reviewing(site, vault) as review:
        if count := review.undecided():
            raise NotReviewedError(
                f"{count} texts are not reviewed; open the page 'Review texts' "
                "(文字の確認, renkei hospital pages), decide them, then send again."
            )
