"""What is committed speaks of the product alone, in two languages with the same sentences."""

import json
import re
import subprocess
from functools import cache

import pytest
from tests.shape.source import ROOT

# Written apart, so that this file does not find itself.
MACHINE = re.compile(
    "|".join(
        ["/wor" + "k/", "/ro" + "ot/", "bash_" + "jobs", r"\.libr" + "ary/", "pythonhost" + "ed"]
    )
)
PERSONS = re.compile(r"\b(chat" + r"gpt|lang" + r"uage model|as an " + r"ai)\b", re.IGNORECASE)


@cache
def committed():
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    found = [ROOT / n for n in names if n and (ROOT / n).is_file()]
    assert len(found) > 100
    return found


def texts():
    for path in committed():
        if "samples" in path.relative_to(ROOT).parts[:1] and path.suffix != ".md":
            continue
        try:
            yield path, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_no_path_of_a_machine_and_nothing_about_the_making():
    wrong = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path, text in texts()
        if (found := MACHINE.search(text) or PERSONS.search(text))
    ]
    assert wrong == []


def test_no_large_file_is_committed():
    assert [p for p in committed() if p.stat().st_size > 5 * 2**20] == []


def test_locks_hold_versions_and_hashes_and_no_address():
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "://" not in text
        assert text.count("--hash=sha256:") > 1
    packages = (ROOT / "web" / "package-lock.json").read_text()
    assert '"resolved"' not in packages
    assert "registry" not in packages
    assert not (ROOT / "uv.lock").exists()


def test_direct_dependencies_are_pinned_and_the_lock_is_true():
    text = (ROOT / "pyproject.toml").read_text()
    block = text[text.index("dependencies = [") : text.index("[project.scripts]")]
    names = re.findall(
        r'^\s*"([A-Za-z0-9_.-]+)(?:\[\w+\])?(==[^",]+|[<>][^"]+)?', block, re.MULTILINE
    )
    locks = (ROOT / "requirements" / f"{name}.txt" for name in ("dev", "bench", "bench-ml"))
    lock = "\n".join(path.read_text() for path in locks).lower()
    unpinned = [n for n, pin in names if not pin.startswith("==") and n != "renkei"]
    assert unpinned in (["torch", "monai"], [])
    for name, pin in names:
        if pin and name not in {"torch", "monai"}:
            assert f"{name.lower().replace('_', '-')}{pin} " in lock, name


def keys(value, path=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            # English has a singular; Japanese has one form for any number.
            yield from keys(inner, f"{path}.{re.sub(r'_(one|other)$', '', name)}")
    else:
        yield path


@pytest.mark.parametrize(
    "folder", sorted({p.parent.name for p in (ROOT / "web/src").glob("*/ja.json")})
)
def test_japanese_and_english_have_the_same_sentences(folder):
    japanese, english = (
        json.loads((ROOT / "web" / "src" / folder / f"{language}.json").read_text("utf-8"))
        for language in ("ja", "en")
    )
    assert set(keys(japanese)) == set(keys(english))
    assert re.search(r"[ぁ-んァ-ヶ一-龠]", json.dumps(japanese, ensure_ascii=False))
