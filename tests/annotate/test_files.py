"""Labels through files: what goes out comes back, other grids and numbers are refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.uid import CTImageStorage
from tests.annotate.shapes import GRID, SHAPE, WORDS, ball, labels
from tests.imaging.conftest import small_volume
from tests.imaging.test_rtstruct import BIG, contour, structures
from typer.testing import CliRunner

from renkei.annotate.commands import app
from renkei.annotate.compare import label_set, mask_of
from renkei.annotate.files import (
    Format,
    ImageNeededError,
    LabelFileRefusedError,
    read_image,
    read_labels,
    read_outlines,
    regrid,
    write_labels,
)
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, label_hash
from renkei.imaging.made import write_ct_series
from renkei.imaging.nifti import nifti_bytes, read_nifti
from renkei.imaging.volume import Volume, read_series

ROOT = Path(__file__).parents[2]
LIVER, SPLEEN = ball(5, 12, 8, 6), ball(5, 12, 22, 4)
SET = labels(liver=LIVER, spleen=SPLEEN)


@pytest.mark.parametrize("kind", [Format.NIFTI, Format.PACKED])
def test_labels_come_back_with_the_same_hash(kind: Format) -> None:
    image = Volume(np.zeros(SHAPE, np.int16), GRID, "CT")
    again = read_labels(write_labels(SET, kind), kind, WORDS, image=image)
    assert label_hash(again) == label_hash(SET)


@settings(deadline=None, max_examples=40)
@given(
    axes=st.permutations([0, 1, 2]),
    flips=st.lists(st.booleans(), min_size=3, max_size=3),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_mask_stored_along_other_axes_comes_back_voxel_by_voxel(
    axes: list[int], flips: list[bool], seed: int
) -> None:
    mask = np.random.default_rng(seed).random(SHAPE) < 0.3
    turned = np.flip(np.transpose(mask, axes), [n for n in range(3) if flips[n]])
    source = np.eye(4)
    for new, old in enumerate(axes):
        source[:3, 2 - new] = GRID.affine[:3, 2 - old] * (-1 if flips[new] else 1)
    first = [0.0, 0.0, 0.0]
    for new, old in enumerate(axes):
        first[old] = SHAPE[old] - 1 if flips[new] else 0
    spacing = np.linalg.norm(source[:3, :3], axis=0)
    other = Geometry(
        tuple(turned.shape),  # type: ignore[arg-type]
        (float(spacing[2]), float(spacing[1]), float(spacing[0])),
        GRID.point(*first),
        tuple((source[:3, :3] / spacing).ravel()),
    )
    assert np.array_equal(regrid(turned, other, GRID), mask)


def test_a_grid_of_other_points_is_refused() -> None:
    moved = Geometry(SHAPE, GRID.spacing, (-13.5, -12.0, 0.0))
    coarse = Geometry(SHAPE, (2.0, 1.0, 1.2), GRID.origin)
    for other in (moved, coarse):
        with pytest.raises(LabelFileRefusedError):
            regrid(LIVER, other, GRID)


def test_numbers_without_a_label_are_refused_and_can_be_named() -> None:
    data = nifti_bytes(Volume((LIVER * 55).astype(np.uint8), GRID, ""))
    with pytest.raises(LabelFileRefusedError):
        read_labels(data, Format.NIFTI, WORDS)
    named = read_labels(data, Format.NIFTI, WORDS, values={55: "liver", 9: "spleen"})
    assert np.array_equal(mask_of(named, "liver"), LIVER)
    spleen = mask_of(named, "spleen")
    assert spleen is not None
    assert not spleen.any()


def test_commands_compare_fill_convert_and_report(tmp_path: Path) -> None:
    a, b = tmp_path / "a.nii.gz", tmp_path / "b.rklb"
    a.write_bytes(write_labels(SET, Format.NIFTI))
    run = CliRunner().invoke
    assert run(app, ["convert", str(a), str(b)]).exit_code == 0
    assert label_hash(read_labels(b.read_bytes(), Format.PACKED, WORDS)) == label_hash(SET)
    again = run(app, ["convert", str(a), str(b)])
    assert again.exit_code == 1
    agreed = run(app, ["agree", str(a), str(b), "--json"])
    assert agreed.exit_code == 0, agreed.output
    assert agreed.output.count('"dice": 1.0') == 2
    filled = run(app, ["fill", str(b), str(tmp_path / "c.nii.gz")])
    assert filled.exit_code == 0, filled.output
    text = run(app, ["report", str(a), "--language", "en"])
    assert "Liver: volume" in text.output
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(text.output.replace("volume ", "volume 7"), "utf-8")
    checked = run(app, ["report", str(a), "--language", "en", "--check", str(wrong)])
    assert checked.exit_code == 3
    assert "volume_wrong" in checked.output


def test_an_assist_proposes_a_mask_on_the_grid_of_the_image(tmp_path: Path) -> None:
    voxels = np.where(LIVER, 40, -1000).astype(np.int16)
    image, out = tmp_path / "ct.nii.gz", tmp_path / "body.nii.gz"
    image.write_bytes(nifti_bytes(Volume(voxels, GRID, "CT")))
    done = CliRunner().invoke(app, ["propose", str(image), str(out), "--assist", "body"])
    assert done.exit_code == 0, done.output
    found = read_nifti(out)
    assert found.geometry.close_to(GRID)
    assert np.count_nonzero(found.voxels) / np.count_nonzero(LIVER) > 0.9


def test_labels_go_through_dicom_seg_and_back_on_a_real_ct(tmp_path: Path) -> None:
    files = sorted((ROOT / "samples" / "ct_dicom").glob("*.dcm"))
    for n, file in enumerate(files):
        dataset = dcmread(file)
        # The public copy lost class and name of its objects; a hospital's have both.
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"2.25.{n + 1}"
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
        dataset.save_as(tmp_path / f"{n}.dcm", enforce_file_format=True)
    image, sources = read_image(tmp_path)
    mask = np.zeros(image.geometry.shape, bool)
    mask[3:, 200:260, 180:240] = True
    empty = np.zeros_like(mask)
    given = label_set(
        LabelSet(image.geometry, ()), {"liver": mask, "spleen": empty, "lesion": mask}, WORDS
    )
    data = write_labels(given, Format.SEG, sources=sources)
    assert label_hash(read_labels(data, Format.SEG, WORDS, image=image)) == label_hash(given)
    with pytest.raises(LabelFileRefusedError):
        write_labels(given, Format.SEG, sources=[dcmread(file) for file in files])


def test_structures_of_a_plan_become_labels_of_the_vocabulary() -> None:
    image = read_series(write_ct_series(small_volume(), {"PatientID": "P1"}))
    data = structures(image, {"肝臓": [contour(image, 1, BIG)], "Liver": [contour(image, 2, BIG)]})
    labels = read_labels(data, Format.RTSTRUCT, WORDS, image=image)
    liver = mask_of(labels, "liver")
    assert liver is not None
    assert liver.sum(axis=(1, 2))[:4].tolist() == [0, 36, 36, 0]
    stranger = structures(image, {"何か": [contour(image, 1, BIG)]})
    with pytest.raises(LabelFileRefusedError, match="neither code nor name"):
        read_labels(stranger, Format.RTSTRUCT, WORDS, image=image)
    with pytest.raises(ImageNeededError):
        read_labels(data, Format.RTSTRUCT, WORDS)
    with pytest.raises(LabelFileRefusedError, match="of a slide"):
        read_labels(data, Format.COCO, WORDS, image=image)


def test_outlines_are_named_by_the_vocabulary() -> None:
    ring = [[1, 1, 9, 1, 9, 9]]
    note = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": ring}
    names = [{"id": 1, "name": "Liver"}]
    root = {"images": [{"id": 1, "width": 10, "height": 10}], "annotations": [note]}
    data = json.dumps(root | {"categories": names}).encode()
    assert [o.name for o in read_outlines(data, Format.COCO, WORDS)] == ["liver"]
    with pytest.raises(LabelFileRefusedError):
        read_outlines(data, Format.NIFTI, WORDS)
