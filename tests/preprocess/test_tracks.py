"""Lesions keep their name through time; new, vanished, merged, split and unseen ones are said."""

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk

from renkei.imaging import codes
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.volume import SeriesFacts, Volume
from renkei.preprocess.growth import find_growth, growth_csv, lesion_numbers, measured
from renkei.preprocess.held import Scan

GRID = Geometry((24, 40, 40), (3.0, 2.0, 2.0))
STILL = sitk.Transform(3, sitk.sitkIdentity)


def ball(z, y, x, radius, grid=GRID):
    at = np.stack(np.indices(grid.shape), -1) * grid.spacing
    return np.linalg.norm(at - np.array([z, y, x]), axis=-1) < radius


def scan(day, *balls, grid=GRID):
    mask = np.any([ball(*one, grid=grid) for one in balls], axis=0)
    mask = mask if balls else np.zeros(grid.shape, bool)
    image = Volume(np.zeros(grid.shape, np.int16), grid, "CT", facts=SeriesFacts(day=day))
    return Scan(image, LabelSet(grid, (Segment(1, "lesion", codes.LESION, mask),)))


def states(*scans):
    rows = find_growth(scans, [None, *[STILL] * (len(scans) - 1)])
    return [(row.scan, row.track, row.state) for row in rows]


def test_a_lesion_keeps_its_name_while_another_comes_and_goes() -> None:
    one, other = (36, 30, 30, 9), (36, 60, 60, 8)
    found = states(scan(0, one), scan(90, one, other), scan(180, one))
    assert found == [
        (1, "1", "first"),
        (2, "1", "same"),
        (2, "2", "new"),
        (3, "1", "same"),
        (3, "2", "vanished"),
    ]


def test_merged_and_split_lesions_are_measured_together() -> None:
    two = (36, 40, 28, 7), (36, 40, 48, 7)
    whole = (36, 40, 38, 15)
    assert [row[1:] for row in states(scan(0, *two), scan(90, whole))][-1] == ("1+2", "merged")
    rows = find_growth([scan(0, whole), scan(90, *two)], [None, STILL])
    assert [row.state for row in rows] == ["first", "split", "split"]
    left = sum(row.volume_mm3 for row in rows[1:])
    assert rows[1].change_percent == pytest.approx(100 * (left / rows[0].volume_mm3 - 1))


def test_a_lesion_beyond_the_later_scan_has_not_vanished() -> None:
    part = replace(GRID, shape=(8, 40, 40))
    assert states(scan(0, (60, 40, 40, 8)), scan(90, grid=part))[-1] == (2, "1", "outside")


def test_a_date_without_labels_says_nothing() -> None:
    silent = scan(90)
    found = states(scan(0, (36, 40, 40, 9)), Scan(silent.image), scan(180, (36, 40, 40, 9)))
    assert found == [(1, "1", "first"), (3, "1", "same")]


def test_the_doubling_time_follows_from_the_days() -> None:
    rows = find_growth([scan(0, (36, 40, 40, 8)), scan(100, (36, 40, 40, 12))], [None, STILL])
    grown = rows[1].volume_mm3 / rows[0].volume_mm3
    assert rows[1].doubling_days == pytest.approx(100 * np.log(2) / np.log(grown))
    assert growth_csv(rows).decode().splitlines()[0].startswith("track,scan,state,day,volume_mm3")


def test_the_stated_error_holds_for_lesions_of_known_volume() -> None:
    random = np.random.default_rng(3)
    inside = 0
    for _ in range(60):
        steps = (float(random.uniform(1, 6)), *[float(random.uniform(0.8, 2.7))] * 2)
        radius = float(random.uniform(6, 14))
        grid = Geometry(tuple(int(2 * radius / s) + 7 for s in steps), steps)
        middle = np.array(grid.shape) * steps / 2 + random.uniform(-1, 1, 3) * steps
        mask = ball(*middle, radius, grid=grid)
        lesion = measured(mask, grid, 1, None)
        inside += abs(lesion.volume_mm3 - 4 / 3 * np.pi * radius**3) <= lesion.error_mm3
        assert lesion.diameter_mm == pytest.approx(2 * radius, abs=2 * max(steps[1:]) + steps[0])
    assert inside >= 57


def test_only_lesions_are_counted() -> None:
    labels = scan(0, (36, 40, 40, 9)).labels
    organ = Segment(2, "liver", codes.LIVER, np.ones(GRID.shape, bool))
    assert lesion_numbers(replace(labels, segments=(*labels.segments, organ))).max() == 1
