"""What looks like a point, on real CT: how near it comes to the masks beside it."""

from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from renkei.annotate.assist.point import ASSIST, find_like
from renkei.annotate.assistant import AssistRefusedError, Question, propose
from renkei.annotate.files import read_image, regrid
from renkei.imaging.nifti import read_nifti

SAMPLES = Path(__file__).parents[3] / "samples"
SPLEEN, AORTA = 1, 52


@pytest.mark.parametrize(("number", "least"), [(SPLEEN, 0.7), (AORTA, 0.65)])
def test_an_organ_grows_from_its_middle(number: int, least: float) -> None:
    image, _ = read_image(SAMPLES / "ct_dicom")
    drawn = read_nifti(SAMPLES / "seg" / "example_seg_dicom.nii.gz")
    truth = regrid(drawn.voxels == number, drawn.geometry, image.geometry)
    depth = ndimage.distance_transform_edt(truth, sampling=image.geometry.spacing)
    z, y, x = (int(n) for n in np.unravel_index(int(depth.argmax()), truth.shape))
    found = find_like(Question(volume=image, points=((z, y, x),)))
    dice = 2 * np.count_nonzero(found & truth) / (found.sum() + truth.sum())
    assert dice > least
    assert found[z, y, x]


def test_points_are_needed_and_lie_inside() -> None:
    image, _ = read_image(SAMPLES / "ct_dicom")
    with pytest.raises(AssistRefusedError, match="Set a point"):
        propose(ASSIST, Question(volume=image))
    with pytest.raises(AssistRefusedError, match="outside"):
        propose(ASSIST, Question(volume=image, points=((99, 0, 0),)))
