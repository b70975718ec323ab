"""A good and a bad case of each metric of any series: stacks, headers and pixels."""  # noqa: INP001

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from drawing import Side, grid, scan, stems, table
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset
from tests.select.inject_ct import skull
from tests.select.inject_stack import rewritten

from renkei.select.case import Case, Plane, case_of_files, case_of_volume
from renkei.select.metric import Measured, Metric, measure
from renkei.select.metrics import (
    burned_in,
    completeness,
    constant,
    decodes,
    geometry,
    header,
    repeats,
    saturation,
)

FILES = [file.read_bytes() for file in sorted(Path("samples/mr_dicom").glob("*.dcm"))]
THIN = 3
WORDS = ("StudyInstanceUID", "RescaleSlope", "BitsStored", "HighBit", "PixelSpacing")


def _measured(metric: Metric, files: Sequence[bytes]) -> tuple[Case, Measured, list[Plane]]:
    case = case_of_files(files)
    return case, measure(case, metric)[0], list(case.parts())


def stack() -> tuple[Side, Side]:
    """Show even steps, and gaps."""

    def side(what: str, ja: str, files: list[bytes]) -> Side:
        case, found, _ = _measured(geometry.METRIC, files)
        steps = geometry.steps_mm(case.headers)
        at = np.concatenate([[0.0], np.cumsum(steps)])
        marks = sorted({p.slice for p in found.places})
        facts = ("step_mm", "largest_gap_mm")
        return Side(what, ja, found, stems(list(at), marks), facts, height=3.2)

    return (
        side("20 slices at even steps", "等間隔の 20 枚", FILES),
        side(
            "Three slices missing in two places",
            "二か所で三枚欠けている",
            [*FILES[:5], *FILES[7:14], *FILES[15:]],
        ),
    )


def ends() -> tuple[Side, Side]:
    """Show a whole series, and one without its end."""

    def counted(dataset: Dataset) -> None:
        dataset.NumberOfSeriesRelatedInstances = len(FILES)

    files = [rewritten(f, counted) for f in FILES]

    def side(what: str, ja: str, kept: list[bytes]) -> Side:
        _, found, planes = _measured(completeness.METRIC, kept)
        lost = int(found.value or 0)
        shown = [*(p.pixels[::THIN, ::THIN] for p in planes), *[None] * lost]
        marks = dict.fromkeys(range(len(planes), len(shown)), "missing")
        return Side(what, ja, found, grid(shown, across=5, marked=marks), ("expected",))

    return (
        side("All 20 slices that the header counts", "ヘッダの数どおり 20 枚", files),
        side("The last 3 of 20 are not there", "終わりの 3 枚がない", files[:-3]),
    )


def decoding() -> tuple[Side, Side]:
    """Show slices, and some that cannot be read."""

    def short(dataset: Dataset) -> None:
        dataset.PixelData = dataset.PixelData[:-100]

    def colour(dataset: Dataset) -> None:
        dataset.PhotometricInterpretation = "PALETTE COLOR"

    def side(what: str, ja: str, files: list[bytes]) -> Side:
        _, found, planes = _measured(decodes.METRIC, files)
        marks = {p.slice: p.code for p in found.places}
        seen = {p.number: p.pixels[::THIN, ::THIN] for p in planes}
        shown = [seen.get(i) for i in range(len(files))]
        return Side(what, ja, found, grid(shown, across=3, marked=marks))

    some = FILES[6:15]
    broken = [some[0], rewritten(some[1], short), *some[2:7], rewritten(some[7], colour), some[8]]
    return (
        side("Every slice decodes", "全てのスライスが読める", some),
        side("One cut short, one in palette colours", "一枚は途中まで、一枚は色パレット", broken),
    )


def headers() -> tuple[Side, Side]:
    """Show a header, and one that cannot be."""
    change = {"StudyInstanceUID": "1.02.3", "RescaleSlope": 0, "BitsStored": 12, "HighBit": 3}

    def side(what: str, ja: str, files: list[bytes], marked: list[tuple[int, int]]) -> Side:
        case, found, _ = _measured(header.METRIC, files)
        said = case.headers[2]
        rows = [(word, str(said.get(word, "—")).strip("[]")[:18]) for word in WORDS]
        drawn = table(rows, head=("slice 2", "says"), marked=marked, widths=(0.42, 0.5), size=9)
        return Side(what, ja, found, drawn, height=2.9)

    broken = rewritten(FILES[2], lambda d: [setattr(d, k, v) for k, v in change.items()])
    return (
        side("A header that makes sense", "筋の通ったヘッダ", FILES[:4], []),
        side(
            "UID, slope and bits that cannot be",
            "ありえない UID・傾き・ビット",
            [*FILES[:2], broken, FILES[3]],
            [(0, 1), (1, 1), (2, 1), (3, 1)],
        ),
    )


