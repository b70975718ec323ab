"""A second scanner's colours come back, glass stays white, and what is no H&E is refused."""

from pathlib import Path

import numpy as np
import pytest
from skimage import data
from skimage.color import rgb2lab
from tests.preprocess.steps.slides import Rgb, part, sample, second_scanner, whole, written

from renkei.preprocess import StepRefusedError
from renkei.preprocess.steps.stain import STEP
from renkei.select.tiles import tissue_mask


def error(found: Rgb, truth: Rgb) -> tuple[float, float]:
    """Return the mean colour error dE (CIE 1976) of tissue and of glass."""
    found, truth = found[::2, ::2], truth[::2, ::2]
    off = np.linalg.norm(rgb2lab(found) - rgb2lab(truth), axis=2)
    tissue = tissue_mask(truth)
    return float(off[tissue].mean()), float(off[~tissue].mean())


@pytest.fixture(scope="module")
def truth() -> Rgb:
    return part()


@pytest.mark.parametrize("seed", [0, 3])
def test_a_second_scanner_comes_back(truth: Rgb, tmp_path: Path, seed: int) -> None:
    reference = STEP.fit([written(truth, tmp_path, "truth")], {})
    other = written(second_scanner(seed)(truth), tmp_path, "other")
    before = error(whole(other), truth)
    done = STEP.run(other, STEP.settle(reference))
    after = error(whole(done.scan), truth)
    assert done.finding == "accept"
    assert after[0] < 0.5 * before[0]
    assert after[0] < 6
    assert after[1] < 0.25 * before[1]
    assert done.measures["off_after"] < done.measures["off_before"]


def test_white_and_reinhard(truth: Rgb, tmp_path: Path) -> None:
    reference = STEP.fit([written(truth, tmp_path, "truth")], {})
    other = written(second_scanner(3)(truth), tmp_path, "other")
    none = error(whole(other), truth)
    white = STEP.run(other, STEP.settle({**reference, "method": "white"}))
    assert error(whole(white.scan), truth)[1] < 0.5 * none[1]
    reinhard = STEP.run(other, STEP.settle({**reference, "method": "reinhard"}))
    assert error(whole(reinhard.scan), truth)[0] < none[0]


def test_a_slide_in_the_reference_stays(truth: Rgb, tmp_path: Path) -> None:
    slide = written(truth, tmp_path, "truth")
    params = STEP.settle(STEP.fit([slide], {}))
    once = STEP.run(slide, params).scan
    # What is left is the JPEG of one more writing.
    assert error(whole(once), whole(slide))[0] < 1
    twice = STEP.run(once, params).scan
    assert twice.path != once.path
    assert error(whole(twice), whole(once))[0] < 1


def test_the_same_slide_gives_the_same_bytes(tmp_path: Path) -> None:
    slide = written(part(side=512), tmp_path, "small")
    one, two = (STEP.run(slide, STEP.settle({})).scan.path.read_bytes() for _ in range(2))
    assert one == two


def test_the_default_reference_is_the_samples(tmp_path: Path) -> None:
    fitted = STEP.fit([sample(tmp_path)], {})
    for name, values in fitted.items():
        assert values == pytest.approx(STEP.params[name].default, abs=1e-3)


def test_a_brown_stain_is_refused_and_only_whitened(tmp_path: Path) -> None:
    brown = written(data.immunohistochemistry(), tmp_path, "brown")
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(brown, STEP.settle({}))
    assert refusal.value.facts["code"] == "not_he"
    assert STEP.run(brown, STEP.settle({"method": "white"})).finding == "accept"


def test_one_stain_and_bare_glass_are_refused(truth: Rgb, tmp_path: Path) -> None:
    density = np.abs(np.random.default_rng(0).normal(0.4, 0.2, (300, 300, 1)))
    density[:, 250:] = 0
    one = 246 * np.exp(-density * [1.2, 0.9, 0.5])
    with pytest.raises(StepRefusedError) as alike:
        STEP.run(written(one.astype(np.uint8), tmp_path, "one"), STEP.settle({}))
    assert alike.value.facts["code"] == "stains_alike"
    bare = np.full((300, 300, 3), 246, np.uint8)
    with pytest.raises(StepRefusedError) as missing:
        STEP.run(written(bare, tmp_path, "bare"), STEP.settle({}))
    assert missing.value.facts["code"] == "tissue_missing"
    with pytest.raises(StepRefusedError):
        STEP.fit([written(bare, tmp_path, "bare2")], {})
