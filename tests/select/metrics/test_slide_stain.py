"""Stain strength and the two stains are what the pixels were made of."""

import numpy as np
import pytest

from renkei.select.metrics.slide_stain import METRIC

H, E = np.array([0.650, 0.704, 0.286]), np.array([0.072, 0.990, 0.105])
H, E = H / np.linalg.norm(H), E / np.linalg.norm(E)


def stained(white: tuple[int, int, int] = (245, 245, 245), strength: float = 1.0) -> np.ndarray:
    random = np.random.default_rng(0)
    h = random.gamma(2, 0.35, (1024, 2048)) * strength
    e = random.gamma(2, 0.35, (1024, 2048)) * strength
    rgb = np.array(white) * 10 ** -(h[..., None] * H + e[..., None] * E)
    rgb[:, :900] = white
    return np.rint(rgb).astype(np.uint8)


def test_the_two_stains_of_a_made_slide_are_found(measured_on) -> None:
    facts = measured_on(METRIC, stained()).facts
    truth = np.degrees(np.arccos(H @ E))
    assert facts["angle"] == pytest.approx(truth, abs=6)
    assert [facts[f"h_{c}"] for c in "rgb"] == pytest.approx(H, abs=0.1)
    assert [facts[f"e_{c}"] for c in "rgb"] == pytest.approx(E, abs=0.1)
    assert facts["h_share"] == pytest.approx(0.5, abs=0.05)


def test_a_faded_slide_is_weaker_step_by_step(real_rgb, measured_on) -> None:
    found = []
    for left in (1.0, 0.8, 0.6):
        pale = 245 * (real_rgb / 245) ** left
        found.append(measured_on(METRIC, np.clip(np.rint(pale), 0, 255).astype(np.uint8)).value)
    assert found == sorted(found, reverse=True)
    assert found[0] == pytest.approx(measured_on(METRIC, real_rgb).value, rel=0.02)


def test_yellow_light_is_told_and_does_not_count_as_stain(measured_on) -> None:
    white, yellow = measured_on(METRIC, stained()), measured_on(METRIC, stained((245, 240, 215)))
    assert white.facts["cast"] == 0
    assert yellow.facts["cast"] == 30
    assert yellow.value == pytest.approx(white.value, rel=0.05)


def test_without_glass_no_cast_is_told(measured_on) -> None:
    found = measured_on(METRIC, stained()[:, 1024:])
    assert "cast" not in found.facts
    assert found.value > 0


def test_one_even_colour_has_a_strength_and_no_second_stain(measured_on) -> None:
    found = measured_on(METRIC, np.full((1024, 1024, 3), (150, 90, 130), np.uint8))
    assert found.value > 0
    assert "h_share" not in found.facts


def test_glass_alone_says_nothing(measured_on) -> None:
    assert measured_on(METRIC, np.full((900, 900, 3), 245, np.uint8)).reason == "too_little_tissue"
