"""Content items of a structured report that tell of a person by something else than text."""

from dataclasses import replace

from renkei.deid.parse import Element
from renkei.deid.profile import Profile

CONTENT, CONCEPT, CODE = 0x0040A730, 0x0040A043, 0x00080100
_MEASURED, _UNITS, _NUMBER = 0x0040A300, 0x004008EA, 0x0040A30A
AGE_CAP = 90
# UCUM units of an age, in years.
_YEARS = {b"a": 1.0, b"mo": 1 / 12, b"wk": 7 / 365.25, b"d": 1 / 365.25}


def fit_item(item: list[Element], profile: Profile) -> list[Element] | None:
    """Return a content item with a high age capped, or None where it must go whole.

    Texts and names in it become dummies by their rule.
    """
    concepts = _codes(item, CONCEPT)
    if concepts & profile.removed_concepts:
        return None
    return _capped(item) if concepts & profile.age_concepts else item


def _codes(item: list[Element], sequence: int) -> set[str]:
    held = (e.items or [] for e in item if e.tag == sequence)
    found = (e.value for items in held for code in items for e in code if e.tag == CODE)
    return {value.strip(b" \0").decode("ascii", "replace") for value in found}


def _capped(item: list[Element]) -> list[Element] | None:
    """Return the item with 90 for an age above 89; None where the age cannot be told."""
    new = []
    for element in item:
        if element.tag != _MEASURED:
            new.append(element)
            continue
        measured = []
        for value in element.items or []:
            capped = _capped_value(value)
            if capped is None:
                return None
            measured.append(capped)
        new.append(replace(element, items=measured))
    return new


def _capped_value(value: list[Element]) -> list[Element] | None:
    years = {_YEARS.get(code.encode()) for code in _codes(value, _UNITS)}
    numbers = [e for e in value if e.tag == _NUMBER]
    if len(years) != 1 or None in years or len(numbers) != 1:
        return None
    unit = years.pop() or 1.0
    try:
        age = float(numbers[0].value.strip(b" \0"))
    except ValueError:
        return None
    # Also "not a number" is no age that can be told.
    if not age * unit < AGE_CAP:
        at = f"{AGE_CAP / unit:.0f}".encode()
        return [replace(e, value=at) if e.tag == _NUMBER else e for e in value]
    return value
