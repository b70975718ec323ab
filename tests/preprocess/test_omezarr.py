"""OME-Zarr holds the same values at the same places, and levels that lie over each other."""

import json
from pathlib import Path

import numpy as np
import pytest
import zarr

from renkei.preprocess import Scan
from renkei.preprocess.omezarr import OmeZarrRefusedError, write_ome_zarr

UNITS = ("millimeter",) * 3


def placed(dataset: dict[str, list[dict[str, list[float]]]]) -> tuple[list[float], list[float]]:
    scale, *moved = dataset["coordinateTransformations"]
    return scale["scale"], moved[0]["translation"] if moved else [0.0] * len(scale["scale"])


def test_a_volume_and_its_levels(real_ct: Scan, tmp_path: Path) -> None:
    voxels, spacing = real_ct.image.voxels, real_ct.image.geometry.spacing[::-1]
    write_ome_zarr(tmp_path / "ct.zarr", voxels, (4.0, 0.7, 0.7), UNITS, origin=(1, 2, 3), levels=3)
    assert spacing
    group = zarr.open_group(str(tmp_path / "ct.zarr"), mode="r")
    ome = json.loads((tmp_path / "ct.zarr" / "zarr.json").read_text())["attributes"]["ome"]
    (image,) = ome["multiscales"]
    assert ome["version"] == "0.5"
    assert [a["name"] for a in image["axes"]] == ["z", "y", "x"]
    assert {a["unit"] for a in image["axes"]} == {"millimeter"}
    assert group["0"].metadata.dimension_names == ("z", "y", "x")
    assert np.array_equal(group["0"][:], voxels)
    # Slices are 4 mm thick: the plane is halved first, and centres stay where they were.
    assert [placed(d)[0] for d in image["datasets"]] == [
        [4, 0.7, 0.7],
        [4, 1.4, 1.4],
        [4, 2.8, 2.8],
    ]
    assert placed(image["datasets"][1])[1] == pytest.approx([1, 2.35, 3.35])
    z, y, x = group["1"].shape
    middle = group["1"][z // 2, y // 2, x // 2]
    assert middle == np.rint(voxels[z // 2, y // 2 * 2 :, x // 2 * 2 :][:2, :2].mean())


def test_labels_keep_their_numbers(tmp_path: Path) -> None:
    labels = np.zeros((9, 300, 301), np.uint8)
    labels[2:5, 20:200, 31:] = 7
    write_ome_zarr(tmp_path / "l.zarr", labels, (1, 1, 1), UNITS, levels=2, labels=True)
    group = zarr.open_group(str(tmp_path / "l.zarr"), mode="r")
    assert np.array_equal(group["1"][:], labels[::2, ::2, ::2])


def test_the_same_array_gives_the_same_files(tmp_path: Path, made: Scan) -> None:
    for name in ("one", "two"):
        write_ome_zarr(tmp_path / name, made.image.voxels, (1, 1, 1), UNITS, levels=2)
    one, two = (
        {
            p.relative_to(tmp_path / n): p.read_bytes()
            for p in (tmp_path / n).rglob("*")
            if p.is_file()
        }
        for n in ("one", "two")
    )
    assert one == two


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    flat = np.zeros((4, 4), np.uint8)
    with pytest.raises(OmeZarrRefusedError):
        write_ome_zarr(tmp_path / "a", flat, (1, 1, 1), UNITS)
    with pytest.raises(OmeZarrRefusedError):
        write_ome_zarr(tmp_path, flat, (1, 1), (None, None))
