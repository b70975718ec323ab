"""The journal's rules: postings in integer minor units that sum to zero; corrections reverse."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from renkei.errors import DataRefusedError

CURRENCIES = frozenset({"JPY"})
UNDISTRIBUTED = "undistributed"
LARGEST = 10**15


class UnbalancedError(DataRefusedError):
    """The postings of an entry do not sum to zero."""


@dataclass(frozen=True, slots=True)
class Line:
    """One posting: plus is a debit, minus a credit."""

    account: str
    amount: int
    currency: str = "JPY"


def checked(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines without zeros, which say nothing.

    Raises:
        UnbalancedError: They do not sum to zero per currency, or an amount is out of range.
    """
    kept = tuple(line for line in lines if line.amount)
    sums: dict[str, int] = defaultdict(int)
    for line in kept:
        if line.currency not in CURRENCIES or abs(line.amount) > LARGEST:
            raise UnbalancedError("An amount is out of range or in an unknown currency.")
        sums[line.currency] += line.amount
    if any(sums.values()):
        raise UnbalancedError("The postings of an entry must sum to zero.")
    return kept


def invoice(licensee: str, licence: str, net: int, tax: int, rate_percent: int) -> tuple[Line, ...]:
    """Return the lines of a licence fee: the licensee owes; tax stands apart, by rate."""
    return checked(
        [
            Line(f"receivable:{licensee}", net + tax),
            Line(f"{UNDISTRIBUTED}:{licence}", -net),
            Line(f"tax:{rate_percent}", -tax),
        ]
    )


def payment(licensee: str, gross: int) -> tuple[Line, ...]:
    """Return the lines of a payment that came in."""
    return checked([Line("bank", gross), Line(f"receivable:{licensee}", -gross)])


def distribution(licence: str, parts: Mapping[str, int]) -> tuple[Line, ...]:
    """Return the lines that owe each payee its part."""
    owed = [Line(f"payable:{payee}", -amount) for payee, amount in sorted(parts.items())]
    return checked([Line(f"{UNDISTRIBUTED}:{licence}", sum(parts.values())), *owed])


def payout(parts: Mapping[str, int]) -> tuple[Line, ...]:
    """Return the lines that pay what is owed."""
    owed = [Line(f"payable:{payee}", amount) for payee, amount in sorted(parts.items())]
    return checked([*owed, Line("bank", -sum(parts.values()))])


def withdrawal(licence: str, payee: str, amount: int) -> tuple[Line, ...]:
    """Return the lines that take one patient's part back for the next settlement."""
    return checked([Line(f"payable:{payee}", amount), Line(f"{UNDISTRIBUTED}:{licence}", -amount)])


def reversed_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines that undo an entry; entries themselves are never changed."""
    return tuple(Line(line.account, -line.amount, line.currency) for line in lines)
