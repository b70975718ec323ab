"""Receipts: a record stands in the log, shown by its salt and a C2SP tlog-proof@v1, offline."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from renkei.errors import DataRefusedError
from renkei.proof import merkle
from renkei.proof.commitment import commit
from renkei.proof.jcs import canonical
from renkei.proof.note import Checkpoint, open_checkpoint, open_note
from renkei.proof.strict import Fields, MalformedError, parse_json
from renkei.proof.trust import Trust

FORMAT = "renkei.receipt/1"
PROOF_HEAD = "c2sp.org/tlog-proof@v1"
LIMIT = 4_000_000
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


class ReceiptRefusedError(DataRefusedError):
    """A receipt does not show that its record stands in the log."""


@dataclass(frozen=True, slots=True)
class LogLeaf:
    """What the log holds of a record: its kind, its key, and a salted commitment."""

    kind: str
    key: str
    commitment: str

    def to_bytes(self) -> bytes:
        """Return the canonical bytes of the entry."""
        return canonical({"kind": self.kind, "key": self.key, "commitment": self.commitment})

    def hash(self) -> bytes:
        """Return the leaf hash."""
        return merkle.leaf_hash(self.to_bytes())


@dataclass(frozen=True, slots=True)
class LogProof:
    """An inclusion proof with the signed checkpoint that it leads to."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    def to_text(self) -> str:
        """Return the tlog-proof."""
        lines = [base64.b64encode(h).decode() for h in self.hashes]
        return "\n".join([PROOF_HEAD, f"index {self.index}", *lines]) + "\n\n" + self.checkpoint


def parse_proof(text: str) -> LogProof:
    """Read a tlog-proof; its `extra` line is skipped, for nothing authenticates it.

    Raises:
        ReceiptRefusedError: It is malformed.
    """
    head, blank, checkpoint = text.partition("\n\n")
    lines = [line for line in head.split("\n") if not line.startswith("extra ")]
    match = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
    if not blank or lines[0] != PROOF_HEAD or match is None or len(lines) > 66:
        raise ReceiptRefusedError("The receipt holds no log proof; download it again.")
    try:
        hashes = tuple(base64.b64decode(line, validate=True) for line in lines[2:])
    except binascii.Error as error:
        raise ReceiptRefusedError("The receipt holds no log proof; download it again.") from error
    return LogProof(int(match[1]), hashes, checkpoint)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A record, its salt and its place in the log; `payload` is what was committed to."""

    kind: str
    key: str
    payload: Mapping[str, object]
    salt: bytes
    proof: str

    def to_json(self) -> dict[str, object]:
        """Return the JSON object."""
        return {
            "format": FORMAT,
            "kind": self.kind,
            "key": self.key,
            "payload": dict(self.payload),
            "salt": self.salt.hex(),
            "proof": self.proof,
        }


def parse_receipt(data: bytes) -> Receipt:
    """Read a receipt.

    Raises:
        MalformedError: A field is wrong.
    """
    fields = Fields(parse_json(data, limit=LIMIT), "receipt")
    fields.choice("format", frozenset({FORMAT}))
    payload = fields.anything("payload")
    if not isinstance(payload, dict):
        raise MalformedError("receipt: the payload must be an object.")
    found = Receipt(
        kind=fields.text("kind", limit=40),
        key=fields.text("key"),
        payload=payload,
        salt=bytes.fromhex(fields.hash("salt")),
        proof=fields.text("proof", limit=LIMIT),
    )
    fields.done()
    return found


def verify_receipt(receipt: Receipt, trust: Trust) -> Checkpoint:
    """Return the checkpoint under which the record stands.

    Raises:
        ReceiptRefusedError: The proof does not lead from this record to the signed root.
        NoteRefusedError: The checkpoint is not signed by the log and enough witnesses.
    """
    proof = parse_proof(receipt.proof)
    checkpoint = open_checkpoint(proof.checkpoint, [trust.log], trust.origin)
    if trust.quorum:
        open_note(proof.checkpoint, trust.witnesses, needed=trust.quorum)
    leaf = LogLeaf(receipt.kind, receipt.key, commit(receipt.payload, receipt.salt)).hash()
    if not merkle.verify_inclusion(
        leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root
    ):
        raise ReceiptRefusedError(
            "The receipt's record does not stand in the log; ask the platform."
        )
    return checkpoint
