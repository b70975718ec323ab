"""A good and a bad case of each MR metric: two slices of a real T1 head, and the same damaged."""  # noqa: INP001

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from drawing import Side, scan, table
from pydicom.dataset import Dataset
from tests.select.inject_mr import bias, blur, ghost, motion, rician, spike, wrap
from tests.select.inject_stack import rewritten
from tests.select.mr_series import measured, mr_header, real_mr

from renkei.select.case import case_of_files
from renkei.select.metric import Metric, measure
from renkei.select.metrics import (
    mr_bias,
    mr_efc,
    mr_ghost,
    mr_motion,
    mr_noise,
    mr_sequence,
    mr_sharpness,
    mr_snr,
    mr_spikes,
    mr_wrap,
)

Fault = Callable[[np.ndarray, int], np.ndarray]
FILES = sorted(Path("samples/mr_dicom").glob("*.dcm"))
WORDS = ("ScanningSequence", "RepetitionTime", "EchoTime", "FlipAngle", "SeriesDescription")


def pair(
    metric: Metric,
    fault: Fault,
    what: str,
    ja: str,
    *,
    facts: tuple[str, ...] = (),
    gamma: float = 1.0,
    near: bool = False,
) -> tuple[Side, Side]:
    """Return the head as scanned and with a fault; a gamma below 1 lights up its air."""
    part = slice(44, 212) if near else slice(None)
    clean = real_mr("t1")
    sides = (
        ("T1 head as scanned", "撮影のままの T1 頭部", list(clean)),
        (what, ja, [fault(one, seed) for seed, one in enumerate(clean)]),
    )
    found = [measured(metric, pixels, mr_header()) for *_, pixels in sides]
    at = found[1].places[0].slice if found[1].places else 1
    window = (0.0, float(np.percentile(clean[at], 99.5)))
    good, bad = (
        Side(*words, one, scan(pixels[at][part, part], window, gamma=gamma), facts)
        for (*words, pixels), one in zip(sides, found, strict=True)
    )
    return good, bad


def sequence() -> tuple[Side, Side]:
    """Show the times of a real protocol, and the same without TE."""

    def side(what: str, ja: str, files: list, marked: list[tuple[int, int]]) -> Side:
        case = case_of_files(files)
        rows = [(word, str(case.headers[0].get(word, "—"))) for word in WORDS]
        drawn = table(rows, head=("header", "says"), marked=marked, widths=(0.45, 0.5), size=9)
        found = measure(case, mr_sequence.METRIC)[0]
        facts = ("share_pd", "tr_ms", "te_ms", "echo_train")
        return Side(what, ja, found, drawn, facts, height=2.9)

    def unsaid(dataset: Dataset) -> None:
        del dataset.EchoTime
        dataset.SeriesDescription = "AX PD HEAD"

    return (
        side("The times say proton density", "時間からプロトン密度とわかる", FILES, []),
        side(
            "Without TE no name makes a class",
            "TE がなければ名前からは決めない",
            [rewritten(f, unsaid) for f in FILES],
            [(2, 1)],
        ),
    )


def of(fault: Callable[..., np.ndarray], degree: float, **more: int) -> Fault:
    """Return a fault of a degree, as a function of pixels and seed."""
    return lambda pixels, seed: fault(pixels, degree, seed, **more)


CASES = {
    mr_noise.METRIC: partial(
        pair,
        mr_noise.METRIC,
        of(rician, 0.08),
        "8 % of Rician noise",
        "8 % の Rice 雑音",
        facts=("air_sigma",),
        gamma=0.7,
        near=True,
    ),
    mr_snr.METRIC: partial(
        pair,
        mr_snr.METRIC,
        of(rician, 0.12),
        "12 % of Rician noise",
        "12 % の Rice 雑音",
        near=True,
    ),
    mr_sharpness.METRIC: partial(
        pair, mr_sharpness.METRIC, of(blur, 2), "Gaussian blur of 2 px", "2 画素のぼけ", near=True
    ),
    mr_efc.METRIC: partial(
        pair,
        mr_efc.METRIC,
        of(motion, 4, axis=0),
        "Head moved by 4 px while scanned",
        "撮影中に頭が 4 画素動いた",
        gamma=0.6,
    ),
    mr_ghost.METRIC: partial(
        pair,
        mr_ghost.METRIC,
        of(ghost, 0.25, axis=0),
        "Every second line 25 % weaker",
        "一本おきの行が 25 % 弱い",
        facts=("k_line_x", "k_line_y"),
        gamma=0.5,
    ),
    mr_motion.METRIC: partial(
        pair,
        mr_motion.METRIC,
        of(motion, 4, axis=0),
        "Head moved by 4 px while scanned",
        "撮影中に頭が 4 画素動いた",
        gamma=0.5,
    ),
    mr_spikes.METRIC: partial(
        pair,
        mr_spikes.METRIC,
        of(spike, 96),
        "One point of k-space 96 times too bright",
        "k 空間の一点が 96 倍明るい",
        gamma=0.7,
    ),
    mr_bias.METRIC: partial(
        pair,
        mr_bias.METRIC,
        of(bias, 1.2),
        "Uneven light of the coil",
        "コイルによる明るさのむら",
        near=True,
    ),
    mr_wrap.METRIC: partial(
        pair,
        mr_wrap.METRIC,
        of(wrap, 0.4, axis=0),
        "Field 0.8 times as wide as the head",
        "頭の幅の 0.8 倍の視野",
        facts=("edge_x", "edge_y"),
    ),
    mr_sequence.METRIC: sequence,
}
