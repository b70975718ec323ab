"""How a good and a bad case stand side by side in one picture, each over what was measured."""  # noqa: INP001

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from textwrap import wrap
from typing import Any

import matplotlib as mpl
import matplotlib_fontja
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image
from scipy.spatial import cKDTree

from renkei.select.metric import Measured, Metric

Draw = Callable[[Axes], None]
Box = tuple[float, float, float, float]
WIDTH, DPI = 7.2, 100
MOST_BYTES = 60_000
LONGEST_LINE = 58
GOOD, BAD, MARK, INK = "#1a7f5a", "#c2352b", "#ff3b30", "#222222"
KEPT = np.array([(26, 127, 90), (194, 53, 43), (255, 59, 48), (253, 224, 221)])
NEAR_ENOUGH = 12
LEAST_COLOUR = 24
UNITS = {"mm2": "mm²", "um": "µm", "count": "(count)", "ratio": "(ratio)", "share": "(share)"}
IMAGE_LINE = 1.6
MOST_ROWS = 14.0

matplotlib_fontja.japanize()
# It has no bold, and says so each time that a bold Latin word is set.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
# Latin letters in the usual face; what it lacks comes from the Japanese one.
mpl.rcParams["font.family"] = ["DejaVu Sans", "IPAexGothic"]


@dataclass(frozen=True, slots=True)
class Side:
    """One half of a picture: what it shows in both languages, how, and what was measured there.

    `facts` names those that are written beside the value; `height` is the picture's, in inches.
    """

    what: str
    ja: str
    found: Measured
    draw: Draw
    facts: tuple[str, ...] = ()
    height: float = 4.3


def picture(metric: Metric, good: Side, bad: Side) -> bytes:
    """Return the PNG of two sides, in as many colours as fit into 60 kB."""
    height = max(good.height, bad.height)
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    for n, (side, colour) in enumerate(((good, GOOD), (bad, BAD))):
        left = 0.01 + 0.5 * n
        axes = figure.add_axes((left, 0.67 / height, 0.48, (height - 1.25) / height))
        axes.set_axis_off()
        side.draw(axes)
        middle = left + 0.24
        figure.text(middle, 1 - 0.22 / height, side.what, ha="center", size=10, color=INK)
        figure.text(middle, 1 - 0.45 / height, side.ja, ha="center", size=9, color="#555555")
        value, more = reading(metric, side)
        figure.text(middle, 0.44 / height, value, ha="center", size=11, weight="bold", color=colour)
        lines = "\n".join(wrap(more, LONGEST_LINE))
        figure.text(middle, 0.37 / height, lines, ha="center", va="top", size=8, color="#555555")
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return _small(Image.open(out).convert("RGB"))


def _small(image: Image.Image) -> bytes:
    pixels = np.asarray(image).reshape(-1, 3)
    coloured = np.ptp(pixels, axis=1) > LEAST_COLOUR
    # Few red pixels would lose to many others, and they are what the picture is about.
    distance, which = cKDTree(KEPT).query(pixels)
    marked = distance < NEAR_ENOUGH
    for colours in (96, 64, 48, 32, 24, 20, 16, 12, 8):
        greys = np.repeat(np.linspace(0, 255, colours)[:, None], 3, axis=1)
        other = Image.fromarray(pixels[coloured][None]).quantize(colours).getpalette() or []
        found = np.concatenate([greys, np.reshape(other, (-1, 3))])
        palette = np.concatenate([found, KEPT])
        nearest = np.where(marked, len(found) + which, cKDTree(found).query(pixels)[1])
        small = Image.fromarray(nearest.astype(np.uint8).reshape(image.size[::-1]))
        small.putpalette(palette.astype(np.uint8).tobytes())
        out = BytesIO()
        small.save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()


def reading(metric: Metric, side: Side) -> tuple[str, str]:
    """Return what the metric says: its value and unit, then its codes and the facts asked for."""
    found = side.found
    if found.value is None:
        value = f"{metric.name}: not applicable"
    else:
        value = f"{metric.name} = {found.value:.4g} {UNITS.get(metric.unit, metric.unit)}"
    facts = [f"{name} {found.facts[name]:.4g}" for name in side.facts if name in found.facts]
    return value, " · ".join([*filter(None, [found.reason]), *found.codes, *facts])


