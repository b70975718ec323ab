"""Each format holds the same voxels at the same place; a box of the blocks is that box."""

import json

import numpy as np
import pytest
import zarr
from tests.preprocess.steps.slides import part, written

from renkei.imaging.slide import open_slide
from renkei.preprocess import omezarr
from renkei.preprocess.formats import Format, write_result
from renkei.preprocess.made import write_held
from renkei.preprocess.patches import Patches, PatchesRefusedError, write_patches


def test_blocks_hold_the_volume_and_give_any_box(real_ct, tmp_path):
    write_result(tmp_path, write_held("ct", real_ct), Format.BLOSC2)
    image = real_ct.image
    with Patches(tmp_path / "ct.b2nd") as patches:
        assert patches.geometry.close_to(image.geometry)
        assert np.array_equal(patches.read((0, 0, 0), image.geometry.shape), image.voxels)
        random = np.random.default_rng(0)
        for _ in range(10):
            start = tuple(int(random.integers(0, n - 8)) for n in image.voxels.shape)
            z, y, x = start
            box = patches.read(start, (8, 8, 8))
            assert np.array_equal(box, image.voxels[z : z + 8, y : y + 8, x : x + 8])
        for start in ((-1, 0, 0), (image.voxels.shape[0] - 7, 0, 0)):
            with pytest.raises(PatchesRefusedError):
                patches.read(start, (8, 8, 8))


def test_the_same_volume_gives_the_same_blocks(made, tmp_path):
    for name in ("a", "b"):
        write_patches(tmp_path / name, made.image)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_other_files_are_refused(tmp_path):
    (tmp_path / "x.b2nd").write_bytes(b"no blocks")
    for name in ("x.b2nd", "none.b2nd"):
        with pytest.raises(PatchesRefusedError):
            Patches(tmp_path / name)


def test_ome_zarr_holds_the_volume_with_its_place(real_ct, tmp_path):
    write_result(tmp_path, write_held("ct", real_ct), Format.OMEZARR)
    group = zarr.open_group(str(tmp_path / "ct.ome.zarr"), mode="r")
    assert np.array_equal(group["0"][:], real_ct.image.voxels)
    (scale,) = group.attrs["ome"]["multiscales"]
    said = scale["datasets"][0]["coordinateTransformations"]
    assert said[0]["scale"] == pytest.approx(real_ct.image.geometry.spacing)
    assert json.dumps(said)


def test_ome_zarr_holds_a_slide_as_a_pyramid(tmp_path, monkeypatch):
    monkeypatch.setattr(omezarr, "WIDEST", 512)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    slide = written(part(side=1100), scratch, "he")
    with open_slide(slide.path) as shown:
        whole, mpp = shown.read_region(0, 0, 0, 1100, 1100), shown.mpp
    write_result(tmp_path, write_held("slide", slide), Format.OMEZARR)
    group = zarr.open_group(str(tmp_path / "slide.ome.zarr"), mode="r")
    assert np.array_equal(group["0"][:], whole.transpose(2, 0, 1))
    assert group["1"].shape == (3, 550, 550)
    mean = whole[:1100, :1100].reshape(550, 2, 550, 2, 3).mean(axis=(1, 3)).transpose(2, 0, 1)
    assert np.abs(group["1"][:].astype(float) - mean).max() <= 0.5
    (scale,) = group.attrs["ome"]["multiscales"]
    assert [axis["name"] for axis in scale["axes"]] == ["c", "y", "x"]
    said = scale["datasets"][1]["coordinateTransformations"][0]["scale"]
    assert said == pytest.approx([1, 2 * mpp, 2 * mpp])
