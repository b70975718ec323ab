"""A lesion that grew by a known amount is found where it is, and its size is that of each date."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from renkei.imaging.followup import Sway, deepest_place, swayed, with_lesion, with_noise
from renkei.imaging.labels import LabelSet
from renkei.imaging.made import made_ct
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume
from renkei.preprocess.held import Scan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.change import STEP

PARAMS = STEP.settle({})
SWAY = Sway((7.0, -5.0, 9.0), 4.0, 3.0)
BEFORE_MM, AFTER_MM, DAYS = 6.0, 10.0, 180.0
PART = (slice(22, 52), slice(24, 104), slice(14, 74))


def part_of(image: Volume, labels: LabelSet) -> tuple[Volume, LabelSet]:
    """Cut the side of the liver out of a made case."""
    voxels = image.voxels[PART].copy()
    place = replace(
        image.geometry,
        shape=voxels.shape,
        origin=image.geometry.point(*(one.start for one in PART)),
    )
    segments = tuple(replace(one, mask=one.mask[PART].copy()) for one in labels.segments)
    return replace(image, voxels=voxels, geometry=place), replace(
        labels, geometry=place, segments=segments
    )


def without_lesions(labels: LabelSet) -> LabelSet:
    return replace(labels, segments=tuple(s for s in labels.segments if s.name != "lesion"))


@pytest.fixture(scope="module")
def known():
    """Return two visits, the lesion's place in both, and the sway between them."""
    image, labels = part_of(*made_ct(5, noise=0.0))
    place = deepest_place(labels, "liver")
    labels = without_lesions(labels)
    scans = []
    for day, radius in ((0.0, BEFORE_MM), (DAYS, AFTER_MM)):
        here = (image, labels) if not day else swayed(image, labels, SWAY)
        centre = SWAY.later(place) if day else place
        there, drawn = with_lesion(*here, centre, radius)
        noisy = with_noise(there, 10.0, int(day))
        scans.append(Scan(replace(noisy, facts=replace(noisy.facts, day=day)), drawn))
    return scans, place


@pytest.fixture(scope="module")
def done(known):
    return STEP.run(tuple(known[0]), PARAMS)


def ball_mm3(radius: float) -> float:
    return 4 / 3 * np.pi * radius**3


def test_growth_is_found_within_the_stated_error(done) -> None:
    first, later = csv.DictReader(io.StringIO(done.files["growth.csv"].decode()))
    assert (first["state"], later["state"], later["track"]) == ("first", "same", "1")
    for row, radius in ((first, BEFORE_MM), (later, AFTER_MM)):
        assert abs(float(row["volume_mm3"]) - ball_mm3(radius)) <= float(row["error_mm3"])
        assert float(row["diameter_mm"]) == pytest.approx(2 * radius, abs=3.0)
    truth = 100 * (ball_mm3(AFTER_MM) / ball_mm3(BEFORE_MM) - 1)
    assert abs(float(later["change_percent"]) - truth) <= float(later["change_error_percent"])
    doubling = DAYS * np.log(2) / np.log(ball_mm3(AFTER_MM) / ball_mm3(BEFORE_MM))
    assert float(later["doubling_days"]) == pytest.approx(doubling, rel=0.1)


def test_the_map_shows_the_growth_and_little_else(known, done) -> None:
    scans, place = known
    change = read_nifti(done.files["change.nii.gz"])
    assert change.geometry.close_to(scans[0].image.geometry)
    z, y, x = np.indices(change.voxels.shape)
    points = np.stack([x, y, z], -1) * change.geometry.spacing[::-1] + change.geometry.origin
    away = np.linalg.norm(points - np.array(place), axis=-1)
    inner = ndimage.binary_erosion(scans[0].labels.named("liver").mask, iterations=2)
    assert np.mean(change.voxels[(away > 7) & (away < 9)] < -3) > 0.8
    assert np.mean(change.voxels[(away > 20) & inner] < -3) < 0.1


def test_all_scans_lie_on_the_grid_of_the_first(known, done) -> None:
    first, later = done.scans
    assert first is known[0][0]
    assert later.image.geometry == first.image.geometry
    masks = [scan.labels.named("liver").mask for scan in done.scans]
    dice = 2 * (masks[0] & masks[1]).sum() / (masks[0].sum() + masks[1].sum())
    assert dice > 0.9
    assert done.finding == "accept"


@pytest.mark.parametrize(
    "fact", [{"kernel": "SHARP"}, {"thickness_mm": 5.0}, {"contrast": "IOHEXOL"}]
)
def test_scans_made_otherwise_are_not_compared(known, fact) -> None:
    first, later = known[0]
    other = replace(later.image, facts=replace(later.image.facts, **fact))
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run((first, Scan(other, later.labels)), PARAMS)
    assert refusal.value.facts["code"] == "not_comparable"


def test_one_scan_is_no_series(known) -> None:
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run((known[0][0],), PARAMS)
    assert refusal.value.facts["code"] == "too_few_scans"


def test_another_person_is_refused(known) -> None:
    stranger = Scan(*part_of(*made_ct(11)))
    first = known[0][0]
    facts = replace(first.image.facts)
    other = Scan(replace(stranger.image, facts=facts), stranger.labels)
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run((first, other), PARAMS)
    assert refusal.value.facts["code"] in {"alignment_unproved", "no_overlap"}
