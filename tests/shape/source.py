"""What the house rules look at: modules, functions, rooms, plug-ins."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "renkei"
STEPS = ("select", "annotate", "preprocess", "publish", "ledger", "market", "train", "synthesize")
PLATFORM = ("people", "subjects", "consent", "collect", "dicomweb", *STEPS)
# folder of a plug-in kind → the name that each member's file defines
KINDS = {
    "select/metrics": "METRIC",
    "annotate/tools": "TOOL",
    "preprocess/steps": "STEP",
    "publish/exporters": "EXPORTER",
    "ledger/backends": "LEDGER",
    "train/recipes": "RECIPE",
    "synthesize/generators": "GENERATOR",
}


@cache
def modules() -> tuple[Path, ...]:
    found = tuple(sorted(SRC.rglob("*.py")))
    assert len(found) > 50
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def plugin_files() -> list[tuple[str, Path]]:
    found = [
        (kind, path)
        for kind in KINDS
        for path in sorted((SRC / kind).glob("*.py"))
        if defines(path, KINDS[kind])
    ]
    assert len(found) > 8
    return found


def defines(path: Path, name: str) -> bool:
    targets = (
        target
        for node in tree(path).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )
    return any(isinstance(t, ast.Name) and t.id == name for t in targets)
