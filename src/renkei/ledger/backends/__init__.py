"""The ledgers that a platform can use; another is one file here and one entry in LEDGERS."""

from renkei.ledger.backends import embedded
from renkei.ledger.ledger import Ledger
from renkei.plugins import collect

LEDGERS: tuple[Ledger, ...] = (embedded.LEDGER,)


def ledgers() -> tuple[Ledger, ...]:
    """Return the built-in ledgers and those of other packages."""
    return collect(LEDGERS, "ledgers")
