from collections.abc import Callable
from pathlib import Path

import pytest

from renkei.proof.versionfile import parse_version
from renkei.publish.cases import FileChangedError, read_folder
from renkei.train.files import ModelChangedError, read_model, write_model
from renkei.train.recipes.voxel_forest import RECIPE
from renkei.train.run import NoLabelsError, evaluate_model, train_folder


def test_a_model_is_bound_to_the_version_that_it_was_trained_on(
    version_folder: Callable[[], Path], tmp_path: Path
) -> None:
    path = version_folder()
    folder = read_folder(path)
    model = train_folder(folder, recipe=RECIPE, seed=3)
    version = parse_version((path / "renkei-manifest.json").read_bytes())
    assert model.facts["version"] == version.id
    assert model.facts["draft"] is False
    assert (model.facts["train_patients"], model.facts["made_patients"]) == (6, 6)
    assert train_folder(folder, recipe=RECIPE, seed=3).sha256 == model.sha256
    (found,) = evaluate_model(model, RECIPE, folder, "test")
    assert found.overall.patients == 3
    assert found.overall.mean > 0.8
    write_model(model, tmp_path / "model")
    assert read_model(tmp_path / "model") == model


def test_one_changed_byte_stops_the_run_before_anything_is_learned(
    version_folder: Callable[[], Path],
) -> None:
    path = version_folder()
    image = path / "sub-010" / "case-010" / "image.nii.gz"  # of the test side, not even read
    data = bytearray(image.read_bytes())
    data[-1] ^= 1
    image.write_bytes(bytes(data))
    with pytest.raises(FileChangedError):
        train_folder(read_folder(path), recipe=RECIPE)


def test_changed_weights_are_refused(version_folder: Callable[[], Path], tmp_path: Path) -> None:
    model = train_folder(read_folder(version_folder()), recipe=RECIPE)
    write_model(model, tmp_path)
    (tmp_path / "model.bin").write_bytes(model.weights + b"x")
    with pytest.raises(ModelChangedError):
        read_model(tmp_path)


def test_a_side_without_labels_is_refused(version_folder: Callable[[], Path]) -> None:
    folder = read_folder(version_folder())
    model = train_folder(folder, recipe=RECIPE)
    with pytest.raises(NoLabelsError):
        evaluate_model(model, RECIPE, folder, "nowhere")
