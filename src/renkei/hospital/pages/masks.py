"""The form over a picture: boxes as plain numbers, so that a keyboard is enough."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from renkei.deid.mask import Box
from renkei.errors import UsageError
from renkei.hospital.masks import MaskedSeries, masking
from renkei.hospital.pages.sending import UnsignedError
from renkei.hospital.site import open_site
from renkei.hospital.vault import opened

SIDES = ("left", "top", "right", "bottom")
EMPTY_ROWS = 3
MAX_BOXES = 1000
Form = Mapping[str, list[str]]


class BadBoxError(UsageError):
    """A box is not four whole numbers."""


class NoBoxError(UsageError):
    """There is nothing to cover."""


def all_series(folder: Path) -> list[MaskedSeries]:
    """Return the series of a site whose pictures may show text."""
    with opened(folder) as vault, masking(open_site(folder), vault) as masks:
        return masks.all()


def one_series(folder: Path, n: int) -> dict[str, Any]:
    """Return what the page of one series shows.

    Raises:
        NoSuchMaskError: There is none of that number.
    """
    with opened(folder) as vault, masking(open_site(folder), vault) as masks:
        series = masks.one(n)
    says = {word.box: word.text for word in series.words}
    rows = [(box, says.get(box, "")) for box in series.boxes]
    return {"series": series, "boxes": rows, "sides": SIDES, "empty": range(EMPTY_ROWS)}


def picture_of(folder: Path, n: int, k: int) -> bytes | None:
    """Return a picture of a series as PNG, or None."""
    with opened(folder) as vault, masking(open_site(folder), vault) as masks:
        path = masks.picture(n, k)
    return path.read_bytes() if path.is_file() else None


def decide(folder: Path, form: Form, reviewer: str) -> str:
    """Keep the boxes of a form, signed or as a draft, and return the page to show next.

    Raises:
        BadBoxError: A field is no number.
        NoBoxError: Covering was asked for without a box.
        UnsignedError: A decision has no name.
        NoSuchMaskError, SeriesChangedError: As for `Masks.decide`.
    """
    n, look = (_number(form.get(name, [""])[0]) for name in ("n", "look"))
    act = form.get("act", [""])[0]
    boxes = [] if act == "no_text" else _boxes(form)
    with opened(folder) as vault, masking(open_site(folder), vault) as masks:
        if act not in {"cover", "no_text"}:
            masks.draft(n, look=look, boxes=boxes)
            return f"/masks/{n}"
        if not reviewer:
            raise UnsignedError("Write your name to sign the decision.")
        if act == "cover" and not boxes:
            raise NoBoxError("There is no box; add one, or say that no text is shown.")
        masks.decide(n, look=look, boxes=boxes, reviewer=reviewer)
    return "/masks"


def _boxes(form: Form) -> list[Box]:
    dropped = set(form.get("drop", []))
    columns: Sequence[list[str]] = [form.get(side, []) for side in SIDES]
    if len({len(column) for column in columns}) > 1 or len(columns[0]) > MAX_BOXES:
        raise BadBoxError("A box is four whole numbers; correct it.")
    rows = [tuple(v.strip() for v in row) for row in zip(*columns, strict=True)]
    return [
        Box(*(_number(value) for value in row))
        for at, row in enumerate(rows)
        if any(row) and str(at) not in dropped
    ]


def _number(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 9:
        raise BadBoxError("A box is four whole numbers; correct it.")
    return int(text)
