"""Each implausible element is named with its place; what is absent is counted, never blamed."""

from pathlib import Path

import numpy as np
import pytest
from tests.select.inject_stack import rewritten

from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume
from renkei.select.case import case_of_files, case_of_volume
from renkei.select.metric import Measured, measure
from renkei.select.metrics.header import METRIC

CT = sorted(Path("samples/ct_dicom").glob("*.dcm"))[:4]
MR = [f.read_bytes() for f in sorted(Path("samples/mr_dicom").glob("*.dcm"))[:4]]


def header(files: list) -> Measured:
    return measure(case_of_files(files), METRIC)[0]


def changed(change: dict) -> list[bytes]:
    done = rewritten(MR[2], lambda d: [setattr(d, k, v) for k, v in change.items()])
    return [*MR[:2], done, MR[3]]


def test_real_series_are_plausible_and_absent_uids_are_a_fact() -> None:
    ct, mr, sham = header(CT), header(MR), header([rewritten(f) for f in MR])
    assert (ct.value, ct.codes, ct.facts["without_sop_uid"]) == (0, (), 4)
    assert (mr.value, mr.codes, mr.facts["without_sop_uid"]) == (0, (), 0)
    assert sham == mr


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"StudyInstanceUID": "1.02.3"}, "bad_uid"),
        ({"FrameOfReferenceUID": "1." + "2" * 70}, "bad_uid"),
        ({"RescaleSlope": 0}, "bad_rescale"),
        ({"RescaleIntercept": "nan"}, "bad_rescale"),
        ({"BitsStored": 12, "HighBit": 3}, "bad_bits"),
        ({"PixelRepresentation": 7}, "bad_bits"),
        ({"PixelSpacing": [0, 0.8]}, "bad_pixel_spacing"),
        ({"PixelSpacing": [-1, -1]}, "bad_pixel_spacing"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, "wrong_class"),
    ],
)
def test_what_cannot_be_is_named_with_its_slice(change: dict, code: str) -> None:
    found = header(changed(change))
    assert code in found.codes
    assert 2 in {place.slice for place in found.places if place.code == code}


def test_more_faults_never_count_less() -> None:
    change, values = {}, [header(MR).value]
    for keyword, value in (
        ("RescaleSlope", 0),
        ("PixelRepresentation", 7),
        ("PixelSpacing", [0, 0]),
    ):
        change[keyword] = value
        values.append(header(changed(change)).value)
    assert values == [0, 1, 2, 3]


def test_several_studies_and_modalities_are_named() -> None:
    found = header(changed({"StudyInstanceUID": "1.2.3", "Modality": "CT"}))
    assert {"several_studies", "mixed_modality", "wrong_class"} <= set(found.codes)


def test_numbers_that_are_none_are_a_fault_and_stop_nothing() -> None:
    found = header(changed({"ImagePositionPatient": ["nan", 0, 0]}))
    assert "bad_header" in found.codes
    raw = MR[0].replace(b"0.859375\\0.859375", b"wide    \\0.859375")
    assert raw != MR[0]
    assert {"bad_header", "bad_pixel_spacing"} <= set(header([raw, *MR[1:]]).codes)


def test_a_volume_without_headers_is_not_applicable() -> None:
    volume = Volume(np.zeros((2, 8, 8)), Geometry((2, 8, 8), (1, 1, 1)), "CT")
    assert measure(case_of_volume(volume), METRIC)[0].reason == "no_header"
