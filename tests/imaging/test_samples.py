"""The samples are what their licences say."""

import hashlib
import re
from pathlib import Path

SAMPLES = Path("samples")
FOLDERS = sorted(path for path in SAMPLES.iterdir() if path.is_dir())


def test_every_file_stands_with_its_hash_in_its_folders_licence():
    assert len(FOLDERS) == 10
    for folder in FOLDERS:
        text = (folder / "LICENCE.md").read_text("utf-8")
        lines = re.findall(r"^([0-9a-f]{64})  (.+)$", text, re.MULTILINE)
        said = {name: digest for digest, name in lines}
        found = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.iterdir()
            if path.name != "LICENCE.md"
        }
        assert found == said, folder


def test_every_folder_is_in_the_readme():
    text = (SAMPLES / "README.md").read_text("utf-8")
    for folder in FOLDERS:
        assert f"({folder.name}/" in text


def test_they_stay_small():
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*")) < 20_000_000