def copies() -> tuple[Side, Side]:
    """Show different slices, and some that come twice."""

    def moved(dataset: Dataset) -> None:
        dataset.SOPInstanceUID = f"{dataset.SOPInstanceUID}.1"
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, float(z) + 500]

    def side(what: str, ja: str, files: list[bytes]) -> Side:
        _, found, planes = _measured(repeats.METRIC, files)
        shown = [p.pixels[::THIN, ::THIN] for p in planes]
        marks = {p.slice: "again" for p in found.places}
        return Side(what, ja, found, grid(shown, across=3, marked=marks))

    some = FILES[5:12]
    return (
        side("Nine different slices", "九枚とも異なる", FILES[5:14]),
        side(
            "Two copies under a new UID and place",
            "UID と位置を変えた複製が二枚",
            [*some, rewritten(some[2], moved), rewritten(some[5], moved)],
        ),
    )


def even() -> tuple[Side, Side]:
    """Show slices, one of them without any contrast."""
    real = skull()

    def side(what: str, ja: str, voxels: np.ndarray) -> Side:
        found = measure(case_of_volume(replace(real, voxels=voxels)), constant.METRIC)[0]
        marks = {p.slice: "one value" for p in found.places}
        drawn = grid(list(voxels[:, ::2, ::2]), across=3, marked=marks)
        return Side(what, ja, found, drawn, height=3.5)

    blank = np.array(real.voxels)
    blank[3] = -1000
    return (
        side("Six slices of a head", "頭部の六枚", real.voxels),
        side("One slice holds one value only", "一枚が全て同じ値", blank),
    )


def clipped() -> tuple[Side, Side]:
    """Show a slice, and the same clipped."""
    case = case_of_files(FILES)
    real = [plane.pixels for plane in case.parts()]
    top = int(np.percentile(real, 96))

    def side(what: str, ja: str, slices: list[np.ndarray]) -> Side:
        planes = [Plane(n, one, one, (1.0, 1.0)) for n, one in enumerate(slices)]
        found = measure(Case("MR", instances=20, parts=lambda: iter(planes)), saturation.METRIC)[0]
        seen = slices[10]
        return Side(what, ja, found, scan(seen, (0, top), mask=seen == max(map(np.max, slices))))

    return (
        side("Head as scanned", "撮影のままの頭部", real),
        side(
            "Clipped: the greatest value in red",
            "飽和：最大の値が赤",
            [np.minimum(one, top) for one in real],
        ),
    )


def written() -> tuple[Side, Side]:
    """Show a slice, and the same with a name in it."""
    plain = [np.array(plane.pixels) for plane in case_of_files(FILES[9:10]).parts()]
    page = Image.new("L", plain[0].shape[::-1])
    font = ImageFont.load_default(14)
    ImageDraw.Draw(page).text((5, 4), "YAMADA TARO 1950", fill=255, font=font)

    def side(what: str, ja: str, pixels: np.ndarray) -> Side:
        case = Case("MR", parts=lambda: iter([Plane(0, pixels, pixels, (1.0, 1.0))]))
        found = measure(case, burned_in.METRIC)[0]
        boxes = [place.box for place in found.places if place.box]
        return Side(what, ja, found, scan(pixels, boxes=boxes), ("said", "text_like"))

    named = np.where(np.asarray(page) > 127, plain[0].max(), plain[0])
    return (
        side("No text in the picture", "画像に文字はない", plain[0]),
        side("A made-up name burned in", "作り物の名前が焼き込まれている", named),
    )


CASES = {
    geometry.METRIC: stack,
    completeness.METRIC: ends,
    decodes.METRIC: decoding,
    header.METRIC: headers,
    repeats.METRIC: copies,
    constant.METRIC: even,
    saturation.METRIC: clipped,
    burned_in.METRIC: written,
}
