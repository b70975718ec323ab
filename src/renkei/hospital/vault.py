"""The vault: which patient is which pseudonym, what waits, what is held and why. Never leaves."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from renkei.deid.pseudonym import PseudonymKey, normal_id, pseudonym

FILE = "vault.sqlite3"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS patient (
  normal TEXT PRIMARY KEY, pseudonym TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL,
  facts TEXT NOT NULL DEFAULT '{}', consent TEXT);
CREATE TABLE IF NOT EXISTS seen (
  source TEXT PRIMARY KEY, state TEXT NOT NULL, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS held (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, path TEXT NOT NULL, kind TEXT NOT NULL,
  reason TEXT NOT NULL, at TEXT NOT NULL, batch INTEGER);
CREATE TABLE IF NOT EXISTS item (
  n INTEGER PRIMARY KEY, source TEXT NOT NULL, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
  blake3 TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, subject TEXT,
  subjects TEXT NOT NULL, sop_uid TEXT, refers TEXT, counts TEXT NOT NULL, reasons TEXT NOT NULL,
  batch INTEGER, upload TEXT);
CREATE TABLE IF NOT EXISTS batch (
  id INTEGER PRIMARY KEY, manifest BLOB NOT NULL, remote TEXT, root TEXT, state TEXT NOT NULL,
  answer TEXT, at TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One clean file that waits in the outbox, or was sent."""

    n: int
    name: str
    kind: str
    blake3: str
    sha256: str
    bytes: int
    subject: str | None
    subjects: tuple[str, ...]
    sop_uid: str | None
    refers: dict[str, str] | None
    counts: dict[str, int]
    upload: str | None


@dataclass(frozen=True, slots=True)
class NewItem:
    """What is known of a clean file before it gets its number."""

    name: str
    kind: str
    blake3: str
    sha256: str
    bytes: int
    subject: str | None
    subjects: tuple[str, ...]
    sop_uid: str | None
    refers: Mapping[str, str] | None
    counts: Mapping[str, int]
    reasons: tuple[str, ...]


class VaultFile:
    """The vault's file, for its owner alone, with tables that are made where they are missing."""

    def __init__(self, folder: Path, schema: str) -> None:
        path = folder / FILE
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, timeout=30)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(schema)

    def close(self) -> None:
        """Close the file."""
        self._db.close()


