"""What the site folder holds, in counts; no identifier among them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renkei.hospital.site import Site
from renkei.hospital.vault import Vault


@dataclass(frozen=True, slots=True)
class Status:
    """found = clean + held; per closed batch sent = stored + quarantined."""

    spooled: int
    found: int
    patients: int
    waiting: int
    sent: int
    held: Mapping[str, int]
    batches: tuple[Mapping[str, Any], ...]


def status_of(site: Site, vault: Vault) -> Status:
    """Count what waits, what is held and what was sent."""
    counts = vault.counts()
    return Status(
        spooled=sum(1 for _ in site.spool.glob("*.dcm")),
        found=counts["found"],
        patients=counts["patients"],
        waiting=counts["waiting"],
        sent=counts["sent"],
        held=counts["held"],
        batches=tuple(vault.batches()),
    )
