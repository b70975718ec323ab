"""The tables of the market: offers and licences, and the journal."""

from renkei.market.server.money_tables import (
    TRIGGERS,
    EntryKind,
    JournalEntry,
    Posting,
    Settlement,
    SettlementState,
    Statement,
)
from renkei.market.server.offer_tables import (
    Delivery,
    DeliveryFile,
    Licence,
    LicenceSignature,
    Listing,
    Order,
    RecallNotice,
    Release,
    RoundingKey,
)

__all__ = [
    "TRIGGERS",
    "Delivery",
    "DeliveryFile",
    "EntryKind",
    "JournalEntry",
    "Licence",
    "LicenceSignature",
    "Listing",
    "Order",
    "Posting",
    "RecallNotice",
    "Release",
    "RoundingKey",
    "Settlement",
    "SettlementState",
    "Statement",
]
