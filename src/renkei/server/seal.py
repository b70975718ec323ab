"""Sealing: audit rows become leaves of an RFC 6962 tree whose checkpoints are signed."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from renkei.proof import canonical
from renkei.proof.keyfile import KeyExistsError
from renkei.proof.merkle import EMPTY, HASH_BYTES, leaf_hash, node_hash
from renkei.proof.note import Checkpoint, SigningKey, sign_note
from renkei.server.actor import Actor, Role, system
from renkei.server.audit import AuditRow
from renkei.server.db import Big, Table, transaction
from renkei.server.runner import every
from renkei.server.vault import keys_folder

ORIGIN = "renkei/audit"
KEY_FILE, WITNESS_FILE = "audit.key", "audit.checkpoint"
SEAL_SECONDS = 3.0
MOST_ROWS = 5000
# A row may be committed this much later than it was written; the check names what is older.
LATEST_COMMIT = timedelta(hours=1)


class _TreeTable(Table):
    __abstract__ = True
    append_only: ClassVar[bool] = True

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show the tree to the operator."""
        return true() if actor.role in {Role.SYSTEM, Role.OPERATOR} else false()


class AuditLeaf(_TreeTable):
    """The place of an audit row in the tree; no foreign key, so that a lost row is found."""

    __tablename__ = "audit_leaf"

    index: Mapped[int] = mapped_column(Big, unique=True)
    audit_id: Mapped[UUID] = mapped_column(unique=True)
    leaf: Mapped[bytes]


class AuditCheckpoint(_TreeTable):
    """The signed state of the tree at a size, with the roots of its perfect subtrees."""

    __tablename__ = "audit_checkpoint"

    size: Mapped[int] = mapped_column(Big, unique=True)
    note: Mapped[str]
    frontier: Mapped[bytes]


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """The key of the checkpoints, and the file beside it that remembers the newest one."""

    key: SigningKey
    witness: Path


_signer: Signer | None = None


def install(data: Path) -> Signer:
    """Read the signing key, or draw it; from now on this process seals."""
    global _signer  # noqa: PLW0603  one process, one key
    folder = keys_folder(data)
    with suppress(KeyExistsError):
        SigningKey.new(ORIGIN).write(folder / KEY_FILE)
    _signer = Signer(SigningKey.read(folder / KEY_FILE), folder / WITNESS_FILE)
    return _signer


def uninstall() -> None:
    """Let this process seal no more."""
    global _signer  # noqa: PLW0603  one process, one key
    _signer = None


@every(seconds=SEAL_SECONDS)
async def seal_audit() -> int:
    """Append the rows written since the last checkpoint, and sign the next; return how many."""
    if _signer is None:
        return 0
    async with transaction(system("sealing of the audit")) as session:
        last = await session.scalar(
            select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(1)
        )
        rows = await _unsealed(session, last.created_at if last else None)
        if not rows:
            return 0
        size = last.size if last else 0
        tree = Frontier(size, last.frontier if last else b"")
        for row in rows:
            leaf = leaf_hash(leaf_data(row))
            session.add(AuditLeaf(index=tree.size, audit_id=row.id, leaf=leaf))
            tree.append(leaf)
        note = sign_note(Checkpoint(ORIGIN, tree.size, tree.root()).text(), _signer.key)
        session.add(AuditCheckpoint(size=tree.size, note=note, frontier=tree.packed()))
    _signer.witness.write_text(note, "utf-8")
    return len(rows)


async def _unsealed(session: AsyncSession, since: datetime | None) -> list[AuditRow]:
    query = select(AuditRow).where(
        ~select(AuditLeaf.id).where(AuditLeaf.audit_id == AuditRow.id).exists()
    )
    if since is not None:
        query = query.where(AuditRow.created_at > since - LATEST_COMMIT)
    return list(await session.scalars(query.order_by(AuditRow.id).limit(MOST_ROWS)))


def leaf_data(row: AuditRow) -> bytes:
    """Return what a leaf covers: every column of the row."""
    columns = AuditRow.__table__.columns
    facts = {column.name: getattr(row, column.name) for column in columns}
    return canonical({name: None if v is None else _text(v) for name, v in facts.items()})


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


class Frontier:
    """A growing tree that keeps only the roots of its perfect subtrees, largest first."""

    def __init__(self, size: int = 0, packed: bytes = b"") -> None:
        self.size = size
        self.roots = [packed[i : i + HASH_BYTES] for i in range(0, len(packed), HASH_BYTES)]

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        self.roots.append(leaf)
        size = self.size
        while size & 1:  # two perfect trees of one size become one
            right, left = self.roots.pop(), self.roots.pop()
            self.roots.append(node_hash(left, right))
            size >>= 1
        self.size += 1

    def root(self) -> bytes:
        """Return the root of RFC 6962."""
        roots: Iterable[bytes] = reversed(self.roots)
        answer: bytes | None = None
        for root in roots:
            answer = root if answer is None else node_hash(root, answer)
        return EMPTY if answer is None else answer

    def packed(self) -> bytes:
        """Return the roots as bytes, for the next checkpoint."""
        return b"".join(self.roots)
