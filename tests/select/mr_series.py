"""Two real MR series, and how a metric answers to a fault that is put into them by degrees."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from scipy.stats import spearmanr

from renkei.select.case import Case, Plane, case_of_files
from renkei.select.metric import Measured, Metric, measure

Fault = Callable[[np.ndarray, float, int], np.ndarray]
SERIES = ("pd", "t1")
# Along which axis of (y, x) phase was encoded: said for the one, assumed for the other.
PHASE = {"pd": 1, "t1": 0}


@cache
def real_mr(name: str, slices: tuple[int, ...] = (8, 13)) -> tuple[np.ndarray, ...]:
    """Return slices of a real head: proton density of 2001, T1 of the RIRE project."""
    pd = sorted(Path("samples/mr_dicom").glob("*.dcm"))
    t1 = [Path("samples/pair_ct_mr/mri_t1_example.nii.gz")]
    case = case_of_files(pd if name == "pd" else t1, modality="MR")
    return tuple(plane.pixels for plane in case.parts() if plane.number in slices)


def mr_header(**said: object) -> Dataset:
    """Return a header of a T1 head with its phase along y, changed as said."""
    header = Dataset()
    first = {
        "ScanningSequence": "SE",
        "RepetitionTime": 500,
        "EchoTime": 15,
        "InPlanePhaseEncodingDirection": "COL",
    }
    for keyword, value in {**first, **said}.items():
        setattr(header, keyword, value)
    return header


def mr_case(pixels: Sequence[np.ndarray], header: Dataset | None = None) -> Case:
    """Return slices as a case, each with the same header."""
    planes = [Plane(n, one, one, (1.0, 1.0), header) for n, one in enumerate(pixels)]
    return Case("MR", headers=(header,) * len(planes) if header else (), parts=lambda: iter(planes))


def measured(metric: Metric, pixels: Sequence[np.ndarray], header: Dataset | None) -> Measured:
    """Measure slices by one metric."""
    return measure(mr_case(pixels, header), metric)[0]


def dose_response(
    metric: Metric,
    name: str,
    fault: Fault,
    degrees: Sequence[float],
    slices: tuple[int, ...] = (8, 13),
) -> tuple[float, float]:
    """Return Spearman's rho over the degrees, and the sham's shift over that of the first degree.

    Degree 0 is the sham. The sign of rho says which way the value goes.
    """
    clean = real_mr(name, slices)
    header = mr_header(InPlanePhaseEncodingDirection=("COL", "ROW")[PHASE[name]])

    def value(pixels: Sequence[np.ndarray]) -> float:
        found = measured(metric, pixels, header).value
        assert found is not None
        return found

    values = [value([fault(p, d, n) for n, p in enumerate(clean)]) for d in (0, *degrees)]
    whole = value(clean)
    rho = float(spearmanr((0, *degrees), values).statistic)
    return rho, abs(values[0] - whole) / max(abs(values[1] - whole), 1e-9)


def head(signal: float = 1000.0, *, size: int = 256, sd: float = 0.0, seed: int = 0) -> np.ndarray:
    """Return an even ellipse in air with Rician noise of a known SD."""
    y, x = np.mgrid[:size, :size] / size - 0.5
    body = np.where((x / 0.3) ** 2 + (y / 0.38) ** 2 < 1, signal, 0.0)
    random = np.random.default_rng(seed)
    noisy = np.hypot(body + random.normal(0, sd, body.shape), random.normal(0, sd, body.shape))
    return np.rint(noisy).astype(np.int16)
