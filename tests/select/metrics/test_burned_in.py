"""Written text is suspected by its size, real scans without any are not."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy.stats import spearmanr
from tests.select.inject_stack import rewritten

from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume
from renkei.select.case import Case, Plane, case_of_files, case_of_volume
from renkei.select.metric import measure
from renkei.select.metrics.burned_in import METRIC, text_line

MR = sorted(Path("samples/mr_dicom").glob("*.dcm"))
NIFTI = ("ct_nifti/example_ct", "pair_ct_mr/ct_example", "pair_ct_mr/mri_t1_example")


def written(hu: np.ndarray, text: str, at: tuple[int, int], size: int) -> np.ndarray:
    """Return a slice with text at its greatest value; without text it is the sham."""
    page = Image.new("L", hu.shape[::-1])
    ImageDraw.Draw(page).text(at, text, fill=255, font=ImageFont.load_default(size))
    return np.where(np.asarray(page) > 127, hu.max(), hu)


def suspected(planes: Sequence[np.ndarray]) -> list[tuple[int, int, int, int] | None]:
    return [text_line(Plane(0, p, p, (1.0, 1.0)))[1] for p in planes]


@pytest.fixture(scope="module")
def planes() -> list[np.ndarray]:
    return [np.array(plane.pixels) for plane in case_of_files(MR).parts()][::4]


@pytest.mark.parametrize("name", NIFTI)
def test_real_scans_without_text_are_not_suspected(name: str) -> None:
    volume = read_nifti(Path(f"samples/{name}.nii.gz"), modality="CT")
    assert measure(case_of_volume(volume), METRIC)[0].value == 0


@pytest.mark.parametrize("at", [(5, 4), (60, 232)])
def test_a_name_in_a_corner_is_suspected_in_its_place(planes, at: tuple[int, int]) -> None:
    assert suspected([written(p, "", at, 14) for p in planes]) == [None] * len(planes)
    for box in suspected([written(p, "YAMADA TARO 1950", at, 14) for p in planes]):
        assert box is not None
        assert abs(box[0] - at[0]) < 20
        assert at[1] <= box[1] <= at[1] + 14


def test_larger_text_is_found_more_often(planes) -> None:
    sizes = (5, 8, 11, 16, 22)
    shares = [
        np.mean([box is not None for box in suspected([written(p, "HOSPITAL 123", (4, 4), s)
                                                       for p in planes])])
        for s in sizes
    ]  # fmt: skip
    assert shares[0] < shares[-1] == 1
    assert spearmanr(sizes, shares).statistic >= 0.7


def test_a_header_that_says_yes_is_counted_and_no_code_excludes() -> None:
    files = [f.read_bytes() for f in MR[:3]]
    files[1] = rewritten(files[1], lambda d: setattr(d, "BurnedInAnnotation", "YES"))
    found = measure(case_of_files(files), METRIC)[0]
    assert (found.value, found.codes) == (1, ())
    assert [(p.code, p.slice) for p in found.places] == [("burned_in_said", 1)]


def test_no_image_is_not_applicable_and_odd_ones_stop_nothing() -> None:
    assert measure(Case("CT"), METRIC)[0].reason == "no_pixels"
    for pixels in (np.full((2, 64, 64), np.nan), np.zeros((2, 8, 8)), np.zeros((1, 600, 600))):
        volume = Volume(pixels, Geometry(pixels.shape, (90, 90, 90)), "CT")
        assert measure(case_of_volume(volume), METRIC)[0].value == 0
