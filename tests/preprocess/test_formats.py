"""Each format holds the same voxels at the same place; a box of the blocks is that box."""

import json

import numpy as np
import pytest
import zarr

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
