"""`renkei ledger` and `renkei verify` on files."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from renkei.ledger.commands import app, verdict_lines
from renkei.proof.cid import cid_of
from renkei.proof.verify import FileVerdict, FolderVerdict, State


def test_cid_prints_one_line_per_file(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub/a.bin").write_bytes(b"hello world")
    (folder / "b.bin").write_bytes(b"")
    answer = CliRunner().invoke(app, ["cid", str(folder), "--json"])
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert rows == [
        {"path": "b.bin", "cid": cid_of(b"")},
        {"path": "sub/a.bin", "cid": cid_of(b"hello world")},
    ]
    one = CliRunner().invoke(app, ["cid", str(folder / "sub/a.bin")])
    assert one.stdout == f"{cid_of(b'hello world')}  a.bin\n"


def verdict() -> FolderVerdict:
    from datetime import UTC, datetime

    files = (
        FileVerdict("a", State.INTACT, None, "1" * 64),
        FileVerdict("b", State.WITHDRAWN, "recalled", "2" * 64),
        FileVerdict("c", State.TAMPERED, "content", "2" * 64),
    )
    return FolderVerdict(State.TAMPERED, files, datetime(2026, 11, 23, tzinfo=UTC), 9)


def test_a_verdict_names_what_is_wrong_and_counts_the_cases() -> None:
    lines = verdict_lines(verdict(), as_json=False)
    assert len(lines) == 3
    assert lines[-1].startswith("tampered: cases 1 intact, 0 withdrawn, 1 tampered")


@pytest.mark.parametrize(("row", "state"), [(0, "intact"), (4, "tampered"), (5, "tampered")])
def test_a_verdict_as_json_has_files_then_cases_then_the_answer(row: int, state: str) -> None:
    lines = [json.loads(line) for line in verdict_lines(verdict(), as_json=True)]
    assert len(lines) == 3 + 2 + 1
    assert lines[row]["state"] == state
    assert lines[-1]["files"] == {"intact": 1, "withdrawn": 1, "tampered": 1}
