"""Whole slides as DICOM (PS3.3 C.8.12.4): pictures of the label are no tissue and never go."""

from renkei.deid.parse import Element
from renkei.deid.source import IMAGE_TYPE

SLIDE_CLASS = "1.2.840.10008.5.1.4.1.1.77.1.6"
LABEL_IN_IMAGE = 0x00480010
_FLAVOURS = {b"LABEL": "slide_label", b"OVERVIEW": "slide_overview"}


def shows_label(sop_class: str, elements: list[Element]) -> str | None:
    """Return why a slide's object shows its label, or None."""
    if sop_class != SLIDE_CLASS:
        return None
    found = {e.tag: e.value for e in elements if e.tag in {IMAGE_TYPE, LABEL_IN_IMAGE}}
    flavours = [part.strip(b" \0") for part in found.get(IMAGE_TYPE, b"").split(b"\\")]
    for flavour, reason in _FLAVOURS.items():
        if flavour in flavours:
            return reason
    return "slide_label" if found.get(LABEL_IN_IMAGE, b"").strip(b" \0") == b"YES" else None
