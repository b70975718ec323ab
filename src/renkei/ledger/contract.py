"""What every ledger enforces: known kinds, keys of one form, no key twice."""

import re
from collections.abc import Mapping

from renkei.errors import ConflictError, DataRefusedError
from renkei.proof.receipt import LogLeaf
from renkei.proof.strict import HEX64

# The kind of a record and how its key begins; the rest of the key is ids, never a name or a date.
KINDS: Mapping[str, str] = {
    "approval": "approval/",
    "agreement": "agreement/",
    "consent": "consent/",
    "version": "version/",
    "product": "product/",
    "listing": "offer/",
    "licence": "grant/",
    "delivery": "delivery/",
    "use": "use/",
    "settlement": "settle/",
    "recall": "recall/",
}
_KEY = re.compile(r"[a-z]+(/[0-9A-Za-z][0-9A-Za-z._-]{0,79}){1,3}")


class KeyTakenError(ConflictError):
    """The key stands in the ledger with other content; records are never overwritten."""


class LeafRefusedError(DataRefusedError):
    """An entry is not of the form that the ledger takes."""


def check_leaf(leaf: LogLeaf, known: LogLeaf | None) -> bool:
    """Tell whether the entry is new; the same entry again is none, and no harm.

    `known` is what the ledger holds under the key.

    Raises:
        LeafRefusedError: Unknown kind, malformed key or commitment.
        KeyTakenError: The key holds something else.
    """
    prefix = KINDS.get(leaf.kind)
    if prefix is None or not leaf.key.startswith(prefix) or not _KEY.fullmatch(leaf.key):
        raise LeafRefusedError("The ledger does not take this kind of record under this key.")
    if not HEX64.fullmatch(leaf.commitment):
        raise LeafRefusedError("A commitment is a SHA-256 as hex.")
    if known is None:
        return True
    if known != leaf:
        raise KeyTakenError("The ledger holds another record under this key; choose another key.")
    return False
