"""Masks over words in pictures: what was seen in a held series, and what a person decided."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imagecodecs import png_encode

from renkei.deid.exact import parse_file
from renkei.deid.mask import Box, Cover
from renkei.deid.ocr import Look, Word, look_at
from renkei.deid.parse import MalformedError
from renkei.deid.pixels import PixelsRefusedError, read_layout
from renkei.deid.source import read_source
from renkei.errors import ConflictError, DataRefusedError, NotFoundError, TimeLimitError
from renkei.hospital.site import Site
from renkei.hospital.vault import Vault, VaultFile, now

FOLDER = "masks"
RISK = "may_show_text"
OPEN, COVERED, NO_TEXT = "open", "covered", "no_text"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS mask_series (
  n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, modality TEXT NOT NULL, rows INTEGER NOT NULL,
  columns INTEGER NOT NULL, look INTEGER NOT NULL, pictures INTEGER NOT NULL, words TEXT NOT NULL,
  boxes TEXT NOT NULL, state TEXT NOT NULL, reviewer TEXT, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS mask_file (source TEXT PRIMARY KEY, series INTEGER NOT NULL);
"""


class NoSuchMaskError(NotFoundError):
    """No series of that number waits for a mask."""


class SeriesChangedError(ConflictError):
    """Files came to the series after the page was shown."""


@dataclass(frozen=True, slots=True)
class MaskedSeries:
    """One series in whose pictures words may stand; `held` files of it wait for the decision."""

    n: int
    modality: str
    rows: int
    columns: int
    look: int
    pictures: int
    words: tuple[Word, ...]
    boxes: tuple[Box, ...]
    state: str
    reviewer: str
    at: str
    held: int


@dataclass(frozen=True, slots=True)
class _Group:
    modality: str
    rows: int
    columns: int
    files: dict[str, Path]


