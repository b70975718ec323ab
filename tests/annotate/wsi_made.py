"""A slide in DICOM as small as OpenSlide opens it: one tile of 80 × 80 pixels, 0.5 µm each."""

import io

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset

SLIDE_UID = "2.25.11"
SIDE = 80
SAID = {
    "SOPClassUID": "1.2.840.10008.5.1.4.1.1.77.1.6",
    "SOPInstanceUID": SLIDE_UID,
    "SeriesInstanceUID": "2.25.12",
    "StudyInstanceUID": "2.25.13",
    "FrameOfReferenceUID": "2.25.14",
    "ContainerIdentifier": "x",
    "Modality": "SM",
    "PatientID": "P1",
    "ImageType": ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"],
    "Rows": SIDE,
    "Columns": SIDE,
    "TotalPixelMatrixRows": SIDE,
    "TotalPixelMatrixColumns": SIDE,
    "NumberOfFrames": 1,
    "SamplesPerPixel": 3,
    "PhotometricInterpretation": "RGB",
    "PlanarConfiguration": 0,
    "BitsAllocated": 8,
    "BitsStored": 8,
    "HighBit": 7,
    "PixelRepresentation": 0,
    "DimensionOrganizationType": "TILED_FULL",
    "TotalPixelMatrixFocalPlanes": 1,
    "NumberOfOpticalPaths": 1,
}
EMPTY = ("PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID")


def dicom_slide() -> bytes:
    """Return the file of the slide."""
    slide, meta, measures, shared = Dataset(), FileMetaDataset(), Dataset(), Dataset()
    for keyword, value in (SAID | dict.fromkeys(EMPTY, "")).items():
        setattr(slide, keyword, value)
    slide.AccessionNumber = slide.ReferringPhysicianName = ""
    measures.PixelSpacing, measures.SliceThickness = [0.0005, 0.0005], 0.001
    shared.PixelMeasuresSequence = [measures]
    slide.SharedFunctionalGroupsSequence = [shared]
    slide.PixelData = np.full((SIDE, SIDE, 3), 200, np.uint8).tobytes()
    meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    meta.MediaStorageSOPClassUID = slide.SOPClassUID
    meta.MediaStorageSOPInstanceUID = slide.SOPInstanceUID
    slide.file_meta = meta
    out = io.BytesIO()
    slide.save_as(out, enforce_file_format=True)
    return out.getvalue()
