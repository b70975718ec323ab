"""Nothing is accepted without a proof."""

import pytest

from renkei.preprocess.verdicts import alignment, denoising

GOOD = {"overlap": 0.8, "nmi_after": 1.2, "seeds_mm": 0.5}


@pytest.mark.parametrize(
    ("change", "finding", "code"),
    [
        ({}, "accept", None),
        ({"overlap": 0.5}, "refuse", "no_overlap"),
        ({"nmi_after": 1.05}, "refuse", "alignment_unproved"),
        ({"seeds_mm": 2.0}, "refuse", "alignment_unproved"),
        ({"seeds_mm": 2.0, "backward_mm": 2.5}, "accept", None),
        ({"seeds_mm": 2.0, "backward_mm": 3.5}, "refuse", "alignment_unproved"),
    ],
)
def test_each_rule_of_an_alignment_decides(change, finding, code) -> None:
    assert alignment(GOOD | change, least_nmi=1.08) == (finding, code)


@pytest.mark.parametrize(
    ("kept", "mean", "finding"),
    [(1.0, 0.0, "accept"), (0.93, 0.0, "review"), (0.8, 0.0, "refuse"), (1.0, 0.4, "refuse")],
)
def test_what_went_besides_noise_decides(kept: float, mean: float, finding: str) -> None:
    assert denoising({"edges_kept": kept, "residual_mean": mean})[0] == finding
