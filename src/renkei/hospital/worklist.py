"""What a rule found and what of it was fetched; kept in the vault, so that a kill loses none."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from renkei.hospital.rule import Rule
from renkei.hospital.vault import VaultFile, now

_SCHEMA = """
CREATE TABLE IF NOT EXISTS search (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, rule TEXT NOT NULL, peer TEXT NOT NULL,
  state TEXT NOT NULL, at TEXT NOT NULL, UNIQUE (rule, peer));
CREATE TABLE IF NOT EXISTS asked (
  search INTEGER NOT NULL, question TEXT NOT NULL, PRIMARY KEY (search, question));
CREATE TABLE IF NOT EXISTS wanted (
  n INTEGER PRIMARY KEY, search INTEGER NOT NULL, study TEXT NOT NULL, series TEXT NOT NULL,
  images INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, tries INTEGER NOT NULL,
  UNIQUE (search, study, series));
CREATE TABLE IF NOT EXISTS pause (one INTEGER PRIMARY KEY CHECK (one = 1));
"""
LISTING, LISTED, DONE = "listing", "listed", "done"
WAITING, FETCHED, NOT_WANTED, FAILED = "waiting", "fetched", "not_wanted", "failed"
TRIES = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """One series to fetch; `unclear` is what only its header can tell."""

    n: int
    study: str
    series: str
    images: int
    unclear: tuple[str, ...]
    tries: int


class Worklist(VaultFile):
    """The searches of one site; each method is one transaction."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, _SCHEMA)

    def begin(self, rule: Rule, peer: str) -> tuple[int, str]:
        """Return the search of this rule and archive, and how far it is; a done one begins anew."""
        with self._db:
            self._db.execute(
                "INSERT INTO search (name, rule, peer, state, at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (rule, peer) DO UPDATE SET at = excluded.at, "
                "state = CASE state WHEN 'done' THEN 'listing' ELSE state END",
                (rule.name, rule.sha256, peer, LISTING, now()),
            )
        row = self._db.execute(
            "SELECT id, state FROM search WHERE rule = ? AND peer = ?", (rule.sha256, peer)
        ).fetchone()
        return int(row["id"]), str(row["state"])

    def was_asked(self, search: int, question: str) -> bool:
        """Tell whether a question was answered wholly before."""
        query = "SELECT 1 FROM asked WHERE search = ? AND question = ?"
        return self._db.execute(query, (search, question)).fetchone() is not None

    def note(self, search: int, question: str, rows: list[tuple[str, str, int, str, str]]) -> None:
        """Keep the (study, series, images, state, reason) of one question; fetched ones stay so."""
        with self._db:
            self._db.executemany(
                "INSERT INTO wanted (search, study, series, images, state, reason, tries) "
                "VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (search, study, series) DO UPDATE SET "
                "images = excluded.images, state = excluded.state, reason = excluded.reason, "
                # More images than when it was fetched: the study was not finished then.
                "tries = 0 WHERE state <> 'fetched' OR excluded.images > images",
                [(search, *row) for row in rows],
            )
            self._db.execute("INSERT OR IGNORE INTO asked VALUES (?, ?)", (search, question))

    def finish(self, search: int, state: str) -> None:
        """Keep how far a search is; a done one will ask every question again."""
        with self._db:
            self._db.execute("UPDATE search SET state = ? WHERE id = ?", (state, search))
            if state == DONE:
                self._db.execute("DELETE FROM asked WHERE search = ?", (search,))

    def next(self, search: int) -> Wanted | None:
        """Return the next series to fetch; those that failed come last and not for ever."""
        row = self._db.execute(
            "SELECT * FROM wanted WHERE search = ? AND state = 'waiting' AND tries < ? "
            "ORDER BY tries, n LIMIT 1", (search, TRIES),
        ).fetchone()  # fmt: skip
        if row is None:
            return None
        unclear = tuple(code for code in row["reason"].split(",") if code)
        return Wanted(
            row["n"], row["study"], row["series"], row["images"], unclear, row["tries"]
        )  # fmt: skip

    def settle(self, n: int, state: str, *, images: int, reason: str = "") -> None:
        """Keep what became of a series."""
        with self._db:
            self._db.execute(
                "UPDATE wanted SET state = ?, reason = ?, images = ? WHERE n = ?",
                (state, reason, images, n),
            )

    def fail(self, wanted: Wanted, reason: str) -> None:
        """Count a try; the last one settles the series as failed."""
        last = wanted.tries + 1 >= TRIES
        with self._db:
            self._db.execute("UPDATE wanted SET tries = tries + 1 WHERE n = ?", (wanted.n,))
            if last:
                self._db.execute(
                    "UPDATE wanted SET state = 'failed', reason = ? WHERE n = ?",
                    (reason, wanted.n),
                )

    def retry(self, search: int) -> None:
        """Let the failed series of an earlier run be tried again."""
        with self._db:
            self._db.execute(
                "UPDATE wanted SET state = 'waiting', tries = 0, reason = '' "
                "WHERE search = ? AND state = 'failed'", (search,),
            )  # fmt: skip

    def counts(self, search: int) -> dict[str, Any]:
        """Return series and images per state, and series per reason."""
        rows = self._db.execute(
            "SELECT state, reason, count(*) AS c, sum(images) AS i FROM wanted WHERE search = ? "
            "GROUP BY state, reason", (search,),
        ).fetchall()  # fmt: skip
        series: Counter[str] = Counter()
        images: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for row in rows:
            series[row["state"]] += row["c"]
            images[row["state"]] += row["i"]
            for code in row["reason"].split(","):
                if code:
                    reasons[code] += row["c"]
        return {
            "found": sum(series.values()),
            **{s: series[s] for s in (WAITING, FETCHED, NOT_WANTED, FAILED)},
            "images_waiting": images[WAITING],
            "images_fetched": images[FETCHED],
            "reasons": dict(reasons),
        }

    def searches(self) -> list[dict[str, Any]]:
        """Return every search with its counts, newest first."""
        rows = self._db.execute("SELECT * FROM search ORDER BY at DESC, id DESC").fetchall()
        return [{**dict(row), **self.counts(row["id"])} for row in rows]

    def pause(self, *, on: bool) -> None:
        """Stop fetching after the series in hand, in whatever process it runs, or go on."""
        with self._db:
            self._db.execute("DELETE FROM pause")
            if on:
                self._db.execute("INSERT INTO pause VALUES (1)")

    def paused(self) -> bool:
        """Tell whether fetching shall rest."""
        return self._db.execute("SELECT 1 FROM pause").fetchone() is not None


@contextmanager
def worklist(folder: Path) -> Iterator[Worklist]:
    """Open a site's worklist and close it."""
    found = Worklist(folder)
    try:
        yield found
    finally:
        found.close()


def question(first: date, last: date, more: dict[str, str]) -> str:
    """Return the name of a question as the worklist keeps it."""
    return json.dumps([first.isoformat(), last.isoformat(), more], sort_keys=True)
