"""Export a frozen version in another format, as one tar."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from renkei.compute import run
from renkei.consent.allow import Use
from renkei.consent.server.allow import require_allowed
from renkei.plugins import by_name, collect
from renkei.proof.version import FileLine
from renkei.publish.cases import version_folder
from renkei.publish.exporter import pack_folder
from renkei.publish.exporters import EXPORTERS
from renkei.publish.server.files import file_contents, frozen_version, version_files
from renkei.publish.server.manifest import line_of
from renkei.server.audit import record


async def export_version(
    session: AsyncSession, *, version_id: UUID, to: str, sealed: bool = False
) -> bytes:
    """Return the tar of an exporter's files; each subject's data is read, so it is audited.

    Raises:
        NotFoundError: There is no such version, or no such exporter.
        NotFrozenError: It is a draft.
        NotAllowedError: Consent, approval or agreement of a subject no longer allows it.
    """
    by_name(collect(EXPORTERS, "exporters"), to)
    version = await frozen_version(session, version_id=version_id)
    files = await version_files(session, version_id=version_id, sealed=sealed)
    subjects = {file.subject_id for file in files if file.subject_id is not None}
    today = datetime.now(UTC).date()
    await require_allowed(session, subject_ids=subjects, use=Use.FREEZE, at=today)
    content = await file_contents(session, files)
    await record(session, "publish.export", version, why=to)
    lines = [line_of(file.line) for file in files]
    return await run(export_bytes, to, lines, content, version.version_hash, seconds=600.0)


def export_bytes(
    to: str, lines: list[FileLine], content: dict[str, bytes], version_id: str | None
) -> bytes:
    """Write a version from memory by an exporter and return the tar."""
    exporter = by_name(collect(EXPORTERS, "exporters"), to)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "out")
        exporter.write(version_folder(lines, content.__getitem__, version_id), target)
        return pack_folder(target)
