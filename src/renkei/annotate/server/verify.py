"""Verify a signature: do voxels, vocabulary, comparison, source and chain still fit its note?"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.server.find import find_label, find_task
from renkei.annotate.server.key import signing_key
from renkei.annotate.server.prepare import source_hash
from renkei.annotate.server.sign import comparison_hash
from renkei.annotate.server.tables import Comparison, Signature, Task
from renkei.annotate.sign import Statement, note_hash, open_statement
from renkei.annotate.vocabulary import NoSuchVocabularyError, load_vocabulary
from renkei.errors import NotFoundError, RenkeiError
from renkei.imaging.labels import label_hash, unpack
from renkei.proof import canonical, digest
from renkei.server.db import as_system
from renkei.server.storage import load


class NoSuchSignatureError(NotFoundError):
    """There is no such signature, or none that the actor may see."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a note states and which of it no longer fits; nothing in `broken` means intact."""

    signature_id: UUID
    broken: list[str]
    statement: dict[str, Any] | None


async def verify_signature(session: AsyncSession, *, signature_id: UUID) -> Verified:
    """Compute anew everything that a signature is bound to, and name what differs.

    Raises:
        NoSuchSignatureError: There is none, or none that the actor may see.
    """
    row = await session.scalar(select(Signature).where(Signature.id == signature_id))
    if row is None:
        raise NoSuchSignatureError("There is no such signature; choose one from the list.")
    try:
        stated = open_statement(row.note, [signing_key().verifier])
    except RenkeiError:
        return Verified(row.id, ["note"], None)
    # What a signature is bound to is compared, not shown: a reader may see no comparison yet.
    with as_system(session, "verification of a signature"):
        task = await find_task(session, task_id=row.task_id)
        checks = {
            "voxels": await _hash_of_labels(session, row) == stated.label == row.hash,
            "vocabulary": _same_vocabulary(stated),
            "source": await source_hash(session, task) == stated.source,
            "comparison": await _same_comparisons(session, task, stated),
            "chain": await _follows(session, row, stated),
        }
    broken = [name for name, fits in checks.items() if not fits]
    return Verified(row.id, broken, stated.to_json())


async def _hash_of_labels(session: AsyncSession, row: Signature) -> str:
    label = await find_label(session, label_id=row.label_id)
    try:
        data = await load(session, label.object_id)
        if row.slide_id is not None:
            return digest(canonical(json.loads(data)))
        return label_hash(unpack(data))
    except (RenkeiError, ValueError):
        return ""


async def _same_comparisons(session: AsyncSession, task: Task, stated: Statement) -> bool:
    rows = await session.scalars(select(Comparison).where(Comparison.task_id == task.id))
    whole = all(digest(canonical(row.results)) == row.sha256 for row in rows)
    return whole and await comparison_hash(session, task) == stated.comparison


def _same_vocabulary(stated: Statement) -> bool:
    try:
        return load_vocabulary(stated.vocabulary).reference == stated.vocabulary
    except NoSuchVocabularyError:
        return False


async def _follows(session: AsyncSession, row: Signature, stated: Statement) -> bool:
    query = select(Signature.note).where(
        Signature.site_id == row.site_id, Signature.number == row.number - 1
    )
    before = await session.scalar(query)
    if before is None:
        return row.number == 1
    return note_hash(before) == stated.previous
