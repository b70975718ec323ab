import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from renkei.imaging.labels import LabelSet, pack
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume
from renkei.publish.cases import read_folder
from renkei.publish.exporter import TargetNotEmptyError, pack_folder
from renkei.publish.exporters.nnunet import EXPORTER
from renkei.publish.load import load_case


@pytest.fixture
def folder(make_folder: Callable[..., Path]) -> Path:
    found = make_folder(6)
    sides = ["train", "train", "train", "validation", "test", "test"]
    names = [json.loads(t)["case"] for t in (found / "cases.jsonl").read_text().splitlines()]
    (found / "splits.json").write_text(json.dumps(dict(zip(names, sides, strict=True))))
    return found


def test_structures_inside_each_other_come_back_as_they_were(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    report = EXPORTER.write(read_folder(folder), target)
    assert (report.cases, dict(report.refused)) == (6, {})
    dataset = json.loads((target / "dataset.json").read_text())
    assert dataset["labels"] == {"background": 0, "liver": [1, 2], "lesion": 2}
    assert list(dataset["labels"]) == ["background", "liver", "lesion"]
    assert dataset["regions_class_order"] == [1, 2]
    assert dataset["channel_names"] == {"0": "CT"}
    assert dataset["numTraining"] == 4
    found = read_folder(folder)
    for case in found.cases:
        part = "Ts" if case.split == "test" else "Tr"
        flat = read_nifti(target / f"labels{part}" / f"{case.name}.nii.gz")
        image = read_nifti(target / f"images{part}" / f"{case.name}_0000.nii.gz")
        loaded = load_case(found, case)
        assert np.array_equal(image.voxels, loaded.volume.voxels)
        assert np.array_equal(flat.voxels > 0, loaded.labels.named("liver").mask)
        assert np.array_equal(flat.voxels == 2, loaded.labels.named("lesion").mask)
        assert flat.geometry == image.geometry


def test_our_own_split_goes_along(folder: Path, tmp_path: Path) -> None:
    EXPORTER.write(read_folder(folder), tmp_path / "out")
    (fold,) = json.loads((tmp_path / "out" / "splits_final.json").read_text())
    assert (len(fold["train"]), len(fold["val"])) == (3, 1)
    held = {c.name for c in read_folder(folder).side("test")}
    assert not held & {*fold["train"], *fold["val"]}


def test_the_same_folder_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        EXPORTER.write(read_folder(folder), tmp_path / name)
    assert pack_folder(tmp_path / "one") == pack_folder(tmp_path / "two")


def test_structures_that_merely_overlap_are_refused_and_never_flattened(
    folder: Path, tmp_path: Path, case_of: Callable[..., tuple[Volume, LabelSet]]
) -> None:
    _, labels = case_of(0, overlap=True)
    (folder / "0.rlab").write_bytes(pack(labels))
    report = EXPORTER.write(read_folder(folder), tmp_path / "out")
    assert "labels_overlap" in report.refused.values()
    assert report.cases + len(report.refused) == 6


def test_what_is_made_is_named_in_the_dataset(
    make_folder: Callable[..., Path], tmp_path: Path
) -> None:
    EXPORTER.write(read_folder(make_folder(3, made=True)), tmp_path / "out")
    dataset = json.loads((tmp_path / "out" / "dataset.json").read_text())
    assert len(dataset["made"]) == 3


def test_a_target_that_holds_something_is_left_alone(folder: Path) -> None:
    with pytest.raises(TargetNotEmptyError):
        EXPORTER.write(read_folder(folder), folder)