class Masks(VaultFile):
    """The masks of one site; pictures and reports stand in its folder and never leave it."""

    def __init__(self, site: Site, vault: Vault) -> None:
        super().__init__(site.folder, _SCHEMA)
        self._vault = vault
        self._folder = site.folder / FOLDER
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def look(self) -> int:
        """Look at held series that hold a file not looked at yet; return how many were looked at.

        A series that cannot be decoded stays held as it is.

        Raises:
            NoReaderError: The part that finds words is not installed.
        """
        known = {row[0] for row in self._db.execute("SELECT source FROM mask_file")}
        if not any(_risky(row) and row["source"] not in known for row in self._vault.held()):
            return 0
        done = 0
        for key, group in self._held().items():
            if group.files.keys() <= known:
                continue
            try:
                seen = look_at(list(group.files.values()))
            except (DataRefusedError, TimeLimitError):
                continue
            self._keep(key, group, seen)
            done += 1
        return done

    def _held(self) -> dict[str, _Group]:
        found: dict[str, _Group] = {}
        for row in self._vault.held():
            path = Path(row["path"])
            if not _risky(row) or not path.is_file():
                continue
            try:
                parsed = parse_file(path)
                source, layout = read_source(parsed), read_layout(parsed.elements)
            except (MalformedError, PixelsRefusedError):
                continue
            series = source.series_uid or source.frame_uid or row["source"]
            key = f"{series} {layout.rows} {layout.columns}"
            group = found.setdefault(key, _Group(source.modality, layout.rows, layout.columns, {}))
            group.files[row["source"]] = path
        return found

    def _keep(self, key: str, group: _Group, seen: Look) -> None:
        """Keep what was seen; a series that was decided is open again, with its boxes."""
        words = json.dumps([_plain(word.box) | {"text": word.text, "score": word.score}
                            for word in seen.words])  # fmt: skip
        before = self._db.execute("SELECT boxes FROM mask_series WHERE key = ?", (key,)).fetchone()
        boxes = {_box(b) for b in json.loads(before["boxes"])} if before else set()
        chosen = json.dumps([_plain(b) for b in sorted(boxes | {w.box for w in seen.words})])
        with self._db:
            row = self._db.execute(
                "INSERT INTO mask_series (key, modality, rows, columns, look, pictures, words, "
                "boxes, state, at) VALUES (?, ?, ?, ?, 1, ?, ?, ?, 'open', ?) ON CONFLICT (key) "
                "DO UPDATE SET look = look + 1, pictures = excluded.pictures, "
                "words = excluded.words, boxes = excluded.boxes, state = 'open', reviewer = NULL, "
                "at = excluded.at RETURNING n, look",
                (key, group.modality, group.rows, group.columns, len(seen.pictures), words,
                 chosen, now()),
            ).fetchone()  # fmt: skip
            self._db.executemany(
                "INSERT INTO mask_file VALUES (?, ?) ON CONFLICT DO UPDATE SET series = ?",
                [(source, row["n"], row["n"]) for source in group.files],
            )
        for old in self._folder.glob(f"{row['n']}-*.png"):
            old.unlink()
        for k, picture in enumerate(seen.pictures):
            self._write(self.picture(row["n"], k), bytes(png_encode(picture)))
        self._report(row["n"])

    def picture(self, n: int, k: int) -> Path:
        """Return where a picture of a series stands."""
        return self._folder / f"{n}-{k}.png"

    def all(self) -> list[MaskedSeries]:
        """Return the series that wait for a decision or for their release, open ones first."""
        rows = self._rows("WHERE held > 0 ORDER BY state <> 'open', n")
        return [_series(row) for row in rows]

    def one(self, n: int) -> MaskedSeries:
        """Return one series.

        Raises:
            NoSuchMaskError: There is none of that number.
        """
        rows = self._rows("WHERE n = ?", n)
        if not rows:
            raise NoSuchMaskError("There is no such series; go back to the list.")
        return _series(rows[0])

    def _rows(self, where: str, *arguments: object) -> list[sqlite3.Row]:
        # Decided files leave `held` when they are taken in again.
        counted = (
            "SELECT mask_series.*, (SELECT count(*) FROM mask_file JOIN held "
            "ON held.source = mask_file.source WHERE mask_file.series = mask_series.n) AS held "
            "FROM mask_series"
        )
        return self._db.execute(f"SELECT * FROM ({counted}) {where}", arguments).fetchall()  # noqa: S608  both parts are ours

    def draft(self, n: int, *, look: int, boxes: Sequence[Box]) -> None:
        """Keep boxes that nobody has signed yet.

        Raises:
            NoSuchMaskError, SeriesChangedError: As for `decide`.
        """
        self._set(n, look, boxes, OPEN, None)

    def decide(self, n: int, *, look: int, boxes: Sequence[Box], reviewer: str) -> None:
        """Keep a person's word: these boxes are covered, or, without boxes, there is no text.

        Raises:
            NoSuchMaskError: There is none of that number.
            SeriesChangedError: The person has seen an earlier look at the series.
        """
        self._set(n, look, boxes, COVERED if boxes else NO_TEXT, reviewer)

    def _set(
        self, n: int, look: int, boxes: Sequence[Box], state: str, reviewer: str | None
    ) -> None:
        series = self.one(n)
        inside = sorted({one for box in boxes if (one := _within(box, series))})
        with self._db:
            done = self._db.execute(
                "UPDATE mask_series SET boxes = ?, state = ?, reviewer = ?, at = ? "
                "WHERE n = ? AND look = ?",
                (json.dumps([_plain(b) for b in inside]), state, reviewer, now(), n, look),
            )
        if not done.rowcount:
            raise SeriesChangedError("Files came to this series; look at it again.")
        self._report(n)

    def covers(self) -> dict[str, Cover]:
        """Return what is covered in each file that a person has decided, by the file's SHA-256."""
        rows = self._db.execute(
            "SELECT source, rows, columns, boxes FROM mask_file JOIN mask_series "
            "ON mask_series.n = mask_file.series WHERE state <> 'open'"
        )
        return {
            row["source"]: Cover(
                row["rows"], row["columns"], tuple(_box(b) for b in json.loads(row["boxes"]))
            )
            for row in rows
        }

    def _report(self, n: int) -> None:
        series = self.one(n)
        report = {
            "series": n,
            "modality": series.modality,
            "rows": series.rows,
            "columns": series.columns,
            "files_held": series.held,
            "pictures": [self.picture(n, k).name for k in range(series.pictures)],
            "words": [_plain(w.box) | {"text": w.text, "score": w.score} for w in series.words],
            "boxes": [_plain(b) for b in series.boxes],
            "state": series.state,
            "reviewer": series.reviewer,
            "at": series.at,
        }
        text = json.dumps(report, ensure_ascii=False, indent=1)
        self._write(self._folder / f"{n}.json", text.encode())

    def _write(self, path: Path, data: bytes) -> None:
        path.touch(mode=0o600)
        path.write_bytes(data)


def _risky(row: Mapping[str, object]) -> bool:
    return str(row["reason"]).startswith(RISK)


def _within(box: Box, series: MaskedSeries) -> Box | None:
    found = Box(
        max(0, box.left), max(0, box.top),
        min(series.columns, box.right), min(series.rows, box.bottom),
    )  # fmt: skip
    return found if found.left < found.right and found.top < found.bottom else None


def _plain(box: Box) -> dict[str, int | str | float]:
    return {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}


def _box(plain: dict[str, int]) -> Box:
    return Box(plain["left"], plain["top"], plain["right"], plain["bottom"])


def _series(row: sqlite3.Row) -> MaskedSeries:
    return MaskedSeries(
        n=row["n"], modality=row["modality"], rows=row["rows"], columns=row["columns"],
        look=row["look"], pictures=row["pictures"],
        words=tuple(Word(_box(w), w["text"], w["score"]) for w in json.loads(row["words"])),
        boxes=tuple(_box(b) for b in json.loads(row["boxes"])),
        state=row["state"], reviewer=row["reviewer"] or "", at=row["at"], held=row["held"],
    )  # fmt: skip


@contextmanager
def masking(site: Site, vault: Vault) -> Iterator[Masks]:
    """Open the masks of a site and close them."""
    found = Masks(site, vault)
    try:
        yield found
    finally:
        found.close()
