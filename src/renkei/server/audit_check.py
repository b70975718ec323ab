"""Check the audit: every row against its leaf, every leaf against the signed checkpoints."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.proof.merkle import leaf_hash
from renkei.proof.note import NoteRefusedError, open_checkpoint
from renkei.server.audit import AuditRow
from renkei.server.seal import (
    LATEST_COMMIT,
    ORIGIN,
    AuditCheckpoint,
    AuditLeaf,
    Frontier,
    Signer,
    leaf_data,
)

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What the check found: codes with counts; none means intact."""

    sealed: int
    checkpoints: int
    findings: Counter[str] = field(default_factory=Counter)

    @property
    def intact(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings


async def check_audit(session: AsyncSession, signer: Signer) -> AuditCheck:
    """Recompute the tree from the rows as they are now.

    Codes: `row_changed`, `row_missing`, `row_unsealed`, `leaf_missing`, `root_differs`,
    `signature_wrong`, `cut_off` (the file beside the key remembers a larger tree).
    """
    findings: Counter[str] = Counter()
    notes = await _notes(session, signer, findings)
    tree = Frontier()
    stream = await session.stream(
        select(AuditLeaf, AuditRow)
        .outerjoin(AuditRow, AuditRow.id == AuditLeaf.audit_id)
        .order_by(AuditLeaf.index)
        .execution_options(yield_per=CHUNK)
    )
    async for leaf, row in stream:
        found: AuditRow | None = row
        if leaf.index != tree.size + findings["leaf_missing"]:
            findings["leaf_missing"] += leaf.index - tree.size - findings["leaf_missing"]
        if found is None:
            findings["row_missing"] += 1
        elif leaf_hash(leaf_data(found)) != leaf.leaf:
            findings["row_changed"] += 1
        tree.append(leaf.leaf)
        if (signed := notes.pop(tree.size, None)) is not None and signed != tree.root():
            findings["root_differs"] += 1
    findings += Counter()  # drops what was only asked for
    if notes and "leaf_missing" not in findings:
        findings["cut_off"] += len(notes)
    await _unsealed(session, findings)
    count = await session.scalar(select(func.count()).select_from(AuditCheckpoint))
    return AuditCheck(tree.size, count or 0, findings)


async def _notes(session: AsyncSession, signer: Signer, findings: Counter[str]) -> dict[int, bytes]:
    rows: Iterable[tuple[int | None, str]] = [
        (row.size, row.note) for row in await session.scalars(select(AuditCheckpoint))
    ]
    if signer.witness.exists():
        rows = [*rows, (None, signer.witness.read_text("utf-8"))]
    found: dict[int, bytes] = {}
    for size, note in rows:
        try:
            checkpoint = open_checkpoint(note, [signer.key.verifier], ORIGIN)
        except NoteRefusedError:
            findings["signature_wrong"] += 1
            continue
        if size not in {None, checkpoint.size}:
            findings["signature_wrong"] += 1
        elif found.setdefault(checkpoint.size, checkpoint.root) != checkpoint.root:
            findings["root_differs"] += 1
    return found


async def _unsealed(session: AsyncSession, findings: Counter[str]) -> None:
    query = select(func.count()).select_from(AuditRow)
    query = query.where(
        ~select(AuditLeaf.id).where(AuditLeaf.audit_id == AuditRow.id).exists(),
        AuditRow.created_at < datetime.now(UTC) - LATEST_COMMIT,
    )
    if count := await session.scalar(query):
        findings["row_unsealed"] += count
