import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from renkei.publish.cases import read_folder
from renkei.publish.represent import represent_cases
from renkei.synthesize.commands import BadParameterError, app
from renkei.synthesize.gate import GateRefusedError

runner = CliRunner()


def test_a_set_is_written_as_a_folder_of_cases_that_count_for_nobody(
    version_folder: Callable[[], Path], tmp_path: Path
) -> None:
    target = tmp_path / "set"
    arguments = ["run", str(version_folder()), str(target), "--count", "3", "--json"]
    result = runner.invoke(app, arguments)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["in"], told["out"], told["gate"]) == (3, 3, "passed")
    cases = read_folder(target).cases
    assert all(case.name.startswith("syn-") for case in cases)
    found = represent_cases(cases)
    assert (found.patients, found.not_counted) == (0, 3)


def test_a_refused_set_is_kept_with_its_reason_and_ends_with_a_refusal(
    version_folder: Callable[[], Path], tmp_path: Path
) -> None:
    target = tmp_path / "set"
    arguments = ["run", str(version_folder()), str(target), "--param", "delta_low=-9000"]
    result = runner.invoke(app, [*arguments, "--param", "delta_high=-8000"])
    assert isinstance(result.exception, GateRefusedError)
    document = json.loads((target / "synthetic-set.json").read_bytes())
    assert document["gate"]["state"] == "refused"


def test_a_parameter_that_the_generator_does_not_have_is_refused(
    version_folder: Callable[[], Path], tmp_path: Path
) -> None:
    arguments = ["run", str(version_folder()), str(tmp_path / "x"), "--param", "size=3"]
    assert isinstance(runner.invoke(app, arguments).exception, BadParameterError)
