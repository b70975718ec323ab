"""A missing end is seen only where the scanner said how many slices there are."""

from pathlib import Path

import pytest
from scipy.stats import spearmanr
from tests.select.inject_stack import rewritten

from renkei.select.case import case_of_files
from renkei.select.metric import Measured, measure
from renkei.select.metrics.completeness import METRIC

MR = [f.read_bytes() for f in sorted(Path("samples/mr_dicom").glob("*.dcm"))]


def completeness(files: list[bytes]) -> Measured:
    return measure(case_of_files(files), METRIC)[0]


def counted(keyword: str, count: int) -> list[bytes]:
    def said(dataset) -> None:
        setattr(dataset, keyword, count)
        dataset.AcquisitionNumber = 1

    return [rewritten(f, said) for f in MR]


@pytest.mark.parametrize("keyword", ["NumberOfSeriesRelatedInstances", "ImagesInAcquisition"])
def test_slices_lost_at_an_end_are_counted_and_more_lost_is_more(keyword: str) -> None:
    files = counted(keyword, 20)
    values = []
    for lost in (0, 1, 2, 5):
        for left in (files[: 20 - lost], files[lost:]):
            found = completeness(left)
            assert found.value == lost
            assert found.codes == (("missing_end",) if lost else ())
        values.append(found.value)
    assert spearmanr(values, [0, 1, 2, 5]).statistic >= 0.9


def test_a_gap_inside_is_counted_and_is_no_missing_end() -> None:
    files = counted("NumberOfSeriesRelatedInstances", 20)
    found = completeness(files[:5] + files[7:])
    assert (found.value, found.codes, found.facts["missing_inside"]) == (2, (), 2)
    assert completeness(files[:5] + files[7:-1]).codes == ("missing_end",)


@pytest.mark.parametrize(
    "files",
    [
        MR,  # says that each acquisition is one image
        sorted(Path("samples/ct_dicom").glob("*.dcm"))[:3],
        counted("NumberOfSeriesRelatedInstances", 4),
        [Path("samples/pair_ct_mr/ct_example.nii.gz")],
    ],
)
def test_an_unknown_count_is_never_invented(files: list) -> None:
    found = completeness(files)
    assert (found.value, found.reason) == (None, "expected_count_unknown")
