"""Send the outbox: a manifest first, then what the platform misses, then the counts compared."""

from contextlib import closing
from typing import Any
from uuid import UUID

from renkei.client import API, Client
from renkei.deid.disk import room_on_disk
from renkei.deid.profile import load_profile
from renkei.errors import ConflictError
from renkei.hospital.certificate import TOOL, Sent, Signatures, write_certificate
from renkei.hospital.pilot import check_pilot
from renkei.hospital.platform import check_tool
from renkei.hospital.review import check_review
from renkei.hospital.site import Site
from renkei.hospital.transfer import transfer
from renkei.hospital.vault import Item, Vault
from renkei.hospital.wire import Wire, wired
from renkei.proof.batch import BatchManifest, SentConsent, SentFile, SentSubject

# What a fault on the way has damaged is missed again, and sent a second time; then nothing is.
PASSES = 2


class CountsDifferError(ConflictError):
    """The platform's counts are not those of the manifest."""


@room_on_disk()
def send(site: Site, vault: Vault, client: Client) -> list[Sent]:
    """Send what waits, and first what an earlier run left open; return a line per batch.

    Raises:
        CountsDifferError: sent = stored + quarantined does not hold.
        PeerUnreachableError: The platform does not answer; run again, nothing is sent twice.
        ToolTooOldError: The platform takes nothing from a tool this old.
        NotReviewedError: A text of what waits has no decision.
        ConflictError: The site is not live, and what waits is too much or was not signed.
        DiskFullError: The site folder takes no more.
        ForgottenSiteError: Key and crosswalk were destroyed.
    """
    site.key()
    check_pilot(site, vault)
    check_review(site, vault)
    waiting = vault.waiting()
    if waiting:
        with closing(Wire(site)) as wire:
            manifest = make_manifest(site, vault, wire.compress(waiting))
        vault.open_batch(manifest.to_bytes(), [item.n for item in waiting])
    with closing(Signatures(site)) as signatures:
        signatures.bind(vault)
    check_tool(client)
    return [
        _send_batch(site, vault, client, int(batch["id"]))
        for batch in vault.batches()
        if batch["state"] == "open"
    ]


def make_manifest(site: Site, vault: Vault, items: list[Item]) -> BatchManifest:
    """Return the manifest of these files, with the facts that shifted dates hide."""
    names = sorted({name for item in items for name in item.subjects})
    facts = vault.facts_of(names)
    return BatchManifest(
        site=site.site,
        tool=TOOL,
        approval=site.approval,
        agreement=site.agreement,
        rules_sha256=load_profile(site.profile).sha256,
        key_fingerprint=site.key().fingerprint,
        subjects=tuple(_subject(name, facts[name]) for name in names),
        files=tuple(
            SentFile(
                n=item.n,
                kind=item.kind,
                blake3=item.blake3,
                bytes=item.bytes,
                subject=item.subject,
                sop_uid=item.sop_uid,
                refers=item.refers,
            )
            for item in items
        ),
    )


def _subject(pseudonym: str, facts: dict[str, object]) -> SentSubject:
    consent = facts["consent"]
    age, year = facts.get("age"), facts.get("year")
    return SentSubject(
        pseudonym=pseudonym,
        # Files outside the dates were held before: what is sent has passed them.
        consent=_consent(consent) if isinstance(consent, dict) else None,
        in_approval_period=True,
        in_opt_out_window=isinstance(consent, dict) and consent["basis"] in {"opt_out", "broad"},
        adult=bool(facts.get("adult")),
        age=age if isinstance(age, int) else None,
        sex=str(facts["sex"]) if facts.get("sex") else None,
        year=year if isinstance(year, int) else None,
        made=bool(facts.get("made")),
    )


def _consent(consent: dict[str, object]) -> SentConsent:
    types = consent["data_types"]
    return SentConsent(
        basis=str(consent["basis"]),
        version=str(consent["version"]),
        commercial=bool(consent["commercial"]),
        data_types=tuple(types) if isinstance(types, list) else (),
        date_ok=True,
    )


def _send_batch(site: Site, vault: Vault, client: Client, batch: int) -> Sent:
    for _ in range(PASSES):
        opened = _open(client, vault.manifest(batch))
        vault.note_remote(batch, opened["id"], opened["stow_root"])
        missing = set(opened["missing"])
        if not missing:
            break
        items = [item for item in wired(site, vault.items_of(batch)) if item.n in missing]
        transfer(site, client, opened["id"], opened["stow_root"], items)
    answer = client.post(f"/collect/batches/{opened['id']}/close")
    return _closed(site, vault, batch, answer, UUID(opened["id"]))


def _open(client: Client, manifest: bytes) -> dict[str, Any]:
    """Say what is sent; the platform answers what it misses, or holds damaged."""
    path, headers = f"{API}/collect/batches", {"Content-Type": "application/json"}
    answer: dict[str, Any] = client.send("POST", path, content=manifest, headers=headers).json()
    return answer


def _closed(site: Site, vault: Vault, batch: int, answer: dict[str, object], remote: UUID) -> Sent:
    counted = answer["quarantined"]
    quarantined = {str(k): int(v) for k, v in dict(counted).items()}  # type: ignore[call-overload]
    found = Sent(batch, remote, int(str(answer["sent"])), int(str(answer["stored"])), quarantined)
    sent = len(vault.items_of(batch))
    if found.sent != sent or sent != found.stored + sum(quarantined.values()):
        raise CountsDifferError(
            "The platform's counts differ from the manifest; ask its operator.",
            sent=sent,
            stored=found.stored,
        )
    write_certificate(site, vault, found)
    vault.close_batch(batch, answer)
    with closing(Wire(site)) as wire:
        wire.drop(vault.items_of(batch))
    return found
