"""A good and a bad case of each metric of slides: the real sample, and the same damaged."""  # noqa: INP001

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import tifffile
from drawing import Draw, Side, grid, scan
from matplotlib.axes import Axes
from scipy import ndimage
from tests.select.inject_slide import blur, bubble, fold, pen, requantise, stripes, write_pyramid
from tests.select.metrics.conftest import ArraySlide

from renkei.imaging.slide import open_slide
from renkei.select.case import case_of_slide
from renkei.select.metric import Metric, measure
from renkei.select.metrics import (
    slide_blockiness,
    slide_blur,
    slide_bubble,
    slide_fold,
    slide_identity,
    slide_pen,
    slide_pixel_size,
    slide_pyramid,
    slide_sharpness,
    slide_stain,
    slide_stripes,
    slide_tissue,
)
from renkei.select.tiles import tissue_mask

FILE = Path("samples/wsi/cmu_small_region.svs")
MPP = 0.499
STEP = 6
# A piece of tissue, shown where a fault is too fine for the whole slide.
SIDE = 160
NEAR = (slice(1500, 1500 + SIDE), slice(980, 980 + SIDE))
ACROSS = f"{SIDE * MPP:.0f} µm"
COARSE = 16


@cache
def real() -> np.ndarray:
    """Return the pixels of the real sample."""
    with open_slide(FILE) as slide:
        level = slide.levels[0]
        return slide.read_region(0, 0, 0, level.width, level.height)


def side(
    metric: Metric,
    rgb: np.ndarray,
    what: str,
    ja: str,
    *,
    mpp: float | None = MPP,
    near: bool = False,
    step: int = STEP,
    facts: tuple[str, ...] = (),
) -> Side:
    """Return a slide with the places found outlined, or a piece of it near by."""
    found = measure(case_of_slide(ArraySlide(rgb, mpp)), metric)[0]
    boxes = [tuple(v / step for v in place.box) for place in found.places if place.box]
    drawn = scan(rgb[NEAR]) if near else scan(rgb[::step, ::step], boxes=boxes)
    return Side(what, ja, found, drawn, facts)


def tissue() -> tuple[Side, Side]:
    """Show the tissue found, and a slide with little."""

    def seen(what: str, ja: str, rgb: np.ndarray) -> Side:
        found = measure(case_of_slide(ArraySlide(rgb, MPP)), slide_tissue.METRIC)[0]
        small = rgb[::STEP, ::STEP]
        mask = tissue_mask(small)
        whole = ndimage.binary_fill_holes(ndimage.binary_closing(mask, iterations=2))
        edge = ndimage.binary_dilation(whole, iterations=2) & ~whole
        return Side(what, ja, found, scan(small, mask=edge), ("tissue_mm2",))

    empty = np.array(real())
    empty[700:] = 243
    return (
        seen("Tissue outlined in red", "赤い線の中が組織", real()),
        seen("Hardly any tissue", "組織がほとんどない", empty),
    )


def soft() -> tuple[Side, Side]:
    """Show the middle of a slide, and the same blurred above."""
    left, top, wide = 900, len(real()) // 2 - 150, 300

    def seen(what: str, ja: str, rgb: np.ndarray) -> Side:
        found = measure(case_of_slide(ArraySlide(rgb, MPP)), slide_blur.METRIC)[0]
        boxes = [(p.box[0] - left, p.box[1] - top, *p.box[2:]) for p in found.places if p.box]
        drawn = scan(rgb[top : top + wide, left : left + wide], boxes=boxes)
        return Side(what, ja, found, drawn, ("low95", "high95"))

    return (
        seen("In focus everywhere", "全体に焦点が合う", real()),
        seen("The upper half blurred by 3 px", "上半分が 3 画素ぼけている", blur(real(), 3, 0.5)),
    )


def sharp() -> tuple[Side, Side]:
    """Show tissue, and the same blurred."""
    metric = slide_sharpness.METRIC
    return (
        side(
            metric, real(), f"As scanned ({ACROSS} across)", f"撮影のまま（幅 {ACROSS}）", near=True
        ),
        side(
            metric,
            blur(real(), 2),
            "All of it blurred by 2 px",
            "全体が 2 画素ぼけている",
            near=True,
        ),
    )


