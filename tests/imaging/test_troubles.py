"""Troubled series: each is answered by a reason or by the right volume, none by silence."""

import io

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from tests.imaging.troubles import (
    SIDE,
    STEP,
    enhanced,
    mosaic,
    philips,
    real_slices,
    report_page,
    series,
)

from renkei.imaging.volume import (
    SeriesRefusedError,
    read_part,
    read_series,
    series_shape,
    split_series,
)

UNEVEN = (0, 1.1, 4.1, 11.1, 14, 17, 20, 21.1)
TILT = np.tan(np.radians(18.5))


@pytest.fixture(scope="module")
def planes(ct_files) -> np.ndarray:
    return real_slices(8, ct_files)


@pytest.fixture(scope="module")
def mr_planes(mr_files) -> np.ndarray:
    return real_slices(6, mr_files[1:], at=120)


def answer(files) -> list[str]:
    with pytest.raises(SeriesRefusedError) as caught:
        read_series(files)
    return caught.value.facts["reasons"]


def three_by(n: int, **values) -> dict:
    """Return the elements of the n-th of twelve files: three values, four positions."""
    return {keyword: found[n // 4] for keyword, found in values.items()}


REFUSED = {
    "uneven steps": (lambda p: series(p, lambda n: (0, 0, UNEVEN[n])), "irregular_spacing"),
    "a tilted gantry": (lambda p: series(p, lambda n: (0, TILT * 3 * n, 3 * n)), "tilt"),
    "a slice missing inside": (
        lambda p: series(p, lambda n: (0, 0, 3 * n + 3 * (n > 3))),
        "missing_slice",
    ),
    "four files at one place": (lambda p: series(p[:4], lambda _: (0, 0, 0)), "several_volumes"),
    "one object twice": (lambda p: series(p) + series(p)[:1], "duplicate_position"),
    "every object twice": (lambda p: series(p) * 2, "duplicate_position"),
    "two echoes at one place": (
        lambda p: series(p, lambda n: (0, 0, 3 * (n % 4)), lambda n: {"EchoTime": 4 + n // 4}),
        "several_volumes",
    ),
    "two echoes, one above the other": (
        lambda p: series(p, each=lambda n: {"EchoTime": 4 + n // 4}),
        "several_volumes",
    ),
    "phases of a contrast study": (
        lambda p: series(
            p, lambda n: (0, 0, 3 * (n % 4)), lambda n: {"TemporalPositionIdentifier": 1 + n // 4}
        ),
        "several_volumes",
    ),
    "magnitude and phase": (
        lambda p: series(
            p,
            lambda n: (0, 0, 3 * (n % 4)),
            lambda n: {"ImageType": ["ORIGINAL", "PRIMARY", "MP"[n // 4]]},
        ),
        "several_volumes",
    ),
    "two frames of reference": (
        lambda p: series(p, each=lambda n: {"FrameOfReferenceUID": f"1.2.{n // 4}"}),
        "several_series",
    ),
    "a scout inside": (
        lambda p: series(
            p, each=lambda n: {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]} if n == 2 else {}
        ),
        "localizer",
    ),
    "a captured page with no place": (
        lambda p: series(p, each=lambda n: {"ImagePositionPatient": None} if n == 2 else {}),
        "no_position",
    ),
    "a mosaic without its private header": (
        lambda p: [mosaic(p, (0, 0, 0), private=False)],
        "mosaic",
    ),
    "a mosaic without the number of its slices": (
        lambda p: [mosaic(p, (0, 0, 0), count=False)],
        "mosaic",
    ),
    "a mosaic without its direction": (
        lambda p: [mosaic(p, (0, 0, 0), direction=False)],
        "mosaic",
    ),
    "frames without a place": (
        lambda p: [enhanced(p, [(0, 0, 3 * n) for n in range(8)], lacking="PlanePositionSequence")],
        "multiframe_incomplete",
    ),
    "frames without a spacing": (
        lambda p: [enhanced(p, [(0, 0, 3 * n) for n in range(8)], lacking="PixelMeasuresSequence")],
        "multiframe_incomplete",
    ),
    "fewer groups than frames": (
        lambda p: [enhanced(p, [(0, 0, 3 * n) for n in range(7)])],
        "multiframe_incomplete",
    ),
    "several volumes in one object": (
        lambda p: [
            enhanced(
                p,
                [(0, 0, 3 * (n % 4)) for n in range(8)],
                b_values=[0] * 4 + [800] * 4,
                modality="MR",
            )
        ],
        "several_volumes",
    ),
    "frames of uneven steps": (
        lambda p: [enhanced(p, [(0, 0, z) for z in UNEVEN])],
        "irregular_spacing",
    ),
    "a scale slope on some slices only": (
        lambda p: philips(series(p, modality="MR"), [2.0] * 7 + [None]),
        "mixed_scaling",
    ),
}


@pytest.mark.parametrize("trouble", REFUSED)
def test_it_is_refused_by_its_name(planes, trouble: str) -> None:
    make, reason = REFUSED[trouble]
    assert reason in answer(make(planes))
    assert len(answer(make(planes))) == 1


def test_positions_decide_where_the_header_is_thin_or_wrong(mr_planes) -> None:
    """SimpleITK gives such a series a step of 1 mm; the true one is 6.5."""
    files = series(mr_planes, lambda n: (0, 0, 6.5 * n), modality="MR", SpacingBetweenSlices="1")
    assert read_series(files).geometry.spacing == (6.5, STEP, STEP)
    thin = series(mr_planes, lambda n: (0, 0, 6.5 * n), lambda _: {"SliceThickness": None}, "MR")
    assert read_series(thin).geometry.spacing == (6.5, STEP, STEP)


def test_a_report_among_the_images_is_set_aside_and_counted(planes) -> None:
    volume = read_series([*series(planes), report_page(), report_page()])
    assert volume.facts.set_aside == 2
    assert len(volume.voxels) == 8


def test_old_overlays_above_bits_stored_are_no_values(planes) -> None:
    drawn = planes | 0x8000 * (np.arange(SIDE) % 2 == 0).astype(np.uint16)
    assert np.array_equal(read_series(series(drawn)).voxels, planes.astype(np.int16) - 1024)


def test_the_instance_number_is_not_the_place(planes) -> None:
    files = series(planes, each=lambda n: {"InstanceNumber": (n * 5) % 8 + 1})
    assert np.array_equal(read_series(files[::-1]).voxels, planes.astype(np.int16) - 1024)


def test_a_file_on_disk_is_read_as_the_same_bytes_in_memory(planes, tmp_path) -> None:
    """On disk only a file's start is held; a long header, and one with padding, take other ways."""
    long = {"SeriesDescription": "x" * 60, "PixelPaddingValue": 0}
    files = series(planes, each=lambda n: long if n else {"TextValue": "y" * 15_900})
    wide = series(planes, each=lambda _: {"TextValue": "y" * 40_000})
    for group in (files, wide, [enhanced(planes, [(0, 0, n) for n in range(8)])]):
        paths = []
        for n, data in enumerate(group):
            paths.append(tmp_path / f"{n}.dcm")
            paths[-1].write_bytes(data)
        assert np.array_equal(read_series(paths).voxels, read_series(group).voxels)


def test_an_enhanced_ct_is_what_its_frames_say(planes, tmp_path) -> None:
    order = [3, 0, 7, 1, 6, 2, 5, 4]
    data = enhanced(planes[order], [(5, -7, 100 + 3 * n) for n in order])
    volume = read_series([data])
    assert volume.geometry.spacing == (3, STEP, STEP)
    assert volume.geometry.origin == (5, -7, 100)
    assert np.array_equal(volume.voxels, planes.astype(np.int16) - 1024)
    assert volume.facts.unit == "HU"
    # SimpleITK reads the same file as frames of a step of 1 in the order of the file.
    path = tmp_path / "enhanced.dcm"
    path.write_bytes(data)
    assert not np.array_equal(sitk.GetArrayFromImage(sitk.ReadImage(path)), volume.voxels)


def test_each_frame_is_rescaled_by_its_own_slope(planes) -> None:
    slopes = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]
    volume = read_series([enhanced(planes, [(0, 0, n) for n in range(8)], slopes)])
    assert volume.voxels.dtype == np.float32
    assert np.allclose(volume.voxels, planes * np.array(slopes)[:, None, None])


def test_compressed_frames_are_decoded_one_by_one(planes) -> None:
    from pydicom.uid import RLELossless

    plain = pydicom.dcmread(io.BytesIO(enhanced(planes, [(0, 0, n) for n in range(8)])))
    plain.compress(RLELossless)
    packed = io.BytesIO()
    plain.save_as(packed)
    volume = read_series([packed.getvalue()])
    assert np.array_equal(volume.voxels, planes.astype(np.int16) - 1024)


@pytest.mark.parametrize("count", [5, 8])
@pytest.mark.parametrize("normal", [1, -1])
def test_a_mosaic_is_cut_apart_where_its_slices_lie(planes, count: int, normal: int) -> None:
    volume = read_series([mosaic(planes[:count], (-40, 12, 70), normal=normal)])
    found = planes[:count] if normal == 1 else planes[:count][::-1]
    assert np.array_equal(volume.voxels, found)
    assert volume.geometry.spacing == pytest.approx((3.5, STEP, STEP))
    low = 70 if normal == 1 else 70 - 3.5 * (count - 1)
    assert volume.geometry.origin == pytest.approx((-40, 12, low))


def test_diffusion_comes_apart_by_b_value(planes) -> None:
    stack = np.concatenate([planes, planes[:4][::-1]])
    b = (0.0, 400.0, 800.0)
    files = series(
        stack,
        lambda n: (0, 0, 3 * (n % 4)),
        lambda n: three_by(n, DiffusionBValue=b),
        "MR",
    )
    parts = split_series(files[::-1])
    assert sorted(part.facts["b_value"] for part in parts) == list(b)
    for part in parts:
        volume = read_part(part)
        at = 4 * b.index(part.facts["b_value"])
        assert np.array_equal(volume.voxels, stack[at : at + 4])
        assert volume.geometry.spacing == (3, STEP, STEP)
        assert len(part.files) == 4


def test_time_points_that_only_the_clock_tells_apart(planes) -> None:
    files = series(
        planes,
        lambda n: (0, 0, 3 * (n // 2)),
        lambda n: {"AcquisitionTime": f"1000{30 - 20 * (n % 2):02d}"},
    )
    first, second = split_series(files)
    assert np.array_equal(read_part(first).voxels, planes[1::2].astype(np.int16) - 1024)
    assert np.array_equal(read_part(second).voxels, planes[::2].astype(np.int16) - 1024)


def test_what_differs_on_each_slice_of_one_volume_splits_nothing(planes) -> None:
    files = series(
        planes,
        each=lambda n: {
            "AcquisitionNumber": n // 2,
            "EchoTime": 4 + n,
            "ImageType": ["A", "B", f"C{n // 4}"],
        },
    )
    assert len(split_series(files)) == 1
    assert len(read_series(files).voxels) == 8


def test_the_volumes_of_one_object_come_apart(planes) -> None:
    data = enhanced(
        planes, [(0, 0, 3 * (n % 4)) for n in range(8)], b_values=[0] * 4 + [800] * 4, modality="MR"
    )
    parts = split_series([data])
    assert [part.facts["b_value"] for part in parts] == [0, 800]
    assert len(read_part(parts[1]).voxels) == 4


def test_mr_of_differing_scale_slopes_is_made_comparable(mr_planes) -> None:
    """One true image, stored by Philips with a slope of its own on each slice."""
    slopes = (1.0, 2.0, 4.0, 0.5, 1.0, 2.0)
    files = series(
        np.repeat(mr_planes[:1], 6, axis=0),
        each=lambda n: {"RescaleSlope": str(1 + n), "RescaleIntercept": "0"},
        modality="MR",
    )
    volume = read_series(philips(files, slopes))
    for n, slope in enumerate(slopes):
        assert np.allclose(volume.voxels[n], mr_planes[0] / slope)
    assert volume.facts.scaling == "philips"
    same = read_series(philips(series(mr_planes, modality="MR"), [2.5] * 6))
    assert (same.facts.scaling, same.facts.vendor_slope) == ("", 2.5)
    assert np.array_equal(same.voxels, mr_planes)


def test_mr_of_differing_real_world_maps_is_made_comparable(mr_planes) -> None:
    def mapped(n: int) -> dict:
        item = Dataset()
        item.RealWorldValueSlope, item.RealWorldValueIntercept = 1.0 + n, 10.0
        return {"RealWorldValueMappingSequence": Items([item])}

    volume = read_series(series(mr_planes, each=mapped, modality="MR"))
    assert volume.facts.scaling == "real_world"
    for n in range(6):
        assert np.allclose(volume.voxels[n], mr_planes[n] * (1.0 + n) + 10)


def test_an_accepted_oddity_keeps_each_slice_where_it_was(planes) -> None:
    volume = read_series(series(planes, lambda n: (0, 0, UNEVEN[n])), accept=["irregular_spacing"])
    assert [z for _, _, z in volume.places] == pytest.approx(UNEVEN)
    assert read_series(series(planes)).places == ()


def test_the_shape_is_known_from_headers_alone(planes) -> None:
    files = series(planes, lambda n: (0, 0, UNEVEN[n]))
    assert series_shape(files, accept=["irregular_spacing"]) == (8, SIDE, SIDE)
    assert series_shape([mosaic(planes, (0, 0, 0))]) == (8, SIDE, SIDE)
    with pytest.raises(SeriesRefusedError):
        series_shape(files)


def test_no_identity_is_in_a_refusal(planes) -> None:
    with pytest.raises(SeriesRefusedError) as caught:
        read_series(series(planes[:4], lambda _: (0, 0, 0), PatientID="P-77"))
    assert "P-77" not in repr(caught.value.facts) + caught.value.sentence
    assert caught.value.facts["volumes"] == 4
