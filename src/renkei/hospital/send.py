"""Send the outbox: a manifest first, then what the platform misses, then the counts compared."""

import base64
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from renkei import __version__
from renkei.client import API, Client
from renkei.deid.profile import load_profile
from renkei.errors import ConflictError, NotFoundError
from renkei.hospital.site import Site
from renkei.hospital.vault import Item, Vault
from renkei.proof.batch import BatchManifest, SentConsent, SentFile, SentSubject
from renkei.proof.certificate import sign_certificate

CHUNK = 4 << 20
GROUP_BYTES, GROUP_FILES = 6 << 20, 64
TUS = {"Tus-Resumable": "1.0.0"}


class CountsDifferError(ConflictError):
    """The platform's counts are not those of the manifest."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one batch, as the platform counts it."""

    batch: int
    remote: UUID
    sent: int
    stored: int
    quarantined: dict[str, int]


def send(site: Site, vault: Vault, client: Client) -> list[Sent]:
    """Send what waits, and first what an earlier run left open; return a line per batch.

    Raises:
        CountsDifferError: sent = stored + quarantined does not hold.
        PeerUnreachableError: The platform does not answer; run again, nothing is sent twice.
    """
    waiting = vault.waiting()
    if waiting:
        manifest = make_manifest(site, vault, waiting)
        vault.open_batch(manifest.to_bytes(), [item.n for item in waiting])
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
        tool=f"renkei-hospital {__version__}",
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
    opened = client.send(
        "POST",
        f"{API}/collect/batches",
        content=vault.manifest(batch),
        headers={"Content-Type": "application/json"},
    ).json()
    vault.note_remote(batch, opened["id"], opened["stow_root"])
    missing = set(opened["missing"])
    items = [item for item in vault.items_of(batch) if item.n in missing]
    for group in _groups([item for item in items if item.kind == "dicom"]):
        with suppress(ConflictError):
            # STOW answers 409 when it takes none of the files: each is in quarantine then.
            _store(site, client, opened["stow_root"], group)
    for item in items:
        if item.kind != "dicom":
            # 409: the batch was closed before a break in the line; its counts decide below.
            with suppress(ConflictError):
                _upload(site, vault, client, opened["id"], item)
    answer = client.post(f"/collect/batches/{opened['id']}/close")
    return _closed(site, vault, batch, answer, UUID(opened["id"]))


def _groups(items: list[Item]) -> Iterator[list[Item]]:
    group: list[Item] = []
    size = 0
    for item in items:
        if group and (size + item.bytes > GROUP_BYTES or len(group) >= GROUP_FILES):
            yield group
            group, size = [], 0
        group.append(item)
        size += item.bytes
    if group:
        yield group


def _store(site: Site, client: Client, root: str, group: list[Item]) -> None:
    """Send DICOM files by STOW-RS; what is refused shows in the counts at the end."""
    address = root if root.startswith("/") else f"/dicom-web/{root}"
    path = address.removesuffix("/studies").rstrip("/") + "/studies"
    boundary = uuid4().hex
    head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    files = [(site.outbox / item.name).read_bytes() for item in group]
    body = b"".join(head + data + b"\r\n" for data in files) + f"--{boundary}--\r\n".encode()
    kind = f'multipart/related; type="application/dicom"; boundary={boundary}'
    headers = {"Content-Type": kind, "Accept": "application/dicom+json"}
    client.send("POST", path, content=body, headers=headers)


def _upload(site: Site, vault: Vault, client: Client, batch: str, item: Item) -> None:
    """Send one file by tus 1.0, from where an earlier run broke off."""
    address, offset = _resume(client, item)
    if address is None:
        address = _create(vault, client, batch, item)
    with (site.outbox / item.name).open("rb") as file:
        file.seek(offset)
        while offset < item.bytes:
            data = file.read(CHUNK)
            client.send(
                "PATCH",
                address,
                content=data,
                headers={
                    **TUS,
                    "Upload-Offset": str(offset),
                    "Content-Type": "application/offset+octet-stream",
                },
            )
            offset += len(data)


def _resume(client: Client, item: Item) -> tuple[str | None, int]:
    if item.upload is None:
        return None, 0
    try:
        answer = client.send("HEAD", item.upload, headers=TUS)
    except NotFoundError:
        return None, 0
    offset = int(answer.headers.get("Upload-Offset", "0"))
    # A whole upload that the platform misses did not arrive as it was sent: begin again.
    return (item.upload, offset) if offset < item.bytes else (None, 0)


def _create(vault: Vault, client: Client, batch: str, item: Item) -> str:
    told = {"batch": batch, "n": str(item.n)}
    metadata = ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items()
    )
    answer = client.send(
        "POST",
        f"{API}/collect/uploads",
        headers={**TUS, "Upload-Length": str(item.bytes), "Upload-Metadata": metadata},
    )
    # Only the path: the token goes to the platform that was asked, wherever the answer points.
    address = urlsplit(answer.headers["Location"]).path
    vault.note_upload(item.n, address)
    return address


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
    statement = certify(site, vault, found)
    note = sign_certificate("deidentification", statement, site.signer())
    (site.certificates / f"batch-{batch:06d}.note").write_text(note, "utf-8")
    vault.close_batch(batch, answer)
    return found


def certify(site: Site, vault: Vault, sent: Sent) -> dict[str, object]:
    """Return what the certificate of a batch states: rules, counts, held files, destination."""
    actions: Counter[str] = Counter()
    items = vault.items_of(sent.batch)
    for item in items:
        actions.update(item.counts)
    rows = [row for row in vault.held() if row["batch"] == sent.batch]
    profile = load_profile(site.profile)
    return {
        "site": str(site.site),
        "batch": str(sent.remote),
        "tool": f"renkei-hospital {__version__}",
        "rules": profile.label,
        "rules_sha256": profile.sha256,
        "key_fingerprint": site.key().fingerprint,
        "files": dict(Counter(item.kind for item in items)),
        "actions": dict(actions),
        "identifiers_left": 0,
        "held": dict(Counter(str(row["reason"]) for row in rows)),
        "sent": sent.sent,
        "stored": sent.stored,
        "quarantined": sent.quarantined,
    }
