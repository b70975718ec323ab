"""A good and a bad case of each CT metric, from real scans."""  # noqa: INP001

from dataclasses import replace
from pathlib import Path

import numpy as np
from drawing import Draw, Side, scan, table
from matplotlib.axes import Axes
from pydicom.dataset import Dataset
from tests.select.inject_ct import (
    abdomen,
    cropped,
    ct_like,
    measured,
    off_scale,
    step,
    trunk,
)
from tests.select.inject_stack import rewritten

from renkei.imaging.volume import SeriesFacts, Volume
from renkei.select.case import case_of_files, case_of_volume
from renkei.select.metric import Metric, measure
from renkei.select.metrics import (
    ct_calibration,
    ct_contrast,
    ct_coverage,
    ct_metal,
    ct_motion,
    ct_noise,
    ct_protocol,
    ct_truncation,
)

SOFT = (-160, 240)
WIDE = (-1000, 1000)
CLASS_COLOURS = {"head": "#8e5ea2", "chest": "#3b8fd1", "abdomen": "#e0a100", "pelvis": "#4caf7a"}
FILES = sorted(Path("samples/ct_dicom").glob("*.dcm"))


def _slice(
    metric: Metric,
    volume: Volume,
    what: str,
    ja: str,
    *,
    window: tuple[float, float] = SOFT,
    facts: tuple[str, ...] = (),
) -> Side:
    found = measured(metric, volume)
    at = found.places[0].slice if found.places else len(volume.voxels) // 2
    return Side(what, ja, found, scan(upright(volume)[at], window), facts)


def upright(volume: Volume) -> np.ndarray:
    """Return voxels with the front of the body above and its right side left."""
    # What is stored to the patient's right or back is shown the other way round.
    signs = np.sign(np.diag(volume.geometry.axes))
    return volume.voxels[:, :: int(signs[1]), :: int(signs[0])]


