"""Words drawn into real pictures, as consoles burn them in."""

import importlib.util
import io
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image, ImageDraw, ImageFont
from pydicom.encaps import encapsulate

SAMPLES = Path(__file__).parents[2] / "samples"
CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
ULTRASOUND = "1.2.840.10008.5.1.4.1.1.3.1"


def font(size):
    spec = importlib.util.find_spec("matplotlib_fontja")
    return ImageFont.truetype(Path(spec.origin).parent / "fonts" / "ipaexg.ttf", size)


def write(values, words, *, value, size=16):
    """Return the pixels (y, x) with words at (x, y), in that value; letters have hard edges."""
    drawn = Image.new("1", values.shape[::-1])
    pen = ImageDraw.Draw(drawn)
    for (x, y), text in words:
        pen.text((x, y), text, fill=1, font=font(size))
    found = values.copy()
    found[np.array(drawn)] = value
    return found


def encoded(dataset):
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def ct(n, words, *, hu):
    """Return a native CT slice of 256² with words, sent as a screen save."""
    ds = pydicom.dcmread(SAMPLES / "ct_dicom" / f"slice_{n:02}.dcm")
    stored = ds.pixel_array[::2, ::2]
    plain = write(stored, words, value=hu - int(ds.RescaleIntercept))
    ds.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    ds.PixelData, ds.Rows, ds.Columns = plain.tobytes(), *plain.shape
    ds["PixelData"].VR = "OW"
    ds.ImageType = ["DERIVED", "SECONDARY", "SCREEN SAVE"]
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID
    ds.SeriesInstanceUID, ds.StudyInstanceUID, ds.PatientID = "1.2.3.4", "1.2.3.5", "0090417723"
    return encoded(ds)


def clip(streams, syntax, *, rows=256, columns=256, samples=1, photometric="MONOCHROME2"):
    """Return a compressed ultrasound clip of 8 bits."""
    ds = pydicom.dcmread(SAMPLES / "mr_dicom" / "brain_005.dcm")
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = ULTRASOUND
    ds.file_meta.TransferSyntaxUID, ds.Modality, ds.PatientID = syntax, "US", "0090417723"
    ds.PixelData, ds.NumberOfFrames = encapsulate(streams), len(streams)
    ds["PixelData"].VR = "OB"
    ds.Rows, ds.Columns, ds.SamplesPerPixel = rows, columns, samples
    ds.PhotometricInterpretation, ds.PixelRepresentation = photometric, 0
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit = 7
    if samples == 3:
        ds.PlanarConfiguration = 0
    for keyword in ("RescaleSlope", "RescaleIntercept"):
        if keyword in ds:
            del ds[keyword]
    return encoded(ds)
