"""The class follows from times and flip angle, and from nothing that somebody typed."""

from pathlib import Path

import pytest
from tests.select.mr_series import mr_case, mr_header

from renkei.select.case import case_of_files
from renkei.select.metric import measure
from renkei.select.metrics.mr_sequence import METRIC
from renkei.select.sequence import class_of_series, sequence_class


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("T1", {"RepetitionTime": 500, "EchoTime": 12}),
        ("T2", {"RepetitionTime": 4000, "EchoTime": 100}),
        ("PD", {"RepetitionTime": 2300, "EchoTime": 22}),
        ("FLAIR", {"RepetitionTime": 9000, "EchoTime": 120, "InversionTime": 2500}),
        ("STIR", {"RepetitionTime": 4000, "EchoTime": 40, "InversionTime": 150}),
        (
            "T1",
            {
                "ScanningSequence": ["GR", "IR"],
                "SequenceVariant": ["SK", "SP", "MP"],
                "RepetitionTime": 2300,
                "EchoTime": 2.98,
                "InversionTime": 900,
                "FlipAngle": 9,
            },
        ),
        ("T1", {"ScanningSequence": "GR", "RepetitionTime": 25, "EchoTime": 4, "FlipAngle": 30}),
        ("T2*", {"ScanningSequence": "GR", "RepetitionTime": 600, "EchoTime": 20}),
        ("DWI", {"ScanningSequence": "EP", "EchoTime": 90, "DiffusionBValue": 1000.0}),
        ("DWI", {"ImageType": ["DERIVED", "PRIMARY", "ADC"], "EchoTime": 90}),
        ("EPI", {"ScanningSequence": "EP", "RepetitionTime": 2000, "EchoTime": 30}),
        (None, {"RepetitionTime": 1200, "EchoTime": 50}),
        (
            None,
            {
                "ScanningSequence": "GR",
                "SequenceVariant": ["SK", "SS"],
                "RepetitionTime": 4,
                "EchoTime": 2,
                "FlipAngle": 60,
            },
        ),
        (None, {"EchoTime": None}),
        (None, {"EchoTime": [15, 90]}),
        (None, {"RepetitionTime": ""}),
    ],
)
def test_known_sequences_get_their_class(expected: str | None, said: dict[str, object]) -> None:
    assert sequence_class(mr_header(**said)) == expected


def test_a_real_proton_density_series_is_one_and_has_no_value() -> None:
    case = case_of_files(sorted(Path("samples/mr_dicom").glob("*.dcm"))[:3])
    found = measure(case, METRIC)[0]
    assert class_of_series(case.headers) == "PD"
    assert (found.value, found.reason, found.n) == (None, "sequence_class", 3)
    assert found.facts == {
        "share_pd": 1.0,
        "tr_ms": 2300.0,
        "te_ms": 22.0,
        "flip_deg": 90.0,
        "echo_train": 8.0,
    }


def test_two_echoes_in_one_series_have_no_class_of_the_series() -> None:
    case = mr_case([])
    case.headers = tuple(mr_header(RepetitionTime=2500, EchoTime=te) for te in (20, 90))
    assert class_of_series(case.headers) is None
    assert measure(case, METRIC)[0].facts["share_t2"] == 0.5


def test_no_header_is_no_class() -> None:
    assert measure(mr_case([]), METRIC)[0].reason == "sequence_unknown"
