"""The trust bundle as it is now, and the check of the log against its own checkpoints."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.ledger.backends.embedded import origin_of
from renkei.ledger.server.key import signing_key
from renkei.ledger.server.tables import LogCheckpoint, LogEntry, WithdrawnCase
from renkei.proof.note import NoteRefusedError, open_checkpoint
from renkei.proof.recalls import sign_recalls
from renkei.proof.receipt import LogLeaf
from renkei.proof.trust import Trust
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.seal import Frontier

CHUNK = 5000


async def current_trust() -> Trust:
    """Return the log's name and key with the list of all recalls, signed now."""
    key = await signing_key()
    # Everybody gets the whole list: a part of it would tell who holds what.
    async with transaction(system("list of recalls")) as session:
        cases = list(await session.scalars(select(WithdrawnCase.case_root)))
    recalls = sign_recalls(cases, datetime.now(UTC), key)
    return Trust(origin_of(key.name), key.verifier, (), 0, recalls)


@dataclass(frozen=True, slots=True)
class LogCheck:
    """What a replay of the log found: codes with counts; none means intact."""

    entries: int
    checkpoints: int
    findings: Counter[str] = field(default_factory=Counter)


async def check_log(session: AsyncSession) -> LogCheck:
    """Recompute every checkpoint's root from the entries as they are now.

    Codes: `entry_missing`, `root_differs`, `signature_wrong`, `cut_off`.
    """
    key = await signing_key()
    findings: Counter[str] = Counter()
    notes: dict[int, bytes] = {}
    for row in await session.scalars(select(LogCheckpoint)):
        try:
            checkpoint = open_checkpoint(row.note, [key.verifier], origin_of(key.name))
        except NoteRefusedError:
            findings["signature_wrong"] += 1
            continue
        notes[checkpoint.size] = checkpoint.root
    count, tree = len(notes), Frontier()
    query = select(LogEntry).order_by(LogEntry.index).execution_options(yield_per=CHUNK)
    async for entry in await session.stream_scalars(query):
        if entry.index != tree.size:
            findings["entry_missing"] += 1
            break
        tree.append(LogLeaf(entry.kind, entry.key, entry.commitment).hash())
        if (signed := notes.pop(tree.size, None)) is not None and signed != tree.root():
            findings["root_differs"] += 1
    if notes:
        findings["cut_off"] += len(notes)
    return LogCheck(tree.size, count, findings)
