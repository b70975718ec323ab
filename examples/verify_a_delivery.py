"""Verify a delivery without a network: intact, then withdrawn after a recall, then tampered.

A licensee gets the folder, the receipt and the trust bundle from the platform. Here a log of three
records is made on the spot, so that the script shows the proof itself.

python examples/verify_a_delivery.py
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from renkei.proof import commit, digest, merkle
from renkei.proof.delivery import DeliveredFile, DeliveryManifest, build_delivery
from renkei.proof.note import Checkpoint, SigningKey, sign_note
from renkei.proof.recalls import sign_recalls
from renkei.proof.receipt import LogLeaf, LogProof, Receipt
from renkei.proof.trust import Trust
from renkei.proof.verify import MANIFEST, verify_folder
from renkei.proof.version import FileLine, build_version, prove_subject

SAMPLES = Path(__file__).parents[1] / "samples"
LOG = SigningKey("renkei.example/ledger", bytes(range(32)))
SALT = bytes(32)


def deliver(folder: Path, files: dict[str, bytes]) -> DeliveryManifest:
    """Write the files, one folder per subject, with the manifest of their delivery."""
    subjects = sorted({path.split("/")[0] for path in files})
    lines = [
        FileLine(path, len(data), digest(data), "image", path.split("/")[0], "train")
        for path, data in files.items()
    ]
    salts = {subject: bytes([n]) * 32 for n, subject in enumerate(subjects)}
    version = build_version({"number": "1.0.0"}, lines, salts)
    roots = version.case_roots()
    delivered = [
        DeliveredFile(line.path, line.size, line.sha256, roots[str(line.subject)].hex(), line.path)
        for line in lines
    ]
    manifest = build_delivery(
        licence="L-1",
        version=version.id,
        key_fingerprint="a" * 64,
        files=delivered,
        cases=[prove_subject(version, subject) for subject in subjects],
    )
    for path, data in {**files, MANIFEST: manifest.to_bytes()}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return manifest


def anchor(manifest: DeliveryManifest) -> Receipt:
    """Put the delivery's commitment between two other records, under a signed checkpoint."""
    payload = manifest.payload()
    leaf = LogLeaf("delivery", "delivery/1", commit(payload, SALT)).hash()
    leaves = [merkle.leaf_hash(b"before"), leaf, merkle.leaf_hash(b"after")]
    note = sign_note(Checkpoint(LOG.name, len(leaves), merkle.root(leaves)).text(), LOG)
    proof = LogProof(1, tuple(merkle.inclusion(leaves, 1)), note)
    return Receipt("delivery", "delivery/1", payload, SALT, proof.to_text())


def trust(recalled: list[str]) -> Trust:
    """Return what the platform publishes: the log's key and the signed list of recalls."""
    recalls = sign_recalls(recalled, datetime.now(UTC), LOG)
    return Trust(LOG.name, LOG.verifier, (), 0, recalls)


def main() -> None:
    """Deliver two patients' slices, verify, recall one patient, then change a byte."""
    slices = {
        f"sub-{n}/image.dcm": (SAMPLES / "mr_dicom" / f"brain_00{n}.dcm").read_bytes()
        for n in (1, 2)
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = deliver(folder, slices)
        receipt = anchor(manifest)
        print("as delivered:", verify_folder(folder, receipt, trust([])).state)
        recalled = next(file.case for file in manifest.files if file.case)
        found = verify_folder(folder, receipt, trust([recalled]))
        print("after a recall:", sorted(found.cases().values()))
        (folder / "sub-2" / "image.dcm").write_bytes(slices["sub-1/image.dcm"])
        print("after a change:", verify_folder(folder, receipt, trust([])).state)


if __name__ == "__main__":
    main()
