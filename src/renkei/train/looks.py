"""Count every look at a sealed test part, before its result is shown."""

import json
import os
from pathlib import Path

from renkei.errors import ForbiddenError
from renkei.publish.cases import BadFolderError

MOST_LOOKS = 3


class NoLooksLeftError(ForbiddenError):
    """The sealed test part has been looked at as often as it may be."""


def take_look(book: Path, *, version: str, family: str, model: str, most: int = MOST_LOOKS) -> int:
    """Write down one look of a model family at a version and return how many are left.

    The line is on the disk before this returns, so a crash between the scoring and the display
    has used a look. The same model may be shown again without another look.

    Raises:
        NoLooksLeftError: The family has used its looks; use a version with a new test part.
    """
    taken = [
        row["model"] for row in _rows(book) if (row["version"], row["family"]) == (version, family)
    ]
    if model in taken:
        return most - len(set(taken))
    if len(set(taken)) >= most:
        raise NoLooksLeftError(
            "This model family has no look at the sealed test part left; wait for the next version."
        )
    line = json.dumps({"version": version, "family": family, "model": model}) + "\n"
    with book.open("a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return most - len(set(taken)) - 1


def _rows(book: Path) -> list[dict[str, str]]:
    if not book.is_file():
        return []
    try:
        rows = [json.loads(line) for line in book.read_text("utf-8").splitlines() if line]
        return [{name: str(row[name]) for name in ("version", "family", "model")} for row in rows]
    except (ValueError, TypeError, KeyError) as error:
        raise BadFolderError("The book of looks cannot be read; it may not be edited.") from error
