"""The certificate of a batch: what was done to its files, what stayed behind, and who signed."""

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from renkei import __version__
from renkei.deid.profile import load_profile
from renkei.errors import NotFoundError
from renkei.hospital.review import SCHEMA as REVIEWED
from renkei.hospital.site import Site
from renkei.hospital.vault import Vault, VaultFile
from renkei.proof.certificate import open_certificate, sign_certificate

KIND = "deidentification"
TOOL = f"renkei-hospital {__version__}"
RESIDUAL = "identifier_left"
# Every class of action, so that a certificate says "0" where nothing of the kind was done.
ACTIONS = (
    "kept", "cleaned", "removed", "emptied", "dummy", "shifted", "uid", "private", "unknown",
    "out_of_place", "vr_mismatch", "bad_value", "local_code", "frames_covered",
)  # fmt: skip
_SCHEMA = """
CREATE TABLE IF NOT EXISTS batch_signed (
  batch INTEGER PRIMARY KEY, newest INTEGER NOT NULL, signature INTEGER);
"""


class NoCertificateError(NotFoundError):
    """The batch has none."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one batch, as the platform counts it."""

    batch: int
    remote: UUID
    sent: int
    stored: int
    quarantined: dict[str, int]


def certify(site: Site, vault: Vault, sent: Sent) -> dict[str, object]:
    """Return what the certificate of a batch states: rules, counts, held files, destination."""
    actions = Counter(dict.fromkeys(ACTIONS, 0))
    items = vault.items_of(sent.batch)
    for item in items:
        actions.update(item.counts)
    held = Counter(str(row["reason"]) for row in vault.held() if row["batch"] == sent.batch)
    profile = load_profile(site.profile)
    with closing(Signatures(site)) as signatures:
        signed = signatures.of(sent.batch)
    scan_held = sum(n for reasons, n in held.items() if RESIDUAL in reasons.split(","))
    return {
        "site": str(site.site),
        "batch": str(sent.remote),
        "tool": TOOL,
        "rules": profile.label,
        "rules_sha256": profile.sha256,
        "key_fingerprint": site.key().fingerprint,
        "files": dict(Counter(item.kind for item in items)),
        "actions": dict(actions),
        # Each file is searched before it may wait: what still shows an identity is held.
        "residual_scan": {"clean": len(items), "held": scan_held},
        "held": dict(held),
        "sent": sent.sent,
        "stored": sent.stored,
        "quarantined": sent.quarantined,
        "reviewed": signed,
    }


def write_certificate(site: Site, vault: Vault, sent: Sent) -> Path:
    """Sign the certificate of a batch into the site's folder and return its path."""
    note = sign_certificate(KIND, certify(site, vault, sent), site.signer())
    path = path_of(site, sent.batch)
    path.write_text(note, "utf-8")
    return path


def path_of(site: Site, batch: int) -> Path:
    """Return where the certificate of a batch stands."""
    return site.certificates / f"batch-{batch:06d}.note"


def read_certificate(site: Site, batch: int) -> dict[str, Any]:
    """Return the statement of a batch's certificate, its signature checked.

    Raises:
        NoCertificateError: The batch was not sent to its end, or there is no such batch.
        NoteRefusedError: The certificate was changed.
    """
    try:
        note = path_of(site, batch).read_text("utf-8")
    except FileNotFoundError as error:
        raise NoCertificateError(
            "This batch has no certificate; it is written when the batch is sent to its end."
        ) from error
    return open_certificate(note, [site.signer().verifier], kind=KIND)


class Signatures(VaultFile):
    """Which signature let which batch go; each lets one batch go, the next that is made."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.folder, REVIEWED + _SCHEMA)

    def bind(self, vault: Vault) -> None:
        """Give the open batches their signature, or none; what was signed before is used up."""
        known = {row[0] for row in self._db.execute("SELECT batch FROM batch_signed")}
        for row in vault.batches():
            if row["state"] != "open" or row["id"] in known:
                continue
            found = self._unused(len(vault.items_of(row["id"])))
            newest = self._db.execute("SELECT coalesce(max(n), 0) FROM signed").fetchone()[0]
            with self._db:
                self._db.execute(
                    "INSERT INTO batch_signed VALUES (?, ?, ?)",
                    (row["id"], newest, found["n"] if found else None),
                )

    def of(self, batch: int) -> dict[str, object] | None:
        """Return who signed a batch; None if it went without a signature."""
        row = self._db.execute(
            "SELECT signed.* FROM signed JOIN batch_signed ON signature = signed.n WHERE batch = ?",
            (batch,),
        ).fetchone()
        return {"by": row["reviewer"], "at": row["at"], "version": row["version"]} if row else None

    def waits(self, files: int) -> bool:
        """Tell whether somebody has signed that these many waiting files go."""
        return self._unused(files) is not None

    def _unused(self, files: int) -> Mapping[str, Any] | None:
        row: Mapping[str, Any] | None = self._db.execute(
            "SELECT * FROM signed WHERE n > (SELECT coalesce(max(newest), 0) FROM batch_signed) "
            "ORDER BY n DESC LIMIT 1"
        ).fetchone()
        return row if row is not None and row["files"] == files else None
