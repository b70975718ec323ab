"""Sentences with what they say, written for these tests; the held-out part before any tuning."""

from collections.abc import Iterator
from pathlib import Path

POLARITY = {"p": "present", "a": "absent", "u": "uncertain", "h": "historic"}
Gold = tuple[str, str, dict[str, str]]


def gold(language: str) -> Iterator[Gold]:
    """Yield part (dev, held-out), text, and polarity by the name of each finding in it."""
    part = ""
    path = Path(__file__).with_name(f"{language}.txt")
    for line in filter(None, path.read_text("utf-8").splitlines()):
        if line.startswith("# "):
            part = line[2:]
            continue
        text, _, said = line.rpartition(" | ")
        names = dict(item.split("=") for item in said.split())
        yield part, text.replace("\\n", "\n"), {n: POLARITY[p] for n, p in names.items()}
