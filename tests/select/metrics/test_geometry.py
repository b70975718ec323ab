"""Every broken stack is named with its place; a whole one is not."""

from pathlib import Path

import numpy as np
import pytest
from tests.select.inject_stack import KINDS, rewritten

from renkei.select import judge_series, load_recipe
from renkei.select.case import Case, case_of_files
from renkei.select.metric import Measured, measure
from renkei.select.metrics.geometry import METRIC

FILES = sorted(Path("samples/ct_dicom").glob("*.dcm"))
SERIES = {
    name: [f.read_bytes() for f in sorted(Path("samples", name).glob("*.dcm"))]
    for name in ("ct_dicom", "mr_dicom")
}


def geometry(files: list) -> Measured:
    return measure(case_of_files(files), METRIC)[0]


@pytest.mark.parametrize("name", SERIES)
def test_a_whole_series_has_no_fault_in_any_order_and_neither_has_its_sham(name: str) -> None:
    files = SERIES[name]
    clean = geometry(files)
    assert (clean.value, clean.n, clean.codes, clean.places) == (0, 20, (), ())
    assert geometry([*files[7:], *files[:7]]) == clean
    assert geometry([rewritten(f) for f in files]) == clean


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_injected_fault_is_found_and_more_of_it_is_never_less(
    name: str, kind: str, count: int
) -> None:
    at = sorted(int(i) for i in np.random.default_rng(count).choice(range(1, 19), count, False))
    found = geometry(KINDS[kind](SERIES[name], at))
    code = kind.split(maxsplit=1)[0]
    assert code in found.codes
    places = {p.slice for p in found.places if p.code == code}
    # Neighbours that are gone make one gap, and a slice out of its place makes two.
    assert 1 <= len(places) <= 2 * count
    if kind in {"mixed_matrix", "mixed_orientation"} and name == "mr_dicom":
        assert places == set(at)


def test_a_gap_has_its_place_and_its_size() -> None:
    files = SERIES["mr_dicom"]
    found = geometry(files[:5] + files[7:])
    assert found.codes == ("missing_slice", "instance_gap")
    assert {place.slice for place in found.places} == {4}
    assert found.facts["largest_gap_mm"] == pytest.approx(3 * found.facts["step_mm"], rel=0.01)


def test_a_missing_end_is_invisible_and_not_invented() -> None:
    assert geometry(FILES[:-3]).codes == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "localizer"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "secondary_capture"),
        ({"ImageType": ["DERIVED", "PRIMARY", "AXIAL", "CT_SOM5 MIP"]}, "projection"),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "summary_page"),
        ({"SeriesDescription": "Dose Report"}, "summary_page"),
        ({"SOPInstanceUID": "0.0.0.0.1.8811.2.1.20010413115754.12432"}, "duplicate_sop"),
        ({"FrameOfReferenceUID": "1.2.3"}, "several_series"),
        ({"PixelSpacing": [0.9, 0.9]}, "mixed_spacing"),
    ],
)
def test_one_image_that_is_no_slice_is_named_with_its_place(change: dict, code: str) -> None:
    files = list(SERIES["mr_dicom"])
    files[7] = rewritten(files[7], lambda d: [setattr(d, k, v) for k, v in change.items()])
    found = geometry(files)
    assert code in found.codes
    assert 7 in {place.slice for place in found.places if place.code == code}


def test_a_tilt_is_measured_in_degrees() -> None:
    def tilted(dataset) -> None:
        x, y, z = (float(v) for v in dataset.ImagePositionPatient)
        dataset.ImagePositionPatient = [x, round(y + np.tan(np.radians(12)) * z, 4), z]
        dataset.GantryDetectorTilt = 12

    found = geometry([rewritten(f, tilted) for f in SERIES["ct_dicom"][:6]])
    assert found.codes == ("tilt",)
    assert found.facts["tilt_degrees"] == pytest.approx(12, abs=0.05)
    assert found.facts["gantry_tilt_degrees"] == 12


@pytest.mark.parametrize(
    "change",
    [
        {"ImagePositionPatient": ["nan", "0", "0"]},
        {"ImageOrientationPatient": [0, 0, 0, 0, 0, 0]},
        {"ImageOrientationPatient": [1, 0, 0]},
        {"PixelSpacing": [0, 0]},
        {"PixelSpacing": None, "ImagePositionPatient": None},
        {"InstanceNumber": None, "SOPInstanceUID": None},
    ],
)
def test_a_broken_header_never_stops_the_measuring(change: dict) -> None:
    files = list(SERIES["mr_dicom"][:4])
    files[0] = rewritten(files[0], lambda d: [setattr(d, k, v) for k, v in change.items()])
    found = geometry(files)
    assert found.n == 4
    assert found.value is not None


def test_what_is_no_stack_is_not_applicable() -> None:
    assert measure(Case("CT"), METRIC)[0].reason == "not_a_stack"


def test_a_fault_excludes_and_needs_no_other_metric() -> None:
    verdict = judge_series(FILES[:5] + FILES[6:], load_recipe("ct_abdomen"), age=60)
    assert verdict.outcome == "exclude"
    assert verdict.reasons[0].key == "geometry.missing_slice"
