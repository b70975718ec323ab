"""Find what the folders bring: `renkei.<folder>.server.<file>`."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

# The line of the platform: what a folder brings is found in this order.
FOLDERS = (
    "people",
    "subjects",
    "consent",
    "collect",
    "dicomweb",
    "select",
    "annotate",
    "preprocess",
    "publish",
    "ledger",
    "market",
    "train",
    "synthesize",
)
GROUND = ("audit", "events", "jobs", "keys", "lineage", "seal", "storage")


def rooms(file: str) -> Iterator[tuple[str, ModuleType]]:
    """Import that file of each folder that has it, in the order of the line."""
    for folder in FOLDERS:
        name = f"renkei.{folder}.server.{file}"
        if find_spec(name) is not None:
            yield folder, import_module(name)


def ground() -> None:
    """Import the ground's own tables."""
    for name in GROUND:
        import_module(f"renkei.server.{name}")
