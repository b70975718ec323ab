"""The same files and recipe give the same verdict; every input ends in one."""

from pathlib import Path

from renkei.imaging.made import made_ct, write_ct_series
from renkei.select import CaseFacts, judge_series, judge_slide, load_recipe
from renkei.select.metrics import METRICS

RECIPE = load_recipe("ct_abdomen")
CT = sorted(Path("samples/ct_dicom").glob("*.dcm"))


def test_a_real_ct_of_an_unknown_stratum_goes_to_a_person_and_repeats() -> None:
    one = judge_series(CT, RECIPE, age=60)
    two = judge_series([file.read_bytes() for file in CT[::-1]], RECIPE, age=60)
    assert one.outcome == "review"
    assert [reason.key for reason in one.reasons] == ["ct_noise.stratum_too_small"]
    assert one == two


def test_a_made_case_is_accepted_and_a_noisy_one_is_not() -> None:
    for noise, answer in ((1.0, "accept"), (5.0, "review")):
        volume, _ = made_ct(201, noise=noise)
        found = judge_series(write_ct_series(volume, {}), RECIPE, age=50)
        assert found.outcome == answer


def test_an_mr_is_judged_by_what_applies_to_it() -> None:
    found = judge_series(sorted(Path("samples/mr_dicom").glob("*.dcm")), RECIPE, age=50)
    mr = {metric.name for metric in METRICS if "MR" in metric.modalities}
    assert {m.metric for m in found.metrics} == mr > {"geometry"}
    assert found.outcome == "accept"


def test_a_nifti_is_judged_with_the_facts_that_came_along() -> None:
    file = Path("samples/ct_nifti/example_ct.nii.gz")
    found = judge_series([file], RECIPE, facts=CaseFacts("CT", age=40))
    assert "ct_metal.near_limit" in [reason.key for reason in found.reasons]


def test_bytes_that_are_no_image_are_excluded_with_a_code() -> None:
    found = judge_series([b"no image at all"], RECIPE, facts=CaseFacts("CT", age=40))
    assert found.outcome == "exclude"
    assert "decodes.not_dicom" in [reason.key for reason in found.reasons]


def test_the_real_slide_is_accepted_and_a_renamed_text_is_not(tmp_path: Path) -> None:
    assert judge_slide(Path("samples/wsi/cmu_small_region.svs"), RECIPE, age=50).outcome == "accept"
    fake = tmp_path / "slide.svs"
    fake.write_text("not a slide")
    assert judge_slide(fake, RECIPE, age=50).outcome == "exclude"
