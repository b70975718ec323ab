"""Kernels of three makers are classed; thickness and dose are read as the header says them."""

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from renkei.select.case import Case, case_of_files
from renkei.select.metric import measure
from renkei.select.metrics.ct_protocol import METRIC, kernel_class


@pytest.mark.parametrize(
    ("kernel", "said"),
    [
        *[(name, 1) for name in ("B10f", "B20s", "Br26d", "SOFT", "H20f")],
        *[(name, 2) for name in ("B30f", "B31s", "Br38f", "Br40f", "I41f", "STANDARD", "Qr40d")],
        *[(name, 2) for name in ("FC03", "FC13", "FC18", "FC21", "FC64")],
        *[(name, 3) for name in ("B60f", "Bl57f", "LUNG", "DETAIL", "FC51", "FC52")],
        *[(name, 4) for name in ("B70s", "U90u", "BONE", "BONEPLUS", "Bone Plus", "FC30", "FC81")],
        *[(name, None) for name in ("", "000000", "B", "FC", "YB", "B3", "UNKNOWN")],
    ],
)
def test_kernels_are_classed_or_left_unknown(kernel: str, said: int | None) -> None:
    assert kernel_class(kernel) == said


def test_a_real_series_says_its_protocol() -> None:
    found = measure(case_of_files(sorted(Path("samples/ct_dicom").glob("*.dcm"))), METRIC)[0]
    assert found.value == 3
    assert found.facts == {
        "kvp": 120,
        "mas": 253,
        "ma": 615,
        "ctdivol_mgy": pytest.approx(18.542),
        "kernel_class": 2,
        "step_mm": 2,
    }


def header(**elements: object) -> Dataset:
    made = Dataset()
    made.update(elements)
    return made


def test_thickness_that_changes_is_said_by_its_median() -> None:
    headers = tuple(header(SliceThickness=value) for value in (1, 5, 5))
    assert measure(Case("CT", headers=headers), METRIC)[0].value == 5


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ((), "no_header"),
        ((header(),), "no_thickness"),
        ((header(SliceThickness="", KVP="", ConvolutionKernel=""),), "no_thickness"),
        ((header(SliceThickness=0, KVP=0),), "no_thickness"),
    ],
)
def test_a_header_that_says_nothing_is_not_applicable(
    headers: tuple[Dataset, ...], reason: str
) -> None:
    found = measure(Case("CT", headers=headers), METRIC)[0]
    assert (found.value, found.reason, dict(found.facts)) == (None, reason, {})
