"""Denoising beside scikit-image, dipy and SimpleITK: gain over a known truth, edges, time, memory.

Truth is a real scan; what is added is known: Rician noise of 6 % on a T1 head, white noise of 30 HU
on a CT, and 30 HU of noise projected and reconstructed as a CT does it.
"""

import ctypes
import os
import re
import time
from functools import partial
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from scipy import ndimage
from skimage.metrics import structural_similarity
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle
from skimage.transform import iradon, radon

from bench.measure import Row, import_peers
from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume, read_series
from renkei.preprocess.body import tissue
from renkei.preprocess.held import Scan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.denoise import STEP

SAMPLES = Path(__file__).parents[1] / "samples"
SEED = 0
SIGMA_HU = 30.0
RICIAN = 0.06
# Of water at CT's mean energy, per mm.
WATER = 0.0195
PHOTONS = 2e4
VIEWS = 360


def run():
    import_peers()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    for about, truth, noisy, sigma, rician in cases():
        body = tissue(truth)
        clean = truth.voxels.astype(np.float32)
        peak = float(np.percentile(clean, 99.5) - np.percentile(clean, 0.5))
        ours = measured(partial(step, noisy), noisy, clean, body, peak)
        given = noisy.voxels.astype(np.float32)
        for name, work in peers(given, sigma, rician=rician).items():
            peer = measured(work, noisy, clean, body, peak)
            yield Row("denoise", f"{about}: PSNR", ours[0], name, peer[0], "dB", 1.0, higher=True)
            yield Row("denoise", f"{about}: SSIM", ours[1], name, peer[1], "of 1", 1.0, higher=True)
            yield Row("denoise", f"{about}: edges kept", ours[2], name, peer[2], "of 1")
            yield Row("denoise", f"{about}: time", ours[3], name, peer[3], "CPU s", 1.0)
            yield Row("denoise", f"{about}: peak", ours[4], name, peer[4], "MB")


def cases():
    """Yield name, truth, noisy scan, sigma of the noise and whether it is Rician."""
    random = np.random.default_rng(SEED)
    head = read_nifti(SAMPLES / "pair_ct_mr" / "mri_t1_example.nii.gz", modality="MR")
    sigma = RICIAN * float(np.percentile(head.voxels, 99.5))
    noise = random.normal(0, sigma, (2, *head.voxels.shape))
    noisy = np.hypot(head.voxels + noise[0], noise[1]).astype(np.float32)
    yield "T1 head, Rician 6 %", head, with_voxels(head, noisy), sigma, True
    ct = soft_ct()
    white = random.normal(0, SIGMA_HU, ct.voxels.shape)
    projected = ct_noise(ct.voxels, random)
    for about, grain in (("CT, white 30 HU", white), ("CT, projected 30 HU", projected)):
        noisy = np.rint(ct.voxels + grain).astype(np.int16)
        yield about, ct, with_voxels(ct, noisy), SIGMA_HU, False


def with_voxels(volume, voxels):
    return Volume(voxels, volume.geometry, volume.modality)


def soft_ct():
    """Return 12 slices of a real CT at half its matrix, its own noise averaged to 5 HU."""
    ct = read_series(sorted((SAMPLES / "ct_dicom").glob("*.dcm")))
    voxels = ct.voxels[4:16].astype(np.float32).reshape(12, 256, 2, 256, 2).mean((2, 4))
    voxels = ndimage.gaussian_filter(voxels, (0.5, 0.6, 0.6))
    dz, dy, dx = ct.geometry.spacing
    return Volume(
        np.rint(voxels).astype(np.int16), Geometry(voxels.shape, (dz, 2 * dy, 2 * dx)), "CT"
    )


def ct_noise(hu, random):
    """Return photon noise of each slice's projections, filtered back; its SD in the body is 30."""
    side, mm = hu.shape[1], 1.95
    angles = np.linspace(0, 180, VIEWS, endpoint=False)
    y, x = np.indices((side, side)) - (side - 1) / 2
    circle = y * y + x * x < (side / 2 - 1) ** 2
    slices = []
    for plane in hu.astype(np.float64):
        lines = radon(np.clip(1 + plane / 1000, 0, None) * WATER * mm * circle, angles, circle=True)
        grain = random.normal(0, 1, lines.shape) * np.exp(lines / 2) / np.sqrt(PHOTONS)
        slices.append(iradon(grain, angles, filter_name="hann", circle=True))
    noise = np.array(slices)
    return noise * SIGMA_HU / noise[(hu > -500) & circle].std()


def step(noisy):
    """Return what the step gives: it measures the noise, chooses, denoises and proves itself."""
    return STEP.run(Scan(noisy), STEP.settle({})).scan.image.voxels


def peers(given, sigma, *, rician):
    """Return each peer's work; all are told the noise that ours has to measure."""
    from dipy.denoise.nlmeans import nlmeans

    image = sitk.GetImageFromArray(given)
    # dipy cuts at zero, so a CT is lifted over it.
    lift = 0 if rician else 2000

    def dipy():
        found = nlmeans(given + lift, sigma, rician=rician, num_threads=1, patch_radius=1)
        return found - lift

    return {
        "dipy nlmeans": dipy,
        "scikit-image NLM": lambda: denoise_nl_means(
            given, patch_size=3, patch_distance=2, h=0.8 * sigma, sigma=sigma, fast_mode=True
        ),
        "scikit-image TV": lambda: denoise_tv_chambolle(given, weight=0.5 * sigma),
        "SimpleITK curvature flow": lambda: sitk.GetArrayFromImage(
            sitk.CurvatureFlow(image, 0.0625, 5)
        ),
        "SimpleITK bilateral": lambda: sitk.GetArrayFromImage(
            sitk.Bilateral(image, 1.5, 2 * sigma, 100)
        ),
    }


def measured(work, noisy, truth, body, peak):
    """Return PSNR in dB, mean SSIM, the share of edge strength kept, CPU seconds and MB."""
    started = time.process_time()
    try:
        found = np.asarray(work(), dtype=np.float32)
    except StepRefusedError:
        found = noisy.voxels.astype(np.float32)
    taken = time.process_time() - started
    grown = peak_of(work)
    error = float(np.square(found - truth)[body].mean())
    _, alike = structural_similarity(
        truth, found, data_range=peak, gaussian_weights=True, use_sample_covariance=False, full=True
    )
    was, now = (
        np.sqrt(sum(g * g for g in np.gradient(ndimage.gaussian_filter(v, 1.0))))
        for v in (truth, found)
    )
    edges = was >= np.percentile(was, 99)
    kept = float(np.median(now[edges] / was[edges]))
    return 10 * np.log10(peak**2 / error), float(alike[body].mean()), kept, taken, grown


def peak_of(work):
    """Return by how many MB the memory of a process of its own grows over the work."""
    # Else it would take what this process has freed, and seem to need nothing.
    ctypes.CDLL(None).malloc_trim(0)
    reading, writing = os.pipe()
    if not (child := os.fork()):
        before = resident()
        try:
            work()
        except StepRefusedError:
            pass
        finally:
            os.write(writing, str(resident() - before).encode())
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        grown = float(told.read())
    os.waitpid(child, 0)
    return grown


def resident():
    """Return the most memory that this process ever held, in MB."""
    said = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", said)[1]) / 1024
