"""Content items of a structured report that name a person by something else than text."""

from renkei.deid.parse import Element

CONTENT, CONCEPT, CODE = 0x0040A730, 0x0040A043, 0x00080100
# Subject Birth Date (TID 1007): moved by weeks it would still be a birth date.
_PERSONAL = frozenset({b"121031"})


def names_person(item: list[Element]) -> bool:
    """Tell whether a content item must go whole; texts and names become dummies by their rule."""
    concepts = (e.items or [] for e in item if e.tag == CONCEPT)
    codes = (e.value for items in concepts for code in items for e in code if e.tag == CODE)
    return any(value.strip(b" \0") in _PERSONAL for value in codes)