def scan(
    pixels: NDArray[Any],
    window: tuple[float, float] | None = None,
    *,
    boxes: Sequence[Box] = (),
    mask: NDArray[np.bool_] | None = None,
    lines: Sequence[float] = (),
    gamma: float = 1.0,
    aspect: float = 1.0,
) -> Draw:
    """Show a slice (y, x) or a colour picture, with boxes and rows outlined and a mask in red."""
    shown = np.asarray(pixels)
    if shown.ndim == 2:
        low, high = window or (float(shown.min()), float(np.percentile(shown, 99.5)))
        shown = np.clip((shown - low) / (high - low), 0, 1) ** gamma

    def draw(axes: Axes) -> None:
        axes.imshow(shown, cmap="gray", vmin=0, vmax=1, aspect=aspect, interpolation="antialiased")
        if mask is not None:
            red = np.zeros((*mask.shape, 4))
            red[mask] = (0.95, 0.2, 0.15, 0.85)
            axes.imshow(red, aspect=aspect, interpolation="nearest")
        for left, top, width, height in boxes:
            axes.add_patch(
                Rectangle((left, top), width, height, fill=False, ec=MARK, lw=IMAGE_LINE)
            )
        for row in lines:
            axes.axhline(row, color=MARK, lw=1.2, ls=(0, (6, 4)))
        axes.set_xlim(-0.5, shown.shape[1] - 0.5)
        axes.set_ylim(shown.shape[0] - 0.5, -0.5)

    return draw


def grid(
    images: Sequence[NDArray[Any] | None],
    *,
    across: int,
    marked: Mapping[int, str] | None = None,
) -> Draw:
    """Show small pictures by their numbers; None is an empty frame, a marked one is outlined."""
    marks = marked or {}
    down = -(-len(images) // across)
    low, high = _ends([one for one in images if one is not None])

    def draw(axes: Axes) -> None:
        axes.set_xlim(0, across)
        axes.set_ylim(down, 0)
        axes.set_aspect("equal")
        for i, image in enumerate(images):
            x, y = i % across, i // across
            frame = Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, fill=image is None, fc="#f0f0f0")
            if image is not None:
                place = (x + 0.03, x + 0.97, y + 0.97, y + 0.03)
                axes.imshow(image, cmap="gray", vmin=low, vmax=high, extent=place)
            bad = i in marks
            frame.set_edgecolor(BAD if bad else "#888888")
            frame.set_linewidth(2.2 if bad else 0.6)
            axes.add_patch(frame)
            axes.text(
                x + 0.08,
                y + 0.18,
                str(i),
                size=7,
                color=INK,
                bbox={"fc": "white", "ec": "none", "pad": 0.8, "alpha": 0.8},
            )
            if bad and marks[i]:
                axes.text(
                    x + 0.5,
                    y + 0.6,
                    marks[i],
                    size=7,
                    color=BAD,
                    ha="center",
                    bbox={"fc": "white", "ec": "none", "pad": 1},
                )
        axes.set_xlim(0, across)
        axes.set_ylim(down, 0)

    return draw


def _ends(images: Sequence[NDArray[Any]]) -> tuple[float, float]:
    values = np.concatenate([one.ravel()[::7] for one in images])
    return float(values.min()), float(np.percentile(values, 99.5))


def stems(at: Sequence[float], marked: Sequence[int], *, unit: str = "mm") -> Draw:
    """Show slices as lines at their positions; the gap after each marked one is filled."""

    def draw(axes: Axes) -> None:
        axes.vlines(at, 0, 1, color="#33557a", lw=1.6)
        for i in marked:
            end = at[min(i + 1, len(at) - 1)]
            axes.axvspan(at[i], end if end > at[i] else at[i] + 1, color=MARK, alpha=0.25)
            axes.text((at[i] + end) / 2, 1.06, f"after {i}", ha="center", size=8, color=BAD)
        axes.set_axis_on()
        axes.set_yticks([])
        axes.set_ylim(0, 1.2)
        axes.set_xlabel(f"position along the normal, {unit}", size=8)
        axes.tick_params(labelsize=8)
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        box = axes.get_position()
        axes.set_position((box.x0 + 0.02, box.y0 + 0.13, box.width - 0.04, box.height - 0.2))

    return draw


def table(
    rows: Sequence[Sequence[str]],
    *,
    head: Sequence[str] = (),
    marked: Sequence[tuple[int, int]] = (),
    widths: Sequence[float] | None = None,
    size: float = 8,
) -> Draw:
    """Show texts in rows and columns; `marked` cells (row, column) are outlined."""

    def draw(axes: Axes) -> None:
        made = axes.table(
            [list(row) for row in rows],
            colLabels=list(head) or None,
            colWidths=list(widths) if widths else None,
            cellLoc="left",
            loc="center",
        )
        made.auto_set_font_size(False)
        made.set_fontsize(size)
        made.scale(1, min(1.45, MOST_ROWS / len(rows)))
        for (row, _), cell in made.get_celld().items():
            cell.set_edgecolor("#bbbbbb")
            cell.set_linewidth(0.6)
            if head and row == 0:
                cell.set_facecolor("#eeeeee")
        for row, column in marked:
            cell = made[row + bool(head), column]
            cell.set_facecolor("#fde0dd")
            cell.get_text().set_color(BAD)
            cell.get_text().set_weight("bold")

    return draw
