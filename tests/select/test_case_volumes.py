"""Frames, tiles and several volumes in one series are looked at as the slices that they are."""

from pathlib import Path

import numpy as np
import pytest
from tests.imaging.troubles import enhanced, mosaic, real_slices, series

from renkei.imaging.volume import read_part, read_series, split_series
from renkei.select.case import case_of_files
from renkei.select.metric import measure
from renkei.select.metrics import decodes, geometry

MR = sorted(Path("samples/mr_dicom").glob("*.dcm"))


@pytest.fixture(scope="module")
def planes() -> np.ndarray:
    return real_slices(6, MR)


def codes(files: list[bytes]) -> tuple[set[str], set[str]]:
    case = case_of_files(files)
    found = [measure(case, metric)[0] for metric in (geometry.METRIC, decodes.METRIC)]
    return set(found[0].codes), set(found[1].codes)


def places(n: int) -> tuple[float, float, float]:
    return 0.0, 0.0, 3.0 * n


@pytest.mark.parametrize("modality", ["CT", "MR"])
def test_frames_are_slices_in_their_place_and_unit(planes: np.ndarray, modality: str) -> None:
    """The frames stand in the file from head to foot."""
    files = [enhanced(planes, [places(5 - n) for n in range(6)], modality=modality)]
    case = case_of_files(files)
    assert (case.problems, case.spacing) == ((), (3.0, 0.8, 0.8))
    looked = np.stack([plane.pixels for plane in case.parts()])
    assert np.array_equal(looked, read_series(files).voxels)
    assert not case.undecoded
    assert codes(files) == (set(), set())


def test_a_frame_without_a_place_is_named(planes: np.ndarray) -> None:
    files = [enhanced(planes, [places(n) for n in range(6)], lacking="PlanePositionSequence")]
    wrong, unread = codes(files)
    assert "multiframe_incomplete" in wrong
    assert unread == {"multi_frame"}


def test_a_mosaic_is_its_tiles(planes: np.ndarray) -> None:
    files = [mosaic(planes, (0.0, 0.0, 0.0))]
    case = case_of_files(files)
    assert case.problems == ()
    assert np.array_equal(
        np.stack([plane.pixels for plane in case.parts()]), read_series(files).voxels
    )
    assert codes(files) == (set(), set())


def test_time_points_follow_each_other_and_are_named(planes: np.ndarray) -> None:
    def each(n: int) -> dict:
        return {"TemporalPositionIdentifier": n % 2 + 1}

    files = series(planes, lambda n: places(n // 2), each, modality="MR")
    case = case_of_files(files[::-1])
    assert case.problems == ("several_volumes",)
    assert case.spacing == (3.0, 0.8, 0.8)
    looked = np.stack([plane.pixels for plane in case.parts()])
    volumes = [read_part(part).voxels for part in split_series(files)]
    found = [looked[:3].tobytes(), looked[3:].tobytes()]
    assert sorted(found) == sorted(v.astype(looked.dtype).tobytes() for v in volumes)
    assert codes(files) == ({"several_volumes"}, set())


def test_one_object_twice_is_no_second_volume(planes: np.ndarray) -> None:
    files = series(planes, modality="MR")
    wrong, _ = codes([*files, files[2]])
    assert {"duplicate_position", "duplicate_sop"} <= wrong
    assert "several_volumes" not in wrong