class Vault(VaultFile):
    """One site's vault; each method is one transaction."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, _SCHEMA)

    def assign(self, key: PseudonymKey, patient: str) -> tuple[str, int]:
        """Return the patient's pseudonym and its epoch; a new patient gets the current one."""
        normal = normal_id(patient)
        with self._db:
            self._db.execute(
                "INSERT OR IGNORE INTO patient (normal, pseudonym, epoch) VALUES (?, ?, ?)",
                (normal, pseudonym(key, "patient", patient), key.epoch),
            )
        row = self._one("SELECT pseudonym, epoch FROM patient WHERE normal = ?", normal)
        return str(row["pseudonym"]), int(row["epoch"])

    def sample(self) -> list[tuple[str, str, int]]:
        """Return one (normalised ID, pseudonym, epoch) of each epoch; for checks of a key."""
        rows = self._db.execute("SELECT min(normal), pseudonym, epoch FROM patient GROUP BY epoch")
        return [(str(r[0]), str(r[1]), int(r[2])) for r in rows]

    def note_facts(self, patient: str, facts: Mapping[str, object], consent: str | None) -> None:
        """Keep what shifted dates will hide; a fact once known is not replaced by an unknown."""
        normal = normal_id(patient)
        row = self._one("SELECT facts FROM patient WHERE normal = ?", normal)
        held = json.loads(row["facts"])
        held |= {k: v for k, v in facts.items() if v is not None}
        with self._db:
            self._db.execute(
                "UPDATE patient SET facts = ?, consent = ? WHERE normal = ?",
                (json.dumps(held), consent, normal),
            )

    def facts_of(self, pseudonyms: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return facts and consent by pseudonym."""
        wanted = set(pseudonyms)
        rows = self._db.execute("SELECT pseudonym, facts, consent FROM patient")
        return {
            r["pseudonym"]: {
                **json.loads(r["facts"]),
                "consent": json.loads(r["consent"] or "null"),
            }
            for r in rows
            if r["pseudonym"] in wanted
        }

    def seen(self, source: str) -> bool:
        """Tell whether these bytes came before and are not held any more."""
        row = self._db.execute("SELECT state FROM seen WHERE source = ?", (source,)).fetchone()
        return row is not None and row["state"] == "clean"

    def hold(self, source: str, path: Path, kind: str, reason: str) -> None:
        """Hold a file with its reason; held again, the newest reason stands."""
        with self._db:
            self._mark(source, "held")
            self._db.execute(
                "INSERT INTO held (source, path, kind, reason, at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (source) DO UPDATE SET reason = excluded.reason, path = excluded.path",
                (source, str(path), kind, reason, now()),
            )

    def keep(self, source: str, item: NewItem) -> None:
        """Put a clean file into the outbox; it is held no longer."""
        with self._db:
            self._mark(source, "clean")
            self._db.execute("DELETE FROM held WHERE source = ?", (source,))
            self._db.execute(
                "INSERT OR IGNORE INTO item (source, name, kind, blake3, sha256, bytes, subject, "
                "subjects, sop_uid, refers, counts, reasons) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    source, item.name, item.kind, item.blake3, item.sha256, item.bytes,
                    item.subject, json.dumps(item.subjects), item.sop_uid,
                    json.dumps(item.refers) if item.refers else None,
                    json.dumps(dict(item.counts)), json.dumps(item.reasons),
                ),
            )  # fmt: skip

    def take_back(self, n: int, path: Path, reason: str) -> None:
        """Hold a clean file that waits: a person has refused it."""
        row = self._one("SELECT source, kind FROM item WHERE n = ?", n)
        with self._db:
            self._db.execute("DELETE FROM item WHERE n = ? AND batch IS NULL", (n,))
            self._mark(row["source"], "held")
            self._db.execute(
                "INSERT INTO held (source, path, kind, reason, at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (source) DO UPDATE SET reason = excluded.reason, path = excluded.path",
                (row["source"], str(path), row["kind"], reason, now()),
            )

    def mark_of(self, name: str) -> str | None:
        """Return the BLAKE3 of the clean file of that name, or None."""
        row = self._db.execute("SELECT blake3 FROM item WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row["blake3"])

    def held(self) -> list[dict[str, Any]]:
        """Return the held files, newest last."""
        return [dict(r) for r in self._db.execute("SELECT * FROM held ORDER BY id")]

    def waiting(self) -> list[Item]:
        """Return the clean files that no batch holds."""
        return self._items("SELECT * FROM item WHERE batch IS NULL ORDER BY n")

    def items_of(self, batch: int) -> list[Item]:
        """Return the files of a batch."""
        return self._items("SELECT * FROM item WHERE batch = ? ORDER BY n", batch)

    def open_batch(self, manifest: bytes, numbers: Iterable[int]) -> int:
        """Close the outbox's files into a batch and return its number."""
        with self._db:
            made = self._db.execute(
                "INSERT INTO batch (manifest, state, at) VALUES (?, 'open', ?)", (manifest, now())
            )
            number = made.lastrowid
            self._db.executemany(
                "UPDATE item SET batch = ? WHERE n = ?", [(number, n) for n in numbers]
            )
            self._db.execute("UPDATE held SET batch = ? WHERE batch IS NULL", (number,))
        return int(number or 0)

    def batches(self) -> list[dict[str, Any]]:
        """Return the batches, oldest first, without their manifests."""
        rows = self._db.execute("SELECT id, remote, root, state, answer, at FROM batch ORDER BY id")
        return [{**dict(r), "answer": json.loads(r["answer"] or "null")} for r in rows]

    def manifest(self, batch: int) -> bytes:
        """Return a batch's manifest."""
        return bytes(self._one("SELECT manifest FROM batch WHERE id = ?", batch)["manifest"])

    def note_remote(self, batch: int, remote: str, root: str) -> None:
        """Keep what the platform calls a batch."""
        with self._db:
            self._db.execute(
                "UPDATE batch SET remote = ?, root = ? WHERE id = ?", (remote, root, batch)
            )

    def note_upload(self, n: int, address: str) -> None:
        """Keep where an upload that broke off can be taken up again."""
        with self._db:
            self._db.execute("UPDATE item SET upload = ? WHERE n = ?", (address, n))

    def close_batch(self, batch: int, answer: Mapping[str, object]) -> None:
        """Keep the platform's counts."""
        with self._db:
            self._db.execute(
                "UPDATE batch SET state = 'closed', answer = ? WHERE id = ?",
                (json.dumps(dict(answer)), batch),
            )

    def counts(self) -> dict[str, Any]:
        """Return how much there is of each."""
        held = self._db.execute("SELECT reason, count(*) AS c FROM held GROUP BY reason")
        return {
            "patients": self._number("SELECT count(*) FROM patient"),
            "waiting": self._number("SELECT count(*) FROM item WHERE batch IS NULL"),
            "sent": self._number(
                "SELECT count(*) FROM item JOIN batch ON batch.id = item.batch "
                "WHERE batch.state = 'closed'"
            ),
            "held": {r["reason"]: r["c"] for r in held},
            "batches": self._number("SELECT count(*) FROM batch"),
            "found": self._number("SELECT count(*) FROM seen"),
        }

    def _items(self, query: str, *arguments: object) -> list[Item]:
        return [
            Item(
                n=r["n"], name=r["name"], kind=r["kind"], blake3=r["blake3"], sha256=r["sha256"],
                bytes=r["bytes"], subject=r["subject"], subjects=tuple(json.loads(r["subjects"])),
                sop_uid=r["sop_uid"], refers=json.loads(r["refers"] or "null"),
                counts=json.loads(r["counts"]), upload=r["upload"],
            )
            for r in self._db.execute(query, arguments)
        ]  # fmt: skip

    def _mark(self, source: str, state: str) -> None:
        self._db.execute(
            "INSERT INTO seen VALUES (?, ?, ?) ON CONFLICT (source) DO UPDATE SET state = ?",
            (source, state, now(), state),
        )

    def _one(self, query: str, *arguments: object) -> sqlite3.Row:
        row: sqlite3.Row = self._db.execute(query, arguments).fetchone()
        return row

    def _number(self, query: str) -> int:
        return int(self._db.execute(query).fetchone()[0])


@contextmanager
def opened(folder: Path) -> Iterator[Vault]:
    """Open a site's vault and close it."""
    vault = Vault(folder)
    try:
        yield vault
    finally:
        vault.close()


def now() -> str:
    """Return the moment as the vault keeps it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
