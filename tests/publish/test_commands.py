import json
import shutil
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from renkei.publish.audit import LeakFoundError
from renkei.publish.cases import BadFolderError
from renkei.publish.commands import app

runner = CliRunner()


def run(*arguments: str) -> list[dict]:
    result = runner.invoke(app, list(arguments))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def test_a_folder_is_split_audited_described_and_exported(
    make_folder: Callable[..., Path], tmp_path: Path
) -> None:
    folder = str(make_folder())
    (told,) = run("split", folder, "--key", "k", "--json")
    assert sum(told["patients"].values()) == 20
    assert not [check for check in run("audit", folder, "--json") if check["findings"]]
    run("card", folder, str(tmp_path / "card"), "--name", "liver", "--title-ja", "肝臓")
    assert "肝臓" in (tmp_path / "card" / "card.ja.html").read_text("utf-8")
    document = json.loads((tmp_path / "card" / "croissant.json").read_text("utf-8"))
    assert document["name"] == "liver"
    (report,) = run("export", folder, str(tmp_path / "out"), "--to", "nnunet", "--json")
    assert report == {"cases": 20, "refused": {}, "left_out": []}


def test_a_planted_copy_ends_the_audit_with_a_refusal(make_folder: Callable[..., Path]) -> None:
    folder = make_folder()
    run("split", str(folder), "--key", "k")
    sides = json.loads((folder / "splits.json").read_text("utf-8"))
    rows = [json.loads(line) for line in (folder / "cases.jsonl").read_text("utf-8").splitlines()]
    train = next(row for row in rows if sides[row["case"]] == "train")
    test = next(row for row in rows if sides[row["case"]] == "test")
    shutil.copy(folder / train["image"], folder / test["image"])
    result = runner.invoke(app, ["audit", str(folder)])
    assert isinstance(result.exception, LeakFoundError)
    assert result.exception.exit_code == 3


def test_an_index_that_leaves_its_folder_is_refused(make_folder: Callable[..., Path]) -> None:
    folder = make_folder(3)
    row = {"case": "x", "subject": "x", "image": "../x.nii.gz", "facts": {}}
    (folder / "cases.jsonl").write_text(json.dumps(row), "utf-8")
    result = runner.invoke(app, ["audit", str(folder)])
    assert isinstance(result.exception, BadFolderError)
