"""Watched folders: files that rest are copied into the spool, once, whatever they are called."""

import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from renkei.errors import UsageError
from renkei.hospital.add import is_control
from renkei.hospital.site import Site
from renkei.hospital.vault import VaultFile

POLL = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS watched (
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, changed INTEGER NOT NULL, sha256 TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS watched_by_hash ON watched (sha256);
"""


class NoWatchError(UsageError):
    """No folder is named."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look found: copied, known by content, and still being written."""

    taken: int = 0
    known: int = 0
    growing: int = 0
    unreadable: int = 0


class Watch(VaultFile):
    """The folders of one site; what was taken is remembered by its hash and left where it is."""

    def __init__(self, site: Site, clock: Callable[[], float] = monotonic) -> None:
        if not site.watch:
            raise NoWatchError('Name folders in site.toml, such as watch = ["D:/export"].')
        super().__init__(site.folder, _SCHEMA)
        self._site, self._clock = site, clock
        self._resting: dict[str, tuple[int, int, float]] = {}

    def look(self) -> Looked:
        """Take what rests; a file that changes or cannot be read waits for the next look."""
        counts = {"taken": 0, "known": 0, "growing": 0, "unreadable": 0}
        for path in self._files():
            try:
                if answer := self._take(path):
                    counts[answer] += 1
            except OSError:
                # Open in another program, or gone again.
                counts["unreadable"] += 1
        return Looked(**counts)

    def run(self, stop: threading.Event, told: Callable[[Looked], None]) -> None:
        """Look again and again until told to stop."""
        while not stop.is_set():
            found = self.look()
            if found.taken:
                told(found)
            stop.wait(POLL)

    def _files(self) -> Iterator[Path]:
        for folder in map(Path, self._site.watch):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                    yield path

    def _take(self, path: Path) -> str:
        before = path.stat()
        where = str(path.absolute())
        row = self._db.execute(
            "SELECT size, changed FROM watched WHERE path = ?", (where,)
        ).fetchone()
        if row and tuple(row) == (before.st_size, before.st_mtime_ns):
            return ""
        if not self._rests(where, before):
            return "growing"
        part = self._site.spool / f".{os.getpid()}.part"
        try:
            digest = _copied(path, part)
            after = path.stat()
            if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                return "growing"
            return self._place(path, part, digest, before)
        finally:
            part.unlink(missing_ok=True)

    def _rests(self, where: str, seen: os.stat_result) -> bool:
        # By what was seen here, not by the file's own time: a copy keeps an old one as it grows.
        now = self._clock()
        size, changed, since = self._resting.get(where, (-1, -1, now))
        if (size, changed) != (seen.st_size, seen.st_mtime_ns):
            self._resting[where] = (seen.st_size, seen.st_mtime_ns, now)
            since = now
        return now - since >= self._site.watch_rest

    def _place(self, path: Path, part: Path, digest: str, seen: os.stat_result) -> str:
        control = is_control(path)
        known = self._db.execute("SELECT 1 FROM watched WHERE sha256 = ?", (digest,)).fetchone()
        if control or not known:
            target = self._site.spool / path.name
            if target.exists() and not control:
                # Lists name files as they are called; only a second file of a name gets another.
                target = target.with_name(f"{digest[:16]}-{path.name}")
            part.replace(target)
        with self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO watched VALUES (?, ?, ?, ?)",
                (str(path.absolute()), seen.st_size, seen.st_mtime_ns, digest),
            )
        self._resting.pop(str(path.absolute()), None)
        return "taken" if control or not known else "known"


def _copied(path: Path, part: Path) -> str:
    with path.open("rb") as source, part.open("wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())
    with part.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def watching(site: Site) -> Iterator[Watch]:
    """Open the watched folders of a site.

    Raises:
        NoWatchError: The settings name none.
    """
    watch = Watch(site)
    try:
        yield watch
    finally:
        watch.close()
