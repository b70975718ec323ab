"""Series → volume: our reader beside SimpleITK, dcm2niix and a plain pydicom loop.

CPU of reading alone, in turns; peak memory in a fresh process each, above what its imports take.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk

from bench.measure import Row, cpu_in_turns
from renkei.imaging.made import write_ct_series
from renkei.imaging.volume import read_series

ROOT = Path(__file__).parents[1]
DCM2NIIX = ROOT / ".venv-peers" / "bin" / "dcm2niix"
SLICES, ROUNDS = 300, 5
sitk.ProcessObject.SetGlobalWarningDisplay(False)  # uneven steps are said by our own reader
# Run in a fresh process: reads a folder, prints how far the peak rose above the start, in MB.
PEAK = """
import re, sys
from pathlib import Path
import bench.volume as b
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
paths = sorted(Path(sys.argv[1]).glob("*.dcm"))
works = {"ours": b.read_series, "sitk": b.with_sitk, "pydicom": b.with_pydicom}
works[sys.argv[2]](paths[:2])
before = peak()
held = works[sys.argv[2]](paths)
print(peak() - before)
"""


def with_pydicom(paths):
    found = [pydicom.dcmread(p) for p in paths]
    found.sort(key=lambda d: float(d.ImagePositionPatient[2]))
    return np.stack([d.pixel_array * float(d.get("RescaleSlope", 1)) for d in found])


def with_sitk(paths):
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([str(p) for p in paths])
    return sitk.GetArrayFromImage(reader.Execute())


def with_sitk_sorting(folder):
    return with_sitk(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))


def with_dcm2niix(folder):
    """Convert without compression; writing the file is a part of what it does."""
    with tempfile.TemporaryDirectory() as out:
        asked = ["-z", "n", "-b", "n", "-o", out, "-f", "x", folder]
        subprocess.run([DCM2NIIX, *asked], check=True, stdout=subprocess.DEVNULL)


def run():
    for folder, about in (("ct_dicom", "CT 20 × 512², JPEG 2000"), ("mr_dicom", "MR 20 × 256²")):
        paths = sorted((ROOT / "samples" / folder).glob("*.dcm"))
        # One MR file ends in zeros, which the other readers take for elements.
        paths = [p for p in paths if p.name != "brain_001.dcm"]
        works = (
            lambda paths=paths: read_series(paths),
            lambda paths=paths: with_sitk(paths),
            lambda paths=paths: with_pydicom(paths),
        )
        mine, itk, plain = cpu_in_turns(*works, rounds=5)
        yield Row("volume", about, mine * 1e3, "SimpleITK", itk * 1e3, "CPU ms")
        yield Row("volume", about, mine * 1e3, "pydicom", plain * 1e3, "CPU ms")
    with tempfile.TemporaryDirectory() as folder:
        write_large(Path(folder))
        yield from _large(Path(folder))


def write_large(folder):
    """Write 300 × 512² of plain CT in no order of names, tiled from the sample's slices."""
    sample = read_series(sorted((ROOT / "samples" / "ct_dicom").glob("*.dcm")))
    voxels = np.concatenate([sample.voxels] * (SLICES // len(sample.voxels)))
    step = sample.geometry.spacing
    grid = replace(sample.geometry, shape=voxels.shape, spacing=(1.0, *step[1:]))
    files = write_ct_series(replace(sample, voxels=voxels, geometry=grid), {"PatientID": "P1"})
    for n, data in enumerate(files):
        (folder / f"{n * 7 % SLICES:04d}.dcm").write_bytes(data)


def _large(folder):
    about = f"CT {SLICES} × 512², plain"
    paths = sorted(folder.glob("*.dcm"))
    in_order = list(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
    works = {
        "": lambda: read_series(paths),
        "SimpleITK, in order already": lambda: with_sitk(in_order),
        "SimpleITK, sorting": lambda: with_sitk_sorting(folder),
    }
    goals = {"SimpleITK, sorting": 0.5, "dcm2niix": 1.0}
    if DCM2NIIX.exists():
        works["dcm2niix"] = lambda: with_dcm2niix(folder)
    taken = _turns(works)
    mine = taken.pop("")
    for name, seconds in taken.items():
        yield Row("volume", about, mine, name, seconds, "CPU s", goals.get(name))
    peak = {name: _peak(folder, name) for name in ("ours", "sitk", "pydicom")}
    for name, peer in (("sitk", "SimpleITK"), ("pydicom", "pydicom")):
        yield Row("volume", f"{about}, peak", peak["ours"], peer, peak[name], "MB", 1.0)
    one = SLICES * 512 * 512 * 2 / 2**20
    yield Row("volume", f"{about}, peak", peak["ours"], "one copy of the voxels", one, "MB", 1.2)


def _turns(works):
    """Return the median CPU seconds of each work, its child processes with it."""
    taken = {name: [] for name in works}
    for turn in range(ROUNDS + 1):
        for name, work in works.items():
            started = sum(os.times()[:4])
            work()
            if turn:
                taken[name].append(sum(os.times()[:4]) - started)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def _peak(folder, name):
    command = [sys.executable, "-c", PEAK, folder, name]
    return float(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
