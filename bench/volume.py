"""Series → volume: our reader beside SimpleITK's and a plain pydicom loop, on real series."""

from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk

from bench.measure import Row, cpu_in_turns
from renkei.imaging.volume import read_series

ROOT = Path(__file__).parents[1]
sitk.ProcessObject.SetGlobalWarningDisplay(False)  # uneven steps are said by our own reader


def with_pydicom(paths):
    found = [pydicom.dcmread(p) for p in paths]
    found.sort(key=lambda d: float(d.ImagePositionPatient[2]))
    return np.stack([d.pixel_array * float(d.get("RescaleSlope", 1)) for d in found])


def with_sitk(paths):
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames([str(p) for p in paths])
    return sitk.GetArrayFromImage(reader.Execute())


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
