"""Refusals: each is a sentence, and its status and exit code say the same."""

import ast
import importlib
from functools import cache

from tests.shape.source import SRC, modules, tree

from renkei.errors import RenkeiError

# exit code → the HTTP statuses that mean the same
MEANS = {
    1: {500, 503},
    2: {400, 501},
    3: {413, 416, 422},
    4: {404, 410},
    5: {409},
    6: {401, 403},
    7: {502, 503},
}


@cache
def sentences():
    """Return the literal texts that errors are raised with, and where."""
    found = []
    for path in modules():
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)):
                continue
            name = ast.unparse(node.exc.func)
            first = node.exc.args[0] if node.exc.args else None
            if name.endswith("Error") and isinstance(first, ast.Constant):
                found.append((f"{path.relative_to(SRC)}:{node.lineno}", first.value))
    assert len(found) > 400
    return found


def test_every_refusal_is_a_short_sentence():
    assert [at for at, text in sentences() if not text.endswith((".", "?"))] == []
    assert [at for at, text in sentences() if not 12 <= len(text) <= 200] == []
    # "No such x." says neither whose fault it is nor where to look.
    assert [at for at, text in sentences() if text.startswith("No such")] == []


def errors(of=RenkeiError):
    for kind in of.__subclasses__():
        yield kind
        yield from errors(kind)


def test_status_and_exit_code_say_the_same():
    for path in modules():
        if path.stem != "__main__":
            importlib.import_module(
                ".".join(path.relative_to(SRC.parent).with_suffix("").parts).removesuffix(
                    ".__init__"
                )
            )
    known = [kind for kind in errors() if kind.__module__.startswith("renkei.")]
    assert len(known) > 150
    wrong = [kind.__name__ for kind in known if kind.status not in MEANS[kind.exit_code]]
    assert wrong == []
