"""Stain: move a slide's colours to a reference, so that scanners and laboratories look alike."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from renkei.imaging.slide import Slide, open_slide
from renkei.preprocess import verdicts
from renkei.preprocess.held import Kind, SlideScan
from renkei.preprocess.rescale import new_file, own_mpp
from renkei.preprocess.slides import Canvas, write_slide
from renkei.preprocess.stain import (
    Array,
    Look,
    Recolour,
    Rgb,
    angle,
    look_of,
    to_stains,
    to_statistics,
    to_white,
)
from renkei.preprocess.step import Done, Finding, Param, Params, Step, StepRefusedError
from renkei.select.tiles import overview, tissue_mask

FIT_MPP = 2.0
FIT_PIXELS = 4e6
# The default reference is fitted to the CMU-1 region of the OpenSlide test data (CC0, samples/wsi).
STAINS = (0.7812, 0.5335, 0.3244, 0.1472, 0.8678, 0.4746)
METHODS = {"macenko": to_stains, "reinhard": to_statistics, "white": to_white}
WHY = {
    "tissue_missing": "Too little of the slide is tissue to fit its stains.",
    "stains_alike": "The two stains cannot be told apart, so nothing says how to move them.",
    "not_he": "This does not look like haematoxylin and eosin: use the method white.",
}


def stain(scan: SlideScan, params: Params) -> Done:
    """Return a slide in the colours of the reference; its pixels stay where they are.

    Raises:
        StepRefusedError: Too little tissue, stains that cannot be told apart, or not H&E.
    """
    target = _reference(params)
    method = str(params["method"])
    with open_slide(scan.path) as slide:
        rgb = _sample(slide)
        look = look_of(rgb)
        measures = _measures(rgb, look, target)
        finding, code = verdicts.stains(measures, fitted=method != "white", he=method == "macenko")
        if look is None or (finding is Finding.REFUSE and code):
            code = code or "tissue_missing"
            raise StepRefusedError(WHY[code], code=code, **measures)
        recolour = METHODS[method](look, target)
        if method == "macenko":
            after = look_of(recolour(rgb))
            measures["off_after"] = _off(after.stains, target.stains) if after else 90.0
            finding, code = verdicts.stained(measures)
        path = new_file(scan.scratch, "stain")
        _recoloured(slide, recolour, path)
    measures = {name: round(float(value), 4) for name, value in measures.items()}
    return Done((replace(scan, path=path),), measures, finding, code)


def _recoloured(slide: Slide, recolour: Recolour, path: Any) -> None:
    level = slide.levels[0]
    canvas = Canvas(level.width, level.height, own_mpp(slide))

    def block(left: int, top: int, width: int, height: int) -> Rgb:
        return recolour(slide.read_region(0, left, top, width, height))

    write_slide(path, canvas, block)


def _sample(slide: Slide) -> Rgb:
    """Return the slide near 2 µm per pixel, coarser where that were over 4 million pixels."""
    level = slide.levels[0]
    own = own_mpp(slide) or 0.5
    return overview(
        slide, max(FIT_MPP, own * float(np.sqrt(level.width * level.height / FIT_PIXELS)))
    )


def _measures(rgb: Rgb, look: Look | None, target: Look) -> dict[str, float]:
    measures = {"tissue": float(tissue_mask(rgb).mean())}
    if look is None:
        return measures
    return measures | {
        "stain_angle": angle(*look.stains),
        "off_before": _off(look.stains, target.stains),
        **{f"white_{name}": float(v) for name, v in zip("rgb", look.white, strict=True)},
    }


def _off(stains: Array, target: Array) -> float:
    """Return the larger angle in degrees between the two stains and those of the reference."""
    return max(angle(one, two) for one, two in zip(stains, target, strict=True))


def _reference(params: Params) -> Look:
    stains = np.array(params["stains"], dtype=float).reshape(2, 3)
    stains /= np.linalg.norm(stains, axis=1, keepdims=True)
    rest = (np.array(params[name], dtype=float) for name in ("maxima", "mean", "spread"))
    maxima, mean, spread = rest
    return Look(np.array(params["white"], dtype=float), stains, maxima, mean, spread)


def fit_reference(scans: Sequence[SlideScan], _params: Params) -> dict[str, Any]:
    """Return the reference as the medians over the slides of the training part.

    Raises:
        StepRefusedError: None of them shows stained tissue.
    """
    looks = []
    for scan in scans:
        with open_slide(scan.path) as slide:
            look = look_of(_sample(slide))
        if look is not None:
            looks.append(look)
    if not looks:
        raise StepRefusedError("No slide shows enough stained tissue.", code="tissue_missing")
    return {
        name: [round(float(v), 4) for v in np.median([getattr(o, name) for o in looks], 0).ravel()]
        for name in ("stains", "maxima", "white", "mean", "spread")
    }


STEP = Step(
    "stain",
    params={
        "method": Param("text", "macenko", choices=tuple(METHODS)),
        "stains": Param("number", STAINS, 0.0, 1.0, count=6),
        "maxima": Param("number", (1.551, 1.6551), 0.01, 20.0, count=2),
        "white": Param("number", (246.0, 246.0, 246.0), 100.0, 255.0, count=3),
        "mean": Param("number", (-1.4787, -0.1681, 0.0599), -10.0, 10.0, count=3),
        "spread": Param("number", (0.9036, 0.2066, 0.0519), 0.001, 10.0, count=3),
    },
    run=stain,
    on=Kind.SLIDE,
    fit=fit_reference,
)
