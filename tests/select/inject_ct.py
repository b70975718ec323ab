"""Faults of a CT put in by degrees; degree 0 of each is the sham.

Every copy goes the same way: each slice moved by a fraction of a pixel through its spectrum and
back, changed, its fill (the lowest value) put back, and rounded.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from scipy import ndimage
from scipy.stats import spearmanr

from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import SeriesFacts, Volume, read_series
from renkei.select.case import case_of_volume
from renkei.select.metric import Measured, Metric, measure

Fault = Callable[[Volume, float], Volume]
AIR = -1000


@cache
def abdomen() -> Volume:
    """Return a real abdomen of 512 x 512 pixels; three slices of it."""
    return read_series(sorted(Path("samples/ct_dicom").glob("*.dcm"))[8:11])


@cache
def trunk() -> Volume:
    """Return a real trunk without contrast, of 3 mm voxels, with a hip prosthesis."""
    return read_nifti(Path("samples/ct_nifti/example_ct.nii.gz"), modality="CT")


@cache
def skull() -> Volume:
    """Return six slices of a real head."""
    head = read_nifti(Path("samples/pair_ct_mr/ct_example.nii.gz"), modality="CT")
    return volume(head.voxels[8:14], head.geometry.spacing)


def volume(voxels: np.ndarray, spacing: tuple[float, float, float] = (3, 1, 1)) -> Volume:
    return Volume(voxels, Geometry(voxels.shape, spacing), "CT", facts=SeriesFacts())


def measured(metric: Metric, scan: Volume) -> Measured:
    return measure(case_of_volume(scan), metric)[0]


def disc(
    radius: float, size: int = 256, *, hu: float = 50, sd: float = 8, flat: float = 1
) -> np.ndarray:
    """Return one even body in air, with noise everywhere; `flat` is its height by its width."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    noise = np.random.default_rng(7).normal(0, sd, (size, size))
    return np.rint(np.where(np.hypot(y / flat, x) < radius, hu, AIR) + noise).astype(np.int16)


def remade(scan: Volume, change: Callable[[np.ndarray], np.ndarray]) -> Volume:
    """Return a copy of a scan: moved by 0.3 of a pixel and back, changed, rounded."""
    there = np.fft.fft2(scan.voxels.astype(np.float64))
    away = np.fft.ifft2(_moved(there, 0.3, -0.2)).real
    back = np.fft.ifft2(_moved(np.fft.fft2(away), -0.3, 0.2)).real
    voxels = change(back)
    voxels[scan.voxels == scan.voxels.min()] = scan.voxels.min()
    return replace(scan, voxels=np.clip(np.rint(voxels), -1024, 3071).astype(np.int16))


def white(scan: Volume, sd: float) -> Volume:
    """Add white noise of `sd` HU."""
    return remade(scan, lambda v: v + np.random.default_rng(3).normal(0, sd, v.shape))


def ct_like(scan: Volume, sd: float) -> Volume:
    """Add noise with the spectrum of filtered back projection: f * exp(-(f/0.25)^2), f per mm."""
    shape, (_, dy, dx) = scan.voxels.shape, scan.geometry.spacing
    fy, fx = np.fft.fftfreq(shape[1], dy), np.fft.fftfreq(shape[2], dx)
    f = np.hypot(fy[:, None], fx[None, :])
    noise = np.random.default_rng(3).normal(size=shape)
    noise = np.fft.ifft2(np.fft.fft2(noise) * np.sqrt(f * np.exp(-((f / 0.25) ** 2)))).real
    return remade(scan, lambda v: v + sd * noise / noise.std())


def step(scan: Volume, mm: float) -> Volume:
    """Move the patient by `mm` in the plane from the middle slice on."""
    _, dy, dx = scan.geometry.spacing

    def moved(v: np.ndarray) -> np.ndarray:
        half = len(v) // 2
        v[half:] = np.fft.ifft2(_moved(np.fft.fft2(v[half:]), 0.6 * mm / dy, 0.8 * mm / dx)).real
        return v

    return remade(scan, moved)


def off_scale(scan: Volume, hu: float) -> Volume:
    """Add `hu` to every value."""
    return remade(scan, lambda v: v + hu)


def cropped(scan: Volume, share: float) -> Volume:
    """Cut the field of view so that `share` of its sides is gone."""
    _, height, width = scan.voxels.shape
    y, x = round(share * height / 2), round(share * width / 2)
    kept = remade(scan, lambda v: v).voxels[:, y : height - y, x : width - x]
    return replace(scan, voxels=kept)


def in_circle(scan: Volume, share: float) -> Volume:
    """Fill what lies beyond a circle of (1 - `share`) of the field of view."""
    _, height, width = scan.voxels.shape
    y, x = np.mgrid[:height, :width]
    far = np.hypot(y - (height - 1) / 2, x - (width - 1) / 2) > (1 - share) * min(height, width) / 2

    def filled(v: np.ndarray) -> np.ndarray:
        v[:, far] = -1024
        return v

    return remade(scan, filled)


def dose_response(
    metric: Metric, scan: Volume, fault: Fault, degrees: tuple[float, ...]
) -> tuple[float, float]:
    """Return Spearman's rho of degree and value, and the sham's drift in parts of degree 1."""
    clean, sham = measured(metric, scan).value, measured(metric, fault(scan, 0)).value
    values = [measured(metric, fault(scan, degree)).value for degree in degrees]
    rho = float(spearmanr([0, *degrees], [sham, *values])[0])
    return rho, abs(sham - clean) / max(abs(values[0] - sham), 1e-9)


def _moved(spectrum: np.ndarray, y: float, x: float) -> np.ndarray:
    return ndimage.fourier_shift(spectrum, (0, y, x))
