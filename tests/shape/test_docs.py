"""Documents: generated pages are what the code says now, links lead somewhere, code runs."""

import re
import subprocess
import sys
from functools import cache

import pytest
from docs.make.reference import pages
from PIL import Image
from tests.shape.source import KINDS, ROOT, SRC

from renkei.select.metrics import METRICS

DOCS = ROOT / "docs"
LINK = re.compile(r"(?<!`)!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# Taken of a running demo by `./dev docs --story URL`.
PICTURE = re.compile(r"docs/images/[a-z-]+-(ja|en)\.png")


@cache
def documents():
    found = [ROOT / "README.md", ROOT / "README.ja.md", *sorted(DOCS.rglob("*.md"))]
    assert len(found) > 30
    return found


def links():
    for page in documents():
        for target in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
            if not re.match(r"[a-z]+:", target):
                yield page, target.partition("#")[0]


def test_generated_pages_are_what_the_code_says():
    stale = [name for name, text in pages().items() if (DOCS / name).read_text("utf-8") != text]
    assert stale == [], "run ./dev docs"


def test_every_link_leads_to_a_file():
    found = list(links())
    assert len(found) > 60
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page, target in found
        if target
        and not (there := (page.parent / target).resolve()).exists()
        and not PICTURE.fullmatch(there.relative_to(ROOT).as_posix())
    ]
    assert dead == []


def test_a_picture_comes_in_both_languages_or_not_at_all():
    names = [p.stem for p in (DOCS / "images").glob("*.png")]
    japanese, english = ({n[:-3] for n in names if n.endswith(f"-{code}")} for code in ("ja", "en"))
    assert japanese == english
    shots = (DOCS / "make" / "screenshots.mjs").read_text("utf-8")
    for _, target in links():
        if shown := re.search(r"images/([a-z-]+)-(?:ja|en)\.png", target):
            assert re.search(rf'^  "?{shown[1]}"?: \[', shots, re.MULTILINE), target


@pytest.mark.parametrize("name", [metric.name for metric in METRICS])
def test_a_metric_has_a_page_with_its_parts_and_a_picture_of_a_good_and_a_bad_case(name):
    text = (DOCS / "reference" / "select" / f"{name}.md").read_text("utf-8")
    parts = ("Unit", "Formula", "Not applicable", "Limits", "Source")
    assert [part for part in parts if f"**{part}**" not in text] == []
    assert re.search(rf"^!\[.+\]\(\.\./\.\./images/metrics/{name}\.png\)$", text, re.MULTILINE)
    with Image.open(DOCS / "images" / "metrics" / f"{name}.png") as picture:
        assert picture.width <= 900
        assert picture.info == {}


def blocks():
    for page in documents():
        for n, code in enumerate(
            re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        ):
            yield pytest.param(code, id=f"{page.relative_to(ROOT)}:{n}")


@pytest.mark.parametrize("code", list(blocks()))
def test_code_in_the_documents_runs(code):
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-1500:]


SHELL = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^ *renkei ([a-z]+)(?: ([a-z]+))?", re.MULTILINE)


def test_every_command_in_the_documents_exists():
    reference = (DOCS / "reference" / "cli.md").read_text("utf-8")
    headings = set(re.findall(r"^##+ (.+)$", reference, re.MULTILINE))
    written = {
        (page.name, found)
        for page in documents()
        if page.name != "cli.md"
        for block in SHELL.findall(page.read_text("utf-8"))
        for found in COMMAND.findall(block)
    }
    assert len(written) > 15
    wrong = [
        (page, *command)
        for page, command in written
        if command[0] not in headings
        or (command[0] in {p.name for p in SRC.iterdir()} and " ".join(command) not in headings)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_the_readme_has_a_map_of_every_folder(name):
    text = (ROOT / name).read_text("utf-8")
    folders = [p.name for p in SRC.iterdir() if (p / "__init__.py").exists()]
    assert len(folders) > 15
    assert [f for f in folders if f"`{f}/`" not in text] == []
    assert "./dev demo" in text
    assert "./dev test" in text


def test_the_readmes_map_is_in_the_order_of_the_line():
    config = (ROOT / "pyproject.toml").read_text("utf-8")
    layers = re.findall(r'^  "([a-z |]+)",$', config[config.index("layers = [") :], re.MULTILINE)
    order = [name for layer in reversed(layers) for name in layer.split(" | ")]
    shown = re.findall(r"`([a-z]+)/`", (ROOT / "README.md").read_text("utf-8").split("## Alone")[0])
    steps = [name for name in shown if (SRC / name / "server").exists()]
    assert steps == [name for name in order if name in steps]


def test_every_kind_of_plugin_is_linked_from_the_first_page():
    first = (DOCS / "index.md").read_text("utf-8")
    assert [k for k, name in KINDS.items() if f"[{name.lower()}](how-to/add-a" not in first] == []
