"""What a PET series says of itself: the wait from injection to scan, and nothing made up."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from tests.imaging.troubles import series, with_private

from renkei.imaging.suv import PetFacts
from renkei.imaging.volume import read_series

PLANES = np.arange(3 * 16, dtype=np.uint16).reshape(3, 4, 4)
TRACER = {
    "RadionuclideTotalDose": "370000000",
    "RadionuclideHalfLife": "6586.2",
    "RadiopharmaceuticalStartTime": "100000",
}
SHARED = {
    "Units": "BQML",
    "CorrectedImage": ["DECY", "ATTN", "SCAT"],
    "DecayCorrection": "START",
    "PatientWeight": "70",
    "SeriesDate": "20200102",
    "SeriesTime": "110000",
    "AcquisitionDate": "20200102",
    "AcquisitionTime": "110000",
}


def pet_series(tracer: dict | None = None, each=lambda _: {}, **shared) -> list[bytes]:
    """Return a small PET series; slopes differ from slice to slice."""
    item = Dataset()
    for keyword, value in (TRACER | (tracer or {})).items():
        if value is not None:
            setattr(item, keyword, value)
    said = {k: v for k, v in (SHARED | shared).items() if v is not None}
    said["RadiopharmaceuticalInformationSequence"] = Items([item])
    slopes = lambda n: {"RescaleSlope": str(n + 1), "RescaleIntercept": "0", **each(n)}  # noqa: E731
    return series(PLANES, each=slopes, modality="PT", **said)


def facts(*args, **more) -> PetFacts:
    found = read_series(pet_series(*args, **more)).facts.pet
    assert found is not None
    return found


def test_the_tags_are_read_and_each_slice_has_its_slope() -> None:
    volume = read_series(pet_series())
    assert np.allclose(volume.voxels, PLANES * np.arange(1, 4)[:, None, None])
    assert volume.facts.unit == "Bq/ml"
    pet = volume.facts.pet
    assert pet is not None
    assert (pet.weight_kg, pet.dose_bq, pet.half_life_s) == (70, 3.7e8, 6586.2)
    assert (pet.wait_s, pet.decay_correction, pet.units) == (3600, "START", "BQML")


@pytest.mark.parametrize(
    ("tracer", "shared", "wait"),
    [
        (
            {"RadiopharmaceuticalStartTime": "233000"},
            {"SeriesTime": "003000", "AcquisitionTime": "003000"},
            3600,
        ),
        ({"RadiopharmaceuticalStartDateTime": "20200102093000"}, {}, 5400),
        ({"RadiopharmaceuticalStartDateTime": "20200101220000.500000+0900"}, {}, 46799.5),
        ({"RadiopharmaceuticalStartTime": "110010"}, {}, None),
        ({"RadiopharmaceuticalStartDateTime": "20200103100000"}, {}, None),
        ({"RadiopharmaceuticalStartTime": None}, {}, None),
    ],
    ids=[
        "over midnight",
        "a date and time",
        "with an offset",
        "after the scan",
        "a day after",
        "none",
    ],
)
def test_the_wait_is_counted_or_unknown(tracer: dict, shared: dict, wait: float | None) -> None:
    assert facts(tracer, **shared).wait_s == wait


def test_a_series_newer_than_its_slices_does_not_say_when_the_scan_began() -> None:
    """Series time is when it was made anew; the first bed was acquired an hour before."""
    pet = facts(SeriesTime="120000")
    assert not pet.scan_start_known
    assert pet.wait_s is None
    assert facts(SeriesTime=None).scan_start_known is False


def test_ge_says_in_private_when_the_scan_began() -> None:
    files = pet_series(SeriesTime="120000")
    stamps = ["20200102104500.00"] * 3
    volume = read_series(with_private(files, 0x0009, "GEMS_PETD_01", 0x0D, "DT", stamps))
    assert volume.facts.pet is not None
    assert volume.facts.pet.wait_s == 2700


@pytest.mark.parametrize(
    ("said", "factor"), [(["0.00025"] * 3, 0.00025), (["0.1", "0.1", "0.2"], None)]
)
def test_philips_factor_counts_where_all_slices_have_the_same(said: list, factor) -> None:
    files = with_private(
        pet_series(Units="CNTS"), 0x7053, "Philips PET Private Group", 0x00, "DS", said
    )
    volume = read_series(files)
    assert volume.facts.pet is not None
    assert volume.facts.pet.suv_factor == factor
    assert volume.facts.unit == "arbitrary"
