"""Real scans look like what they show; a header that says otherwise is named."""

from dataclasses import replace

import numpy as np
import pytest
from tests.select.inject_ct import abdomen, disc, measured, skull, trunk, volume

from renkei.imaging.made import made_ct
from renkei.imaging.volume import SeriesFacts, Volume
from renkei.select.metrics.ct_coverage import METRIC


def said_to_be(scan: Volume, part: str | None) -> Volume:
    return replace(scan, facts=SeriesFacts(body_part=part))


def test_real_scans_look_like_what_they_show() -> None:
    assert measured(METRIC, skull()).facts["head_percent"] == 100
    assert measured(METRIC, abdomen()).facts["abdomen_percent"] == 100
    from_below = trunk().voxels
    half = len(from_below) // 4
    low, high = (
        measured(METRIC, replace(trunk(), voxels=v)).facts
        for v in (from_below[:half], from_below[-half:])
    )
    assert low["pelvis_percent"] > 80
    assert high["abdomen_percent"] > 80


def test_a_chest_is_known_by_its_lungs() -> None:
    voxels = disc(120)
    for side in (75, 180):
        y, x = np.mgrid[:256, :256]
        voxels[np.hypot((y - 128) / 1.4, x - side) < 35] = -850
    found = measured(METRIC, volume(np.stack([voxels] * 6), (5, 1.3, 1.3)))
    assert found.facts["chest_percent"] == 100
    assert found.facts["lung_percent"] == pytest.approx(24, abs=2)


def test_the_length_is_that_of_the_slices_with_a_body() -> None:
    air = np.full((256, 256), -1000, dtype=np.int16)
    found = measured(METRIC, volume(np.stack([air, *[disc(100)] * 5, air]), (3, 1, 1)))
    assert (found.value, found.n) == (15, 5)


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("HEAD", 1),
        ("Chest", 1),
        ("ABDOMEN", 0),
        ("ABDOMEN^PELVIS", 0),
        ("PARTIALBODY", 0),
        (None, 0),
    ],
)
def test_only_a_header_that_contradicts_is_named(part: str | None, wrong: int) -> None:
    found = measured(METRIC, said_to_be(trunk(), part))
    assert found.codes == ("body_part_contradicted",) * wrong
    assert len(found.places) == wrong


@pytest.mark.parametrize("seed", [1, 2])
def test_made_scans_are_abdomens_as_they_say(seed: int) -> None:
    found = measured(METRIC, made_ct(seed)[0])
    assert found.codes == ()
    assert found.facts["abdomen_percent"] > 60


@pytest.mark.parametrize(
    "voxels",
    [
        np.full((3, 64, 64), -1000, dtype=np.int16),
        np.full((3, 8, 8), 40, dtype=np.int16),
        np.full((3, 64, 64), np.nan, dtype=np.float32),
    ],
)
def test_air_holds_no_body(voxels: np.ndarray) -> None:
    found = measured(METRIC, volume(voxels))
    assert (found.value, found.reason) == (None, "no_body")
