"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

A note is text that ends with a newline, an empty line, and lines `— name base64(id4 ‖ signature)`.
"""

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from renkei.errors import DataRefusedError
from renkei.proof.keyfile import read_key_file, write_key_file
from renkei.proof.merkle import HASH_BYTES

ED25519 = 0x01
COSIGNATURE = 0x04
NOTE_LIMIT = 16_000_000
_NAME = re.compile(r"[^\s+]{1,200}")
_SIGNATURE = re.compile(r"— ([^\s+]{1,200}) ([A-Za-z0-9+/=]{1,400})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteRefusedError(DataRefusedError):
    """A signed note is malformed or not signed by whom it must be."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name: Ed25519 (01) of an author or cosignature (04) of a witness."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def id4(self) -> bytes:
        """Return SHA-256(name ‖ 0A ‖ kind ‖ key)[:4]."""
        data = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(data).digest()[:4]

    def __str__(self) -> str:
        """Return the C2SP verifier key `name+id+base64(kind ‖ key)`."""
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id4.hex()}+{encoded}"

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """Read a verifier key.

        Raises:
            NoteRefusedError: It is malformed or its id does not fit.
        """
        parts = text.strip().split("+", 2)
        try:
            raw = base64.b64decode(parts[2], validate=True)
            found = cls(parts[0], raw[1:], raw[0])
            fits = found.id4.hex() == parts[1] and _NAME.fullmatch(parts[0]) is not None
        except (IndexError, binascii.Error) as error:
            raise NoteRefusedError("This is no verifier key.") from error
        if not fits or len(found.public) != 32 or found.kind not in {ED25519, COSIGNATURE}:
            raise NoteRefusedError("This is no verifier key, or of an unknown kind.")
        return found

    def accepts(self, text: str, signature: bytes) -> bool:
        """Tell whether `signature` (without id) is this key's over `text`."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            if len(signature) != 72:
                return False
            (time,) = struct.unpack(">Q", signature[:8])
            message = f"cosignature/v1\ntime {time}\n".encode() + message
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A private Ed25519 key with its name."""

    name: str
    seed: bytes

    @classmethod
    def new(cls, name: str) -> "SigningKey":
        """Draw a key.

        Raises:
            NoteRefusedError: A name has no blanks and no plus sign.
        """
        if not _NAME.fullmatch(name):
            raise NoteRefusedError("A key's name has no blanks and no plus sign.")
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def verifier(self) -> Verifier:
        """Return the public half."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return Verifier(self.name, private.public_key().public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(data)

    def write(self, path: Path) -> None:
        """Create a key file, mode 0600."""
        seed = base64.b64encode(bytes([ED25519]) + self.seed).decode()
        write_key_file(path, f"PRIVATE+KEY+{self.name}+{self.verifier.id4.hex()}+{seed}\n")

    @classmethod
    def read(cls, path: Path) -> "SigningKey":
        """Read a key file.

        Raises:
            NoteRefusedError: It is no signing key.
        """
        parts = read_key_file(path).strip().split("+", 4)
        try:
            key = cls(parts[2], base64.b64decode(parts[4], validate=True)[1:])
            fits = parts[:2] == ["PRIVATE", "KEY"] and key.verifier.id4.hex() == parts[3]
        except (IndexError, ValueError) as error:
            raise NoteRefusedError("This file holds no signing key.") from error
        if not fits:
            raise NoteRefusedError("This file holds no signing key.")
        return key


def sign_note(text: str, *keys: SigningKey) -> str:
    """Return `text` (ends with a newline) with one signature line per key."""
    if not text.endswith("\n"):
        raise NoteRefusedError("A note's text ends with a newline.")
    lines = [_line(key.verifier, key.sign(text.encode())) for key in keys]
    return text + "\n" + "".join(lines)


def cosign(note: str, key: SigningKey, time: int) -> str:
    """Return `note` with a witness's line: it saw this text at `time` (seconds since 1970)."""
    text, _ = _parts(note)
    signed = key.sign(f"cosignature/v1\ntime {time}\n".encode() + text.encode())
    witness = Verifier(key.name, key.verifier.public, COSIGNATURE)
    return note + _line(witness, struct.pack(">Q", time) + signed)


def open_note(note: str, verifiers: Sequence[Verifier], *, needed: int = 1) -> str:
    """Return the text of a note that at least `needed` of the verifiers have signed.

    Lines of unknown keys are ignored; a wrong line of a known key refuses the note.

    Raises:
        NoteRefusedError: It is malformed, or a signature is wrong or lacking.
    """
    text, lines = _parts(note)
    signed: set[Verifier] = set()
    for name, raw in lines:
        for verifier in verifiers:
            if verifier.name == name and verifier.id4 == raw[:4]:
                if not verifier.accepts(text, raw[4:]):
                    raise NoteRefusedError("A signature of the note is wrong; do not trust it.")
                signed.add(verifier)
    if len(signed) < max(1, needed):
        raise NoteRefusedError("The note is not signed by those who must sign it; do not trust it.")
    return text


def _line(verifier: Verifier, signature: bytes) -> str:
    return f"— {verifier.name} {base64.b64encode(verifier.id4 + signature).decode()}\n"


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    if len(note) > NOTE_LIMIT:
        raise NoteRefusedError("The note is too long.")
    text, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise NoteRefusedError("This is no signed note; download it again.")
    lines = []
    for line in tail[:-1].split("\n"):
        match = _SIGNATURE.fullmatch(line)
        if match is None:
            raise NoteRefusedError("A signature line of the note is malformed.")
        try:
            lines.append((match[1], base64.b64decode(match[2], validate=True)))
        except binascii.Error as error:
            raise NoteRefusedError("A signature line of the note is malformed.") from error
    return text + "\n", lines


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: who it is, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint whose signatures were checked.

    Raises:
        NoteRefusedError: It is malformed.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise NoteRefusedError("This is no checkpoint; download it again.")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error as error:
        raise NoteRefusedError("This is no checkpoint; download it again.") from error
    if len(root) != HASH_BYTES:
        raise NoteRefusedError("This is no checkpoint; download it again.")
    return Checkpoint(lines[0], int(lines[1]), root)


def open_checkpoint(note: str, verifiers: Sequence[Verifier], origin: str) -> Checkpoint:
    """Return the checkpoint of a note that a verifier signed for this origin.

    Raises:
        NoteRefusedError: It is malformed, unsigned or another log's.
    """
    checkpoint = parse_checkpoint(open_note(note, verifiers))
    if checkpoint.origin != origin:
        raise NoteRefusedError(
            "The checkpoint is of another log; use the trust bundle of its platform."
        )
    return checkpoint
