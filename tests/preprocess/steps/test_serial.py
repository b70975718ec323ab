"""A known turn and bend are found; another tissue, or another part of this one, is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.preprocess.steps.slides import (
    MPP,
    SIDE,
    Rgb,
    part,
    second_scanner,
    turned,
    whole,
    written,
)

from renkei.annotate.elements import pack_rings, unpack_rings
from renkei.imaging.outlines import Kind, Outline
from renkei.imaging.slide import open_slide
from renkei.preprocess import SlideScan, StepRefusedError
from renkei.preprocess.slide_map import SlideMap, carry_elements, carry_shape
from renkei.preprocess.steps.serial import STEP, moved_blocks
from renkei.select.tiles import tissue_mask


def neighbour(scan: SlideScan, truth: SlideMap, scratch: Path) -> SlideScan:
    """Return the slide moved by a known map, in the colours of another scanner."""
    with open_slide(scan.path) as slide:
        rgb = moved_blocks(slide, truth, 1.0)(0, 0, SIDE, SIDE)
    return written(second_scanner(3)(rgb), scratch, "neighbour")


def places(rgb: Rgb) -> np.ndarray:
    """Return places of tissue well inside the slide."""
    found = np.argwhere(tissue_mask(rgb))[:, ::-1][::997] + 0.5
    inside = (found > 0.15 * SIDE) & (found < 0.85 * SIDE)
    return found[inside.all(axis=1)]


def read_map(data: bytes) -> SlideMap:
    said = json.loads(data)
    shifts = np.array(said["shifts"]) if "shifts" in said else None
    return SlideMap(np.array(said["affine"]), shifts, said.get("step", 0.0))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> SlideScan:
    return written(part(), tmp_path_factory.mktemp("here"), "here")


@pytest.mark.parametrize(("degrees", "bend", "most_um"), [(205.0, 0.0, 0.2), (-12.0, 16.0, 1.0)])
def test_a_known_move_is_found(
    here: SlideScan, tmp_path: Path, degrees: float, bend: float, most_um: float
) -> None:
    truth = turned(degrees, (40.0, -25.0), bend)
    moving = neighbour(here, truth, tmp_path)
    done = STEP.run(moving, here, STEP.settle({"deformable": bend > 0}))
    assert done.finding == "accept"
    found = read_map(done.files["map.json"])
    tissue = places(whole(here))
    off = np.linalg.norm(truth.to_old(found.to_old(tissue)) - tissue, axis=1) * MPP
    assert off.mean() < most_um
    # What was drawn on the neighbour lands where its tissue went.
    drawn = Outline(
        "cell", tuple((tuple(p),) for p in truth.to_new(tissue).tolist()), kind=Kind.POINT
    )
    (carried,) = carry_elements([drawn], found.to_new)
    lands = np.array([ring[0] for ring in carried.rings])
    assert np.linalg.norm(lands - tissue, axis=1).mean() * MPP < most_um
    with open_slide(done.scan.path) as slide:
        assert (slide.levels[0].width, slide.levels[0].height) == (SIDE, SIDE)
        assert slide.mpp == pytest.approx(MPP, rel=1e-4)


def test_other_tissue_is_refused(here: SlideScan, tmp_path: Path) -> None:
    elsewhere = written(part(900, 300, 600), tmp_path, "elsewhere")
    other = written(part(200, 1800, 600), tmp_path, "other")
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(other, elsewhere, STEP.settle({}))
    assert refusal.value.facts["code"] in {"alignment_unproved", "no_overlap"}


def test_an_unknown_scale_is_refused(here: SlideScan, tmp_path: Path) -> None:
    unknown = written(part(side=300), tmp_path, "unknown", None)
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(unknown, here, STEP.settle({}))
    assert refusal.value.facts["code"] == "mpp_unknown"


def test_a_map_goes_there_and_back() -> None:
    truth = turned(30.0, (5.0, 9.0), bend=20.0)
    drawn = np.random.default_rng(1).uniform(100, SIDE - 100, (50, 2))
    assert np.abs(truth.to_new(truth.to_old(drawn)) - drawn).max() < 0.01
    moved = unpack_rings(carry_shape(pack_rings([drawn.tolist()]), truth.to_old))
    assert np.allclose(moved[0], truth.to_old(drawn))
    assert np.allclose(read_map(truth.to_json()).to_old(drawn), truth.to_old(drawn), atol=1e-3)
    box = ((10.0, 20.0), (30.0, 20.0), (30.0, 60.0), (10.0, 60.0), (10.0, 20.0))
    (turned_box,) = carry_elements([Outline("a", (box,), kind=Kind.RECTANGLE)], truth.to_new)
    assert turned_box.kind is Kind.POLYGON
