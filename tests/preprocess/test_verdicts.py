"""Nothing is accepted without a proof."""

import pytest

from renkei.preprocess.verdicts import alignment, denoising, evenness, least_nmi

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
        ({"scale_min": 0.9, "scale_max": 1.1}, "accept", None),
        ({"scale_min": 0.7, "scale_max": 1.1}, "review", "implausible_scale"),
        ({"scale_min": 0.9, "scale_max": 1.3}, "review", "implausible_scale"),
        ({"dice_before": 0.5, "dice_after": 0.8}, "accept", None),
        ({"dice_before": 0.8, "dice_after": 0.7}, "review", "labels_apart"),
    ],
)
def test_each_rule_of_an_alignment_decides(change, finding, code) -> None:
    assert alignment(GOOD | change, least_nmi=1.08) == (finding, code)


@pytest.mark.parametrize(
    ("asked", "kinds", "least"),
    [(0, {"CT"}, 1.25), (0, {"MR"}, 1.2), (0, {"CT", "MR"}, 1.2), (1.1, {"CT"}, 1.1)],
)
def test_how_much_a_pair_must_share_goes_by_its_kinds(asked, kinds, least) -> None:
    assert least_nmi(asked, frozenset(kinds)) == least


@pytest.mark.parametrize(
    ("kept", "mean", "finding"),
    [(1.0, 0.0, "accept"), (0.93, 0.0, "review"), (0.8, 0.0, "refuse"), (1.0, 0.4, "refuse")],
)
def test_what_went_besides_noise_decides(kept: float, mean: float, finding: str) -> None:
    assert denoising({"edges_kept": kept, "residual_mean": mean})[0] == finding


@pytest.mark.parametrize(
    ("change", "finding", "code"),
    [
        ({"label_shift": 0.3}, "refuse", "structure_lost"),
        ({"contrast_kept": 0.96}, "accept", None),
        ({"contrast_kept": 0.94}, "review", "edges_softened"),
        ({"contrast_kept": 1.07}, "review", "edges_softened"),
        ({"contrast_kept": 0.87, "contrast_lost": 0.11}, "refuse", "structure_lost"),
        ({"contrast_kept": 0.79}, "refuse", "structure_lost"),
        ({"residual_gradient": 0.22}, "review", "residual_structured"),
        ({"residual_gradient": 0.3}, "refuse", "residual_structured"),
        ({"residual_autocorrelation": 0.4}, "review", "residual_structured"),
        ({"residual_sd": 2.0}, "review", "residual_structured"),
        ({"gain_db": 0.3}, "refuse", "no_gain"),
        ({"sigma_before": 10.0, "sigma_after": 9.8}, "refuse", "no_gain"),
    ],
)
def test_each_rule_of_denoising_decides(change, finding, code) -> None:
    assert denoising({"edges_kept": 1.0, "residual_mean": 0.0} | change) == (finding, code)


@pytest.mark.parametrize(
    ("after", "field", "finding", "code"),
    [
        (0.05, 0.2, "accept", None),
        (0.104, 0.2, "accept", None),
        (0.11, 0.2, "refuse", "shading_grew"),
        (0.05, 0.5, "review", "field_strong"),
    ],
)
def test_a_bias_correction_may_not_shade_more(after, field, finding, code) -> None:
    measures = {"shading_before": 0.1, "shading_after": after, "field_cv": field}
    assert evenness(measures) == (finding, code)
