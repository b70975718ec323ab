"""A finding that nobody asked for but that matters for the patient: a text without identity."""

import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from renkei.errors import DataRefusedError

# A card's or telephone number, an address for mail, a full date, a person's form of address.
_TELLS = re.compile(
    r"\d{6,}|\d{2,4}-\d{2,4}-\d{3,4}|\S+@\S+\.\S+|\b(?:19|20)\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}"
    r"|[一-龠々ァ-ヶ]{1,8}\s?(?:様|さん|殿|氏)(?![名])|\b(?:Mr|Mrs|Ms)\b\.?\s",
)


class TextTellsWhoError(DataRefusedError):
    """A text holds what may tell who the patient is."""


class Urgency(StrEnum):
    """How soon the hospital has to look."""

    TODAY = "today"
    DAYS = "days"
    ROUTINE = "routine"


WITHIN = {
    Urgency.TODAY: timedelta(days=1),
    Urgency.DAYS: timedelta(days=3),
    Urgency.ROUTINE: timedelta(days=14),
}


def check_text(text: str) -> None:
    """Refuse a text with a number, date or name that may tell who the patient is.

    Raises:
        TextTellsWhoError: It holds one; it is not repeated in the refusal.
    """
    if _TELLS.search(unicodedata.normalize("NFKC", text)):
        raise TextTellsWhoError(
            "Leave out names, dates and long numbers; the hospital knows the patient by pseudonym."
        )


def is_late(urgency: Urgency, raised: datetime, now: datetime) -> bool:
    """Tell whether a finding without receipt waits longer than its urgency allows."""
    return now - raised > WITHIN[urgency]
