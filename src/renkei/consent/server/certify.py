"""The certificate of a recall: what each folder did, signed by the platform."""

from contextlib import suppress

from renkei.proof.certificate import sign_certificate
from renkei.proof.keyfile import KeyExistsError
from renkei.proof.note import SigningKey
from renkei.server.vault import keys_folder
from renkei.settings import load_settings

KIND = "recall"
NAME = "renkei/recall"
KEY_FILE = "recall.key"


def recall_key() -> SigningKey:
    """Return the key that signs recalls; the first call draws it."""
    path = keys_folder(load_settings().data) / KEY_FILE
    with suppress(KeyExistsError):
        SigningKey.new(NAME).write(path)
    return SigningKey.read(path)


def certify(statement: dict[str, object]) -> str:
    """Return the signed note of a recall."""
    return sign_certificate(KIND, statement, recall_key())
