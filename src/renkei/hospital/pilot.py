"""The pilot: until the switch to live, batches are small, read to the end and signed."""

from contextlib import closing
from dataclasses import replace

from renkei.errors import ConflictError
from renkei.hospital.certificate import Signatures
from renkei.hospital.review import reviewing
from renkei.hospital.site import Site, save_site
from renkei.hospital.vault import Vault

FILES = 500


class PilotTooLargeError(ConflictError):
    """More waits than a person can look through."""


class PilotUnsignedError(ConflictError):
    """Nobody has signed what waits."""


class PilotNotDoneError(ConflictError):
    """No signed batch has arrived."""


def check_pilot(site: Site, vault: Vault) -> None:
    """Let what waits go only if the site is live, or if it is a small batch read and signed.

    Raises:
        PilotTooLargeError: It is more than 500 files.
        PilotUnsignedError: A text is undecided, or nobody has signed.
    """
    waiting = len(vault.waiting())
    if site.live or not waiting:
        return
    if waiting > FILES:
        raise PilotTooLargeError(
            f"A pilot batch holds {FILES} files at most; take in fewer, or go live."
        )
    with reviewing(site, vault) as review, closing(Signatures(site)) as signatures:
        if review.undecided() or not signatures.waits(waiting):
            raise PilotUnsignedError(
                "The site is not live: decide every text and sign on the page 'Sent', then send."
            )


def pilots_done(site: Site, vault: Vault) -> int:
    """Return how many signed batches have arrived whole."""
    with closing(Signatures(site)) as signatures:
        closed = [row for row in vault.batches() if row["state"] == "closed"]
        return sum(
            signatures.of(row["id"]) is not None and bool(row["answer"]["stored"]) for row in closed
        )


def go_live(site: Site, vault: Vault) -> Site:
    """Let batches of any size go, signed or not.

    Raises:
        PilotNotDoneError: No signed batch of this site has arrived.
    """
    if not site.live and not pilots_done(site, vault):
        raise PilotNotDoneError("Send one signed pilot batch first; it must arrive.")
    live = replace(site, live=True)
    save_site(live)
    return live