def ink() -> tuple[Side, Side]:
    """Show a slide without and with ink."""
    metric, small = slide_pen.METRIC, real()[::COARSE, ::COARSE]
    marked = pen(small, "green", seed=1)[0]
    return (
        side(metric, small, "No pen", "ペンの跡がない", mpp=8, step=1, facts=("green",)),
        side(metric, marked, "Green ink", "緑のインク", mpp=8, step=1, facts=("green",)),
    )


def folds() -> tuple[Side, Side]:
    """Show tissue without and with a fold."""
    metric, small = slide_fold.METRIC, real()[::COARSE, ::COARSE]
    laid = fold(small, layers=1.5, seed=0)[0]
    places = measure(case_of_slide(ArraySlide(laid, 8)), metric)[0].places
    left, top, width, height = places[0].box or (0, 0, 1, 1)
    x, y = max(0, left + width // 2 - 32), min(top + height // 2 - 32, len(small) - 64)

    def seen(what: str, ja: str, rgb: np.ndarray) -> Side:
        found = measure(case_of_slide(ArraySlide(rgb, 8)), metric)[0]
        boxes = [(p.box[0] - x, p.box[1] - y, *p.box[2:]) for p in found.places if p.box]
        drawn = scan(rgb[y : y + 64, x : x + 64], boxes=boxes)
        return Side(what, ja, found, drawn, ("folds",))

    return (
        seen("No fold (0.5 mm across)", "折れ目がない（幅 0.5 mm）", small),
        seen("Tissue laid over itself", "組織が重なっている", laid),
    )


def bubbles() -> tuple[Side, Side]:
    """Show a slide without and with the rim of a bubble."""
    metric, small = slide_bubble.METRIC, real()[::COARSE, ::COARSE]
    rim = bubble(small, (106, 44), 28)
    return (
        side(metric, small, "No bubble", "気泡がない", mpp=8, step=1, facts=("bubbles",)),
        side(
            metric,
            rim,
            "A drawn rim on glass",
            "ガラス上に描いた気泡",
            mpp=8,
            step=1,
            facts=("bubbles",),
        ),
    )


def stain() -> tuple[Side, Side]:
    """Show tissue, and the same faded."""
    metric = slide_stain.METRIC
    pale = np.rint(245 * (real() / 245) ** 0.4).clip(0, 255).astype(np.uint8)
    facts = ("white", "cast")
    return (
        side(metric, real(), "Stained as usual", "通常の染色", near=True, facts=facts),
        side(metric, pale, "Faded to 40 %", "40 % に退色", near=True, facts=facts),
    )


def blocks() -> tuple[Side, Side]:
    """Show tissue, and the same pressed hard."""
    height, width = (side // 2 * 2 for side in real().shape[:2])
    pairs = real()[:height, :width].reshape(height // 2, 2, width // 2, 2, 3)
    halved = np.rint(pairs.mean(axis=(1, 3))).astype(np.uint8)
    part = (slice(760, 856), slice(450, 546))

    def seen(what: str, ja: str, rgb: np.ndarray) -> Side:
        found = measure(case_of_slide(ArraySlide(rgb, 2 * MPP)), slide_blockiness.METRIC)[0]
        return Side(what, ja, found, scan(rgb[part].repeat(3, axis=0).repeat(3, axis=1)))

    return (
        seen(
            "JPEG quality 100 (96 px, enlarged)",
            "JPEG 品質 100（96 画素を拡大）",
            requantise(halved, 100),
        ),
        seen("JPEG quality 15", "JPEG 品質 15", requantise(halved, 15)),
    )


def lines() -> tuple[Side, Side]:
    """Show tissue, and the same with lines."""
    metric, facts = slide_stripes.METRIC, ("period_px",)
    return (
        side(
            metric, real(), f"As scanned ({ACROSS} across)", f"撮影のまま（幅 {ACROSS}）", near=True
        ),
        side(
            metric,
            stripes(real(), 24),
            "Lines of ±24 levels every 20 px",
            "20 画素ごとに ±24 階調の縞",
            near=True,
            facts=facts,
        ),
    )


def size() -> tuple[Side, Side]:
    """Show a known pixel size, and one that cannot be."""
    metric = slide_pixel_size.METRIC

    def seen(what: str, ja: str, mpp: float) -> Side:
        found = measure(case_of_slide(ArraySlide(real(), mpp)), metric)[0]
        return Side(what, ja, found, _with_bar(mpp), ("width_mm", "height_mm"))

    return (
        seen("The file says 0.499 µm per pixel", "1 画素 0.499 µm", MPP),
        seen("The file says 499 µm per pixel", "1 画素 499 µm", 1000 * MPP),
    )


def _with_bar(mpp: float) -> Draw:
    """Show the piece with a bar of 100 of its pixels and the length that they would have."""
    shown = scan(real()[NEAR])

    def draw(axes: Axes) -> None:
        shown(axes)
        axes.plot([20, 120], [148, 148], color="black", lw=3, solid_capstyle="butt")
        text = f"100 px = {100 * mpp:,.0f} µm"
        box = {"fc": "white", "ec": "none", "pad": 2}
        axes.text(70, 139, text, ha="center", size=9, bbox=box)

    return draw


def pyramid() -> tuple[Side, Side]:
    """Show three levels, and a level that is turned."""
    levels = [real()[:2048, :2048]]
    for _ in range(2):
        half = len(levels[-1]) // 2
        pairs = levels[-1].reshape(half, 2, half, 2, 3)
        levels.append(np.rint(pairs.mean(axis=(1, 3))).astype(np.uint8))
    turned = [levels[0], levels[1], np.ascontiguousarray(levels[2][::-1, ::-1])]
    return (
        _levels("Three levels of one slide", "一枚のスライドの三段", levels),
        _levels("The coarsest level is turned", "最も粗い段が回っている", turned),
    )


def _levels(what: str, ja: str, levels: list[np.ndarray]) -> Side:
    with TemporaryDirectory() as folder:
        path = Path(folder, "pyramid.tiff")
        write_pyramid(path, levels)
        with open_slide(path) as slide:
            found = measure(case_of_slide(slide), slide_pyramid.METRIC)[0]
    shown = [rgb[:: len(rgb) // 256, :: len(rgb) // 256] for rgb in levels]
    worst = int(found.facts.get("worst_level", 0))
    marks = {worst: "differs"} if found.value and found.value > 20 else {}
    return Side(what, ja, found, grid(shown, across=2, marked=marks), ("levels", "worst_level"))


def identity() -> tuple[Side, Side]:
    """Show the pictures that come along with a slide."""
    with tifffile.TiffFile(FILE) as file:
        pictures = {one.name.lower(): one.asarray() for one in file.series}
    with open_slide(FILE) as slide:
        left = measure(case_of_slide(slide), slide_identity.METRIC)[0]
    clean = ArraySlide(real(), MPP, ("thumbnail",))
    found = measure(case_of_slide(clean), slide_identity.METRIC)[0]
    label, macro = (_square(pictures[name]) for name in ("label", "macro"))
    thumbnail = _square(pictures["thumbnail"])
    facts = ("label", "macro")
    return (
        Side(
            "Only a thumbnail comes along",
            "縮小画像だけが付く",
            found,
            grid([thumbnail], across=1),
            facts,
        ),
        Side(
            "The label and the whole glass come along",
            "ラベルとガラス全体の画像が付く",
            left,
            grid([thumbnail, label, macro], across=2, marked={1: "label", 2: "macro"}),
            facts,
        ),
    )


def _square(rgb: np.ndarray) -> np.ndarray:
    """Return a picture in the middle of a white square, near 300 px."""
    small = rgb[:: max(1, max(rgb.shape) // 300), :: max(1, max(rgb.shape) // 300)]
    page = np.full((max(small.shape),) * 2 + (3,), 255, np.uint8)
    top, left = ((len(page) - n) // 2 for n in small.shape[:2])
    page[top : top + small.shape[0], left : left + small.shape[1]] = small
    return page


CASES = {
    slide_tissue.METRIC: tissue,
    slide_blur.METRIC: soft,
    slide_sharpness.METRIC: sharp,
    slide_pen.METRIC: ink,
    slide_fold.METRIC: folds,
    slide_bubble.METRIC: bubbles,
    slide_stain.METRIC: stain,
    slide_blockiness.METRIC: blocks,
    slide_stripes.METRIC: lines,
    slide_pixel_size.METRIC: size,
    slide_pyramid.METRIC: pyramid,
    slide_identity.METRIC: identity,
}
