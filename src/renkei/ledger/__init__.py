"""Anchor: put a salted commitment of each record that matters into a log that only grows."""

from renkei.ledger.contract import KeyTakenError, check_leaf
from renkei.ledger.ledger import Ledger, Store

__all__ = ["KeyTakenError", "Ledger", "Store", "check_leaf"]
