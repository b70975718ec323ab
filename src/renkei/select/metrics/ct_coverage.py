"""Coverage of a CT: how long the scan is, and which part of the body each slice looks like."""

from collections.abc import Sequence

import numpy as np

from renkei.select.case import Case, Plane
from renkei.select.ct import CT, Mask, body_of, pieces_of, thinned
from renkei.select.metric import Measured, Metric, Place, not_applicable

HEAD, CHEST, ABDOMEN, PELVIS = "head", "chest", "abdomen", "pelvis"
LUNG_HU = (-980, -500)
BONE_HU = 250
HEAD_MOST_MM2, HEAD_LEAST_BONE = 32_000.0, 0.10
CHEST_LEAST_LUNG = 0.12
TRUNK_LEAST_MM2 = 32_000.0
# A bone on each side of the middle, larger than a rib and nearer than an arm: hips or femurs.
PELVIS_LEAST_MM2, BESIDE = 250.0, (0.12, 0.38)
PELVIS_MOST_LUNG = 0.02
LEAST_SLICES = 5
MOST_SHARE_OF_CONTRADICTED = 5.0
# Abdomen and pelvis are one here: a scan of one reaches into the other.
REGIONS = {HEAD: "head", CHEST: "chest", ABDOMEN: "trunk", PELVIS: "trunk"}
SAID = {
    "HEAD": "head",
    "BRAIN": "head",
    "SKULL": "head",
    "CHEST": "chest",
    "THORAX": "chest",
    "LUNG": "chest",
    "ABDOMEN": "trunk",
    "PELVIS": "trunk",
    "ABDOMENPELVIS": "trunk",
    "LIVER": "trunk",
    "KIDNEY": "trunk",
    "PANCREAS": "trunk",
}


def shares(plane: Plane) -> tuple[int, str, float, float] | None:
    """Return the number of a slice, what it looks like, and its lung and bone shares, or None."""
    hu, step = thinned(plane.pixels)
    body = body_of(hu)
    if body is None:
        return None
    pixel = plane.spacing[0] * plane.spacing[1] * step * step
    whole = body | _enclosed(body)
    area = int(whole.sum())
    lung = float(np.count_nonzero(whole & (hu > LUNG_HU[0]) & (hu < LUNG_HU[1])) / area)
    bones = body & (hu > BONE_HU)
    bone = float(np.count_nonzero(bones) / area)
    pair = _pair(bones, body) * pixel
    return plane.number, class_of(area * pixel, lung, bone, pair), lung, bone


def class_of(area: float, lung: float, bone: float, pair: float) -> str:
    """Return head, chest, abdomen, pelvis or "" by areas in mm2 and shares of the body."""
    if lung >= CHEST_LEAST_LUNG:
        return CHEST
    if area < HEAD_MOST_MM2 and bone >= HEAD_LEAST_BONE:
        return HEAD
    if area < TRUNK_LEAST_MM2:
        return ""
    return PELVIS if pair >= PELVIS_LEAST_MM2 and lung < PELVIS_MOST_LUNG else ABDOMEN


def _enclosed(body: Mask) -> Mask:
    """Return what the body encloses: pieces of its complement that do not reach the border."""
    pieces, sizes = pieces_of(~body)
    inside = np.ones(len(sizes), dtype=bool)
    inside[0] = False
    for edge in (pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]):
        inside[edge] = False
    enclosed: Mask = inside[pieces]
    return enclosed


def _pair(bones: Mask, body: Mask) -> int:
    """Return the pixels of the smaller of two bones, the largest on each side of the middle."""
    pieces, sizes = pieces_of(bones)
    columns = np.flatnonzero(body.any(axis=0))
    middle, width = (columns[0] + columns[-1]) / 2, columns[-1] - columns[0] + 1
    _, x = np.nonzero(bones)
    at = np.bincount(pieces[bones], weights=x, minlength=len(sizes)) / np.maximum(sizes, 1)
    aside = (at - middle) / width
    sides = [(sign * aside > BESIDE[0]) & (sign * aside < BESIDE[1]) for sign in (-1, 1)]
    return min(int(np.max(sizes, where=side, initial=0)) for side in sides)


def sum_up(case: Case, found: Sequence[tuple[int, str, float, float] | None]) -> Measured:
    """Return the length in mm along which a body is seen; shares per class in per cent."""
    said = [one for one in found if one]
    if not said:
        return not_applicable("no_body")
    looks = [look for _, look, *_ in said]
    share = {name: 100 * looks.count(name) / len(said) for name in REGIONS}
    places: tuple[Place, ...] = ()
    codes: tuple[str, ...] = ()
    region = SAID.get("".join(c for c in (case.facts.body_part or "").upper() if c.isalpha()))
    known = len(said) - looks.count("")
    if region and known >= LEAST_SLICES:
        fitting = sum(share[name] for name, where in REGIONS.items() if where == region)
        if fitting < MOST_SHARE_OF_CONTRADICTED:
            codes = ("body_part_contradicted",)
            odd = next(one[0] for one in said if one[1])
            places = (Place("body_part_contradicted", odd),)
    return Measured(
        value=round(len(said) * case.spacing[0], 1) if case.spacing else None,
        n=len(said),
        reason=None if case.spacing else "no_spacing",
        codes=codes,
        facts={
            **{f"{name}_percent": round(value, 1) for name, value in share.items()},
            "lung_percent": round(100 * float(np.mean([lung for *_, lung, _ in said])), 2),
            "bone_percent": round(100 * float(np.mean([bone for *_, bone in said])), 2),
        },
        places=places,
    )


METRIC = Metric("ct_coverage", "mm", CT, worse="low", look=shares, sum_up=sum_up, aspect="coverage")
