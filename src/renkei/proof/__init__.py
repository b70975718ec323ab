"""Prove: canonical bytes, hash trees, signatures and receipts that anyone can check offline."""

from renkei.proof.commitment import commit, new_salt
from renkei.proof.jcs import canonical, digest

__all__ = ["canonical", "commit", "digest", "new_salt"]
