"""What the page of a batch's certificate shows."""

import hashlib
from pathlib import Path
from typing import Any

from renkei.hospital.certificate import ACTIONS, path_of, read_certificate
from renkei.hospital.site import open_site


def certificate_of(folder: Path, batch: int) -> dict[str, Any]:
    """Return a checked statement and what a reader needs to check it again.

    Raises:
        NoCertificateError: There is none.
        NoteRefusedError: It was changed.
    """
    site = open_site(folder)
    statement = read_certificate(site, batch)
    order = {name: place for place, name in enumerate(ACTIONS)}
    actions = sorted(
        statement["actions"].items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0])
    )
    return {
        "s": statement,
        "site": site,
        "actions": actions,
        "verifier": str(site.signer().verifier),
        "note_sha256": hashlib.sha256(path_of(site, batch).read_bytes()).hexdigest(),
    }
