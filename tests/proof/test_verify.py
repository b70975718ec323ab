"""Verification of a delivered folder, offline, from recipients' files alone."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from renkei.proof import commit, digest, merkle
from renkei.proof.delivery import DeliveredFile, DeliveryManifest, build_delivery, parse_delivery
from renkei.proof.note import Checkpoint, NoteRefusedError, SigningKey, Verifier, cosign, sign_note
from renkei.proof.recalls import open_recalls, sign_recalls
from renkei.proof.receipt import (
    LogLeaf,
    LogProof,
    Receipt,
    ReceiptRefusedError,
    parse_proof,
    parse_receipt,
    verify_receipt,
)
from renkei.proof.strict import MalformedError
from renkei.proof.trust import Trust, parse_trust
from renkei.proof.verify import MANIFEST, NoManifestError, State, verify_folder
from renkei.proof.version import FileLine, VersionManifest, build_version, prove_subject
from renkei.proof.versionfile import version_document

ORIGIN = "renkei.example/log"
LOG = SigningKey(ORIGIN, bytes(range(32)))
WITNESS = SigningKey("hospital.example", bytes(range(1, 33)))
SALT = bytes(range(32))
FILES = {f"s{s}/case/{n}.bin": f"{s}{n}".encode() * 50 for s in range(3) for n in range(2)}
CARD = {"README.md": "# 説明".encode()}


def made_version() -> VersionManifest:
    lines = [
        FileLine(path, len(data), digest(data), "image", path.split("/")[0], "train")
        for path, data in FILES.items()
    ]
    return build_version({"number": "1.0.0"}, lines, {f"s{s}": bytes([s]) * 32 for s in range(3)})


VERSION = made_version()
CASES = {name: root.hex() for name, root in VERSION.case_roots().items()}


def made_delivery() -> DeliveryManifest:
    files = [
        DeliveredFile(path, len(data), digest(data), CASES[path.split("/")[0]], path)
        for path, data in FILES.items()
    ]
    shared = [DeliveredFile(p, len(d), digest(d)) for p, d in CARD.items()]
    return build_delivery(
        licence="L-1",
        version=VERSION.id,
        key_fingerprint="a" * 64,
        files=files + shared,
        cases=[prove_subject(VERSION, name) for name in CASES],
    )


DELIVERY = made_delivery()


def receipt_for(kind: str, payload: dict[str, object], *, cosigned: bool = False) -> Receipt:
    leaf = LogLeaf(kind, "k/1", commit(payload, SALT)).hash()
    leaves = [merkle.leaf_hash(b"before"), leaf, merkle.leaf_hash(b"after")]
    note = sign_note(Checkpoint(ORIGIN, 3, merkle.root(leaves)).text(), LOG)
    if cosigned:
        note = cosign(note, WITNESS, 1_790_000_000)
    proof = LogProof(1, tuple(merkle.inclusion(leaves, 1)), note)
    return Receipt(kind, "k/1", payload, SALT, proof.to_text())


def trust_with(recalled: Iterable[str] = ()) -> Trust:
    recalls = sign_recalls(recalled, datetime(2026, 11, 23, tzinfo=UTC), LOG)
    return Trust(ORIGIN, LOG.verifier, (), 0, recalls)


RECEIPT = receipt_for("delivery", DELIVERY.payload())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path, data in {**FILES, **CARD, MANIFEST: DELIVERY.to_bytes()}.items():
        target = tmp_path / "delivered" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return tmp_path / "delivered"


def test_an_untouched_delivery_is_intact_in_every_file(folder: Path) -> None:
    found = verify_folder(folder, RECEIPT, trust_with())
    assert found.state == State.INTACT
    assert len(found.files) == len(FILES) + len(CARD)
    assert found.recalls_as_of == datetime(2026, 11, 23, tzinfo=UTC)
    assert found.log_size == 3


def test_a_recalled_case_is_withdrawn_and_the_rest_stays_intact(folder: Path) -> None:
    found = verify_folder(folder, RECEIPT, trust_with([CASES["s1"]]))
    assert found.state == State.WITHDRAWN
    expected = {
        CASES["s0"]: "intact",
        CASES["s1"]: "withdrawn",
        CASES["s2"]: "intact",
        "": "intact",
    }
    assert found.cases() == expected


def test_a_withdrawn_case_stays_withdrawn_after_its_files_were_destroyed(folder: Path) -> None:
    for path in (folder / "s1").rglob("*.bin"):
        path.unlink()
    assert verify_folder(folder, RECEIPT, trust_with([CASES["s1"]])).state == State.WITHDRAWN


@pytest.mark.parametrize(
    ("data", "reason"), [(None, "missing"), (b"short", "size"), (b"xx" * 50, "content")]
)
def test_a_changed_file_is_named(folder: Path, data: bytes | None, reason: str) -> None:
    path = folder / "s2/case/1.bin"
    path.unlink() if data is None else path.write_bytes(data)
    found = verify_folder(folder, RECEIPT, trust_with())
    assert [(f.path, f.reason) for f in found.files if f.state != State.INTACT] == [
        ("s2/case/1.bin", reason)
    ]
    assert found.cases()[CASES["s2"]] == State.TAMPERED
    assert found.cases()[CASES["s0"]] == State.INTACT


def test_a_file_that_nobody_delivered_is_named(folder: Path) -> None:
    (folder / "s2/case/2.bin").write_bytes(b"more")
    found = verify_folder(folder, RECEIPT, trust_with())
    assert [(f.path, f.reason) for f in found.files if f.state != State.INTACT] == [
        ("s2/case/2.bin", "unlisted")
    ]


def edited(change: dict[str, Any]) -> bytes:
    document = json.loads(DELIVERY.to_bytes())
    document["files"][1] |= change
    return json.dumps(document).encode()


def test_a_manifest_made_to_fit_a_changed_file_is_not_the_receipts(folder: Path) -> None:
    data = b"changed"
    name = DELIVERY.files[1].path
    (folder / name).write_bytes(data)
    (folder / MANIFEST).write_bytes(edited({"sha256": digest(data), "size": len(data)}))
    bad = [f for f in verify_folder(folder, RECEIPT, trust_with()).files if f.reason]
    assert {(f.path, f.reason) for f in bad} == {
        (MANIFEST, "manifest_changed"),
        (name, "not_of_the_version"),
    }


def test_a_case_of_another_version_is_not_accepted_by_the_platforms_own_receipt(
    folder: Path,
) -> None:
    wrong = replace(DELIVERY, version="0" * 64)
    (folder / MANIFEST).write_bytes(wrong.to_bytes())
    found = verify_folder(folder, receipt_for("delivery", wrong.payload()), trust_with())
    assert {f.reason for f in found.files} == {"not_of_the_version", None}


def test_a_marked_file_may_differ_from_its_line_and_must_fit_its_row(folder: Path) -> None:
    data = b"marked copy"
    row = replace(DELIVERY.files[1], sha256=digest(data), size=len(data), mark="b" * 64)
    files = (DELIVERY.files[0], row, *DELIVERY.files[2:])
    marked = replace(DELIVERY, files=files)
    (folder / MANIFEST).write_bytes(marked.to_bytes())
    (folder / row.path).write_bytes(data)
    receipt = receipt_for("delivery", marked.payload())
    assert verify_folder(folder, receipt, trust_with()).state == State.INTACT


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a\\..\\x"])
def test_a_manifest_that_leaves_the_folder_is_refused(folder: Path, path: str) -> None:
    (folder / MANIFEST).write_bytes(edited({"path": path}))
    with pytest.raises(MalformedError):
        verify_folder(folder, RECEIPT, trust_with())


def test_a_whole_version_is_checked_against_its_own_receipt(folder: Path) -> None:
    (folder / "README.md").unlink()
    (folder / MANIFEST).write_bytes(version_document(VERSION))
    receipt = receipt_for("version", {"id": VERSION.id})
    assert verify_folder(folder, receipt, trust_with()).state == State.INTACT
    other = receipt_for("version", {"id": "0" * 64})
    assert verify_folder(folder, other, trust_with()).state == State.TAMPERED


def test_a_folder_without_manifest_is_not_called_intact(tmp_path: Path) -> None:
    with pytest.raises(NoManifestError):
        verify_folder(tmp_path, RECEIPT, trust_with())


@pytest.mark.parametrize(
    "change",
    [
        {"payload": {**DELIVERY.payload(), "files": 3}},
        {"salt": bytes(32)},
        {"kind": "version"},
        {"key": "k/2"},
    ],
)
def test_a_receipt_changed_in_any_field_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ReceiptRefusedError):
        verify_receipt(replace(RECEIPT, **change), trust_with())


def test_a_receipt_under_another_logs_key_or_name_is_refused() -> None:
    other = SigningKey(ORIGIN, bytes(32))
    with pytest.raises(NoteRefusedError):
        verify_receipt(RECEIPT, replace(trust_with(), log=other.verifier))
    with pytest.raises(NoteRefusedError):
        verify_receipt(RECEIPT, replace(trust_with(), origin="renkei.example/other"))


def test_a_quorum_of_witnesses_is_demanded() -> None:
    witness = Verifier(WITNESS.name, WITNESS.verifier.public, 4)
    strict = replace(trust_with(), witnesses=(witness,), quorum=1)
    with pytest.raises(NoteRefusedError):
        verify_receipt(RECEIPT, strict)
    cosigned = receipt_for("delivery", DELIVERY.payload(), cosigned=True)
    assert verify_receipt(cosigned, strict).size == 3


def test_receipt_trust_and_delivery_come_back_from_their_files() -> None:
    assert parse_receipt(json.dumps(RECEIPT.to_json()).encode()) == RECEIPT
    trust = trust_with([CASES["s0"]])
    assert parse_trust(json.dumps(trust.to_json()).encode()) == trust
    assert parse_delivery(DELIVERY.to_bytes()) == DELIVERY


def test_an_unsigned_line_in_a_proof_changes_nothing() -> None:
    text = RECEIPT.proof.replace("index 1", "extra AAAA\nindex 1")
    assert parse_proof(text) == parse_proof(RECEIPT.proof)
    with pytest.raises(ReceiptRefusedError):
        parse_proof("c2sp.org/tlog-proof@v1\nindex 01\n\nx")


def test_a_recall_list_cannot_be_shortened() -> None:
    note = sign_recalls([CASES["s0"], CASES["s1"]], datetime(2026, 11, 23, tzinfo=UTC), LOG)
    assert open_recalls(note, [LOG.verifier]).cases == {CASES["s0"], CASES["s1"]}
    with pytest.raises(NoteRefusedError):
        open_recalls(note.replace(CASES["s0"] + "\n", ""), [LOG.verifier])
    with pytest.raises(MalformedError):
        open_recalls(sign_note("something else\n", LOG), [LOG.verifier])


def test_a_quorum_that_cannot_be_met_is_refused() -> None:
    document = {**trust_with().to_json(), "quorum": 1}
    with pytest.raises(MalformedError):
        parse_trust(json.dumps(document).encode())
