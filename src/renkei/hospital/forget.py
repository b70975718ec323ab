"""Destroy what links pseudonyms to patients, crosswalk and key; nothing brings it back."""

import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from renkei.errors import UsageError
from renkei.hospital.masks import FOLDER as MASKS
from renkei.hospital.site import FORGOTTEN, PSEUDONYM_KEY, Site
from renkei.hospital.vault import FILE, Vault, now
from renkei.proof.certificate import sign_certificate

# What was sent, to whom and who signed it; every other table says which patient or which file.
_KEPT = frozenset({"item", "batch", "signed"})
CONSEQUENCES = (
    (
        "withdrawal",
        "患者さんごとの同意撤回を、送信済みのデータに反映できません。",
        "A patient's withdrawal can no longer reach the data that was sent.",
    ),
    (
        "follow_up",
        "同じ患者さんの追跡データ(再検査・転帰)を追加できません。",
        "No later examination or outcome can be added to a patient that was sent.",
    ),
    (
        "linking",
        "今後送るデータを、送信済みのデータと同じ患者さんとして結び付けられません。",
        "Later batches cannot be linked to the patients of earlier ones.",
    ),
    (
        "questions",
        "プラットフォームからの照会(どの患者さんか、元画像の確認など)に答えられません。",
        "No question of the platform about one case (whose it is, its original) can be answered.",
    ),
    (
        "findings",
        "偶発的所見が見つかっても、患者さんに知らせることができません。",
        "A finding made by others cannot be told to the patient.",
    ),
)
COPIES = (
    "鍵の控え(印刷した復元用紙、バックアップ)と受信フォルダの画像は、別に破棄してください。",
    "Destroy copies of the key (the printed sheet, backups) and images left in the spool yourself.",
)


class NotConfirmedError(UsageError):
    """What was typed is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was destroyed."""

    patients: int
    unsent: int
    held: int


def confirm(site: Site, typed: str) -> None:
    """Refuse unless somebody typed the number of the ethics approval.

    Raises:
        NotConfirmedError: It is another text.
    """
    if typed.strip() != site.approval:
        raise NotConfirmedError(
            "Nothing was destroyed; type the number of the ethics approval to go on."
        )


def forget_site(site: Site) -> Forgotten:
    """Destroy key and crosswalk and state it in a signed certificate; a second call finishes."""
    with closing(Vault(site.folder)) as vault:
        counts = vault.counts()
    done = Forgotten(counts["patients"], counts["waiting"], sum(counts["held"].values()))
    note = site.folder / FORGOTTEN
    if not note.exists():
        # First of all: from here on nothing is added or sent, whatever breaks off below.
        _write(note, _certificate(site, done))
    _shred(site.folder / PSEUDONYM_KEY)
    _empty(site.folder / FILE)
    for folder in (site.outbox, site.folder / MASKS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
    return done


def _certificate(site: Site, done: Forgotten) -> str:
    statement = {
        "site": str(site.site),
        "approval": site.approval,
        "at": now(),
        "destroyed": asdict(done),
        "impossible": [code for code, _, _ in CONSEQUENCES],
    }
    return sign_certificate("forgetting", statement, site.signer())


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _shred(path: Path) -> None:
    """Overwrite and remove a file; a disk that keeps old blocks must be encrypted."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _empty(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=30)) as db:
        db.execute("PRAGMA secure_delete=ON")
        names = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")}
        with db:
            for name in sorted(names - _KEPT):
                db.execute(f'DELETE FROM "{name}"')  # noqa: S608  the names are the vault's own
            db.execute("DELETE FROM item WHERE batch IS NULL")
            # A hash of the original file is as good as its name to whoever has the file.
            db.execute("UPDATE item SET source = n")
        # Deleted rows stay in free pages and in the log until both are written anew.
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
