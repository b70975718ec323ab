"""What a UID is called below a root that hides whose images it shows."""

from hashlib import sha256
from uuid import UUID

DIGITS = 15  # hexadecimal: the number fits the database's whole numbers


def alias_of(root: str, uid: str) -> str:
    """Return the alias of a UID: gold cases and re-reads must not be recognised by theirs."""
    digest = sha256(f"{root}/{uid}".encode()).hexdigest()
    return f"2.25.{int(digest[:DIGITS], 16)}"


def alias_of_id(root: str, image_id: UUID) -> UUID:
    """Return what the platform's own id of an image is called there."""
    return UUID(sha256(f"{root}/{image_id}".encode()).hexdigest()[:32])
