"""Files that belong to no subject: generated at delivery, standing in no line of the version."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from renkei.proof import canonical, digest
from renkei.publish.card import MANIFEST_LINES
from renkei.publish.server.files import frozen_version, version_files
from renkei.publish.server.manifest import line_of


async def shared_files(
    session: AsyncSession, *, version_id: UUID, sealed: bool = False
) -> dict[str, bytes]:
    """Return the card for programs and people and the lines of the delivered files, by name.

    Raises:
        NotFoundError: There is no such version that the actor may see.
        NotFrozenError: It is a draft.
    """
    version = await frozen_version(session, version_id=version_id)
    card = version.card or {}
    files = await version_files(session, version_id=version_id, sealed=sealed)
    lines = b"".join(line_of(file.line).to_bytes() + b"\n" for file in files)
    croissant = dict(card.get("croissant", {}))
    # The card names the lines of the whole version; here stand those of the delivered part.
    croissant["distribution"] = [
        part | {"sha256": digest(lines), "contentSize": f"{len(lines)} B"}
        for part in croissant.get("distribution", [])
    ]
    return {
        "croissant.json": canonical(croissant),
        "card.en.html": str(card.get("en", "")).encode(),
        "card.ja.html": str(card.get("ja", "")).encode(),
        MANIFEST_LINES: lines,
    }
