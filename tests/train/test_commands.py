import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from renkei.train.commands import app
from renkei.train.looks import NoLooksLeftError

runner = CliRunner()


def test_a_folder_is_trained_on_and_each_look_at_its_test_part_is_counted(
    version_folder: Callable[[], Path], tmp_path: Path
) -> None:
    folder, target = str(version_folder()), tmp_path / "model"
    for seed in range(4):
        place = str(target / str(seed))
        trained = runner.invoke(
            app, ["run", folder, place, "--recipe", "voxel_forest", "--seed", str(seed), "--json"]
        )
        assert trained.exit_code == 0, trained.output
        shown = runner.invoke(app, ["evaluate", folder, place, "--side", "test", "--json"])
        if seed < 3:
            report = json.loads((target / str(seed) / "report-test.json").read_bytes())
            assert report["looks_left"] == 2 - seed
            assert json.loads(shown.stdout.splitlines()[0])["patients"] == 3
        else:
            assert isinstance(shown.exception, NoLooksLeftError)
            assert not (target / "3" / "report-test.json").exists()