def from_front(volume: Volume) -> np.ndarray:
    """Return the middle of the body as seen from the front, its head above."""
    voxels = upright(volume)
    return voxels[::-1, voxels.shape[1] // 2]


def noise() -> tuple[Side, Side]:
    """Show a liver, and the same with noise."""

    def side(what: str, ja: str, volume: Volume) -> Side:
        found = measured(ct_noise.METRIC, volume)
        liver = volume.voxels[found.places[0].slice, 170:410, 90:330]
        return Side(what, ja, found, scan(liver, SOFT), ("p90",))

    return (
        side("Abdomen as scanned", "撮影のままの腹部", abdomen()),
        side("40 HU of CT noise added", "40 HU の CT 雑音を加えた", ct_like(abdomen(), 40)),
    )


def metal() -> tuple[Side, Side]:
    """Show slices without and with a hip prosthesis."""
    metric, real = ct_metal.METRIC, trunk()
    found = measured(metric, real)
    at = found.places[0].slice
    whole = replace(real, voxels=real.voxels[-12:])
    seen = scan(upright(real)[at], WIDE, mask=upright(real)[at] >= ct_metal.METAL_HU)
    return (
        _slice(metric, whole, "Upper part without metal", "金属のない上部", window=WIDE),
        Side(
            "Hip prosthesis (red ≥ 2500 HU)", "人工股関節（赤 ≥ 2500 HU）", found, seen, ("slices",)
        ),
    )


def truncation() -> tuple[Side, Side]:
    """Show a whole body, and one that the field cuts."""
    metric, real = ct_truncation.METRIC, abdomen()
    facts = ("border", "circle")
    return (
        _slice(metric, real, "The body inside the field", "体が視野の中にある", facts=facts),
        _slice(
            metric,
            cropped(real, 0.4),
            "Field of view cut by 40 %",
            "視野を 40 % 狭めた",
            facts=facts,
        ),
    )


def calibration() -> tuple[Side, Side]:
    """Show the values of an abdomen, and the same with an offset."""
    metric = ct_calibration.METRIC

    def side(what: str, ja: str, volume: Volume) -> Side:
        found = measured(metric, volume)
        peaks = [found.facts[name] for name in ("air_hu", "soft_hu") if name in found.facts]
        return Side(what, ja, found, _histogram(volume, peaks), ("air_hu", "soft_hu"))

    return (
        side("Abdomen as scanned", "撮影のままの腹部", abdomen()),
        side("80 HU added to every value", "全ての値に 80 HU を加えた", off_scale(abdomen(), 80)),
    )


def _histogram(volume: Volume, peaks: list[float]) -> Draw:
    counts, edges = np.histogram(volume.voxels, bins=np.arange(-1100, 301, 5))

    def draw(axes: Axes) -> None:
        axes.set_axis_on()
        axes.fill_between(edges[:-1], counts, 0.5, color="#8aa3bd", lw=0)
        axes.axvspan(*ct_calibration.SOFT_EXPECTED, color="#1a7f5a", alpha=0.2)
        axes.axvline(ct_calibration.AIR_HU, color="#1a7f5a", lw=2, alpha=0.5)
        for peak in peaks:
            axes.axvline(peak, color="#c2352b", lw=1.4, ls="--")
        axes.set_yscale("log")
        axes.set_yticks([])
        axes.minorticks_off()
        axes.set_xlabel("HU: expected green, found red dashes", size=8)
        axes.tick_params(labelsize=8)
        box = axes.get_position()
        axes.set_position((box.x0 + 0.02, box.y0 + 0.12, box.width - 0.04, box.height - 0.14))

    return draw


def contrast() -> tuple[Side, Side]:
    """Show a venous abdomen and a plain trunk."""
    metric = ct_contrast.METRIC
    facts = ("phase", "mean_mm2")
    return (
        _slice(metric, abdomen(), "Abdomen, venous phase", "腹部・門脈相", facts=facts),
        _slice(metric, trunk(), "Trunk without contrast medium", "造影なしの体幹", facts=facts),
    )


def coverage() -> tuple[Side, Side]:
    """Show what each slice looks like, under a header that fits and one that does not."""
    metric, real = ct_coverage.METRIC, trunk()
    looks = [metric.look(plane) for plane in case_of_volume(real).parts()]

    def side(what: str, ja: str, part: str) -> Side:
        found = measured(metric, replace(real, facts=SeriesFacts(body_part=part)))
        return Side(what, ja, found, _classes(real, looks), ("abdomen_percent",))

    return (
        side("BodyPartExamined says ABDOMEN", "ヘッダの部位は ABDOMEN", "ABDOMEN"),
        side("BodyPartExamined says HEAD", "ヘッダの部位は HEAD", "HEAD"),
    )


def _classes(volume: Volume, looks: list) -> Draw:
    seen = from_front(volume)
    height, width = seen.shape
    shown = scan(seen, (-400, 1000))

    def draw(axes: Axes) -> None:
        shown(axes)
        for number, name, *_ in filter(None, looks):
            row = height - 1 - number
            axes.fill_between(
                [width + 4, width + 14],
                row - 0.5,
                row + 0.5,
                lw=0,
                color=CLASS_COLOURS.get(name, "#bbbbbb"),
            )
        for i, name in enumerate(CLASS_COLOURS):
            axes.text(width + 18, 10 + 14 * i, name, size=8, color=CLASS_COLOURS[name])
        axes.set_xlim(-0.5, width + 50)

    return draw


def motion() -> tuple[Side, Side]:
    """Show a trunk, and the same with a step."""
    metric, real = ct_motion.METRIC, trunk()

    def side(what: str, ja: str, volume: Volume, *, mark: bool) -> Side:
        found = measured(metric, volume)
        seen = from_front(volume)
        rows = [len(seen) - found.places[0].slice - 0.5] if mark else []
        return Side(what, ja, found, scan(seen, (-300, 1000), lines=rows), ("steps",))

    return (
        side("Trunk as scanned, from the front", "撮影のままの体幹（正面）", real, mark=False),
        side(
            "Moved by 20 mm from one slice on",
            "途中のスライスから 20 mm 動いた",
            step(real, 20),
            mark=True,
        ),
    )


def protocol() -> tuple[Side, Side]:
    """Show a real header, and one of a coarser protocol."""
    metric = ct_protocol.METRIC
    words = ("SliceThickness", "ConvolutionKernel", "KVP", "Exposure", "CTDIvol")

    def side(what: str, ja: str, files: list, marked: list[tuple[int, int]]) -> Side:
        case = case_of_files(files)
        rows = [(word, _said(case.headers[0].get(word, "—"))) for word in words]
        drawn = table(rows, head=("header", "says"), marked=marked, widths=(0.55, 0.35), size=10)
        found = measure(case, metric)[0]
        facts = ("kernel_class", "kvp", "mas", "step_mm")
        return Side(what, ja, found, drawn, facts, height=2.9)

    def thick(dataset: Dataset) -> None:
        dataset.SliceThickness, dataset.ConvolutionKernel = 5, "BONE"
        del dataset.CTDIvol

    return (
        side("Thin slices, standard kernel", "薄いスライス・標準の関数", FILES, []),
        side(
            "Thick slices, bone kernel, no dose",
            "厚いスライス・骨の関数・線量なし",
            [rewritten(f, thick) for f in FILES],
            [(0, 1), (1, 1), (4, 1)],
        ),
    )


def _said(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value).strip("[]").replace("'", "")


CASES = {
    ct_noise.METRIC: noise,
    ct_metal.METRIC: metal,
    ct_truncation.METRIC: truncation,
    ct_calibration.METRIC: calibration,
    ct_contrast.METRIC: contrast,
    ct_coverage.METRIC: coverage,
    ct_motion.METRIC: motion,
    ct_protocol.METRIC: protocol,
}
