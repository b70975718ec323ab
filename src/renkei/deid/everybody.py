"""Whole names and numbers of all patients of a table: a row's text may name another row's patient.

A search whose time does not grow with the number of patients: texts are cut into windows of the
lengths that names have.
"""

import re
from dataclasses import dataclass, field

from renkei.deid.fold import fold, folded
from renkei.deid.identifiers import MIN_DIGITS, Identifiers

MIN_WHOLE = 3  # family and given name together
MIN_LATIN = 6
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class Everybody:
    """What was collected so far."""

    names: dict[int, set[str]] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)

    def add(self, person: Identifiers) -> None:
        """Collect one patient."""
        for name in person.names:
            for group in name.split("="):
                parts = [part for part in re.split(r"[\^,\s]+", fold(group)) if part]
                for whole in {"".join(parts), "".join(parts[::-1])} if len(parts) > 1 else ():
                    if len(whole) >= (MIN_LATIN if whole.isascii() else MIN_WHOLE):
                        self.names.setdefault(len(whole), set()).add(whole)
        found = {number.strip().lstrip("0") for number in person.numbers}
        self.numbers |= {n for n in found if n.isdigit() and len(n) >= MIN_DIGITS}

    def named_in(self, text: str) -> bool:
        """Tell whether any of them stands in a text."""
        plain = folded(text).joined().text
        if any(found.lstrip("0") in self.numbers for found in _DIGITS.findall(plain)):
            return True
        return any(
            plain[start : start + size] in names
            for size, names in self.names.items()
            for start in range(len(plain) - size + 1)
        )
