"""Each rule of the house as a failing check with a one-line message."""

import ast
import re
import statistics
import subprocess
import sys

import pytest
from tests.shape.source import KINDS, ROOT, SRC, STEPS, modules, plugin_files, tree

LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN = 400, 60, 140
NO_NAMES = {"utils", "helpers", "common", "misc", "util", "helper"}


def short(path):
    return path.relative_to(SRC).as_posix()


def test_no_module_is_longer_than_400_lines_and_the_median_is_near_120():
    lengths = {short(p): len(p.read_text("utf-8").splitlines()) for p in modules()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_MODULE} == {}
    assert statistics.median(n for n in lengths.values() if n > 0) <= MEDIAN


def test_no_function_is_longer_than_60_lines():
    long = [
        f"{short(path)}:{node.lineno} {node.name}"
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_is_a_drawer():
    paths = [*modules(), *(ROOT / "tests").rglob("*.py"), *(ROOT / "web" / "src").rglob("*.ts*")]
    assert [str(p) for p in paths if p.stem in NO_NAMES] == []


def test_a_room_opens_empty():
    rooms = [p for p in modules() if p.parent.name == "server" and p.name == "__init__.py"]
    assert len(rooms) > 10
    full = [short(p) for p in rooms if p.parent.parent != SRC and p.read_text("utf-8").strip()]
    assert full == []


@pytest.mark.parametrize(("kind", "path"), plugin_files(), ids=lambda v: getattr(v, "stem", ""))
def test_a_plugin_has_its_entry_its_test_and_its_page(kind, path):
    folder = kind.split("/")[0]
    entry = (SRC / kind / "__init__.py").read_text("utf-8")
    assert re.search(rf"\b{path.stem}\.{KINDS[kind]}\b|import {KINDS[kind]}\b", entry) or (
        path.stem in entry
    ), "no entry in the tuple"
    assert (ROOT / "tests" / kind / f"test_{path.stem}.py").exists(), "no test of its name"
    page = ROOT / "docs" / "reference" / folder / f"{path.stem}.md"
    assert page.exists(), f"no page {page.relative_to(ROOT)}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_of_plugins_says_how_another_is_added(kind):
    single = KINDS[kind].lower()
    assert (ROOT / "docs" / "how-to" / f"add-a-{single}.md").exists() or (
        ROOT / "docs" / "how-to" / f"add-an-{single}.md"
    ).exists()


@pytest.mark.parametrize("folder", ["collect", "dicomweb", *STEPS])
def test_a_folder_after_consent_handles_a_recall(folder):
    room = SRC / folder / "server"
    text = "".join(p.read_text("utf-8") for p in room.glob("*.py"))
    assert "@on(SubjectRecalled" in text
    assert "report_effect(" in text


def test_every_step_imports_without_the_server_extra():
    blocked = ("sqlalchemy", "fastapi", "procrastinate", "psycopg", "obstore")
    names = ("deid", "imaging", "proof", "hospital", *STEPS)
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({blocked!r}))\n"
        f"for name in {names!r}: __import__('renkei.' + name)\n"
        "bad = [m for m in sys.modules if m.startswith('renkei.') and '.server' in m]\n"
        "assert not bad, bad\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=ROOT)


def test_nothing_left_behind_in_the_source():
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    folders = [SRC, ROOT / "web" / "src"]
    files = [p for f in folders for p in f.rglob("*") if p.suffix in {".py", ".ts", ".tsx"}]
    assert [str(p) for p in files if marks.search(p.read_text("utf-8"))] == []
