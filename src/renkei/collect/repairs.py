"""Repair a held DICOM file without touching its pixels, in a process that may be killed."""

import io

from renkei.errors import DataRefusedError
from renkei.imaging.dicom import read_header

EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
IMPLICIT_LITTLE = "1.2.840.10008.1.2"


class NotRepairableError(DataRefusedError):
    """The repair does not fit the file."""


def name_subject(data: bytes, pseudonym: str) -> bytes:
    """Return the file with another PatientID; nothing else of the data set changes.

    Raises:
        DataRefusedError: It cannot be read.
    """
    dataset = read_header(data)
    dataset.PatientID = pseudonym
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def add_meta(data: bytes) -> bytes:
    """Return a bare data set with the preamble and file meta that PS3.10 7.1 wants.

    The encoding is read off the bytes; compressed pixels do not say how, so they are refused.

    Raises:
        NotRepairableError: It has its file meta, is no data set, or its pixels are compressed.
    """
    import pydicom
    from pydicom.dataset import FileMetaDataset

    if data[128:132] == b"DICM":
        raise NotRepairableError("The file has its file meta; it needs another repair.")
    try:
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
        # Every element once: a damaged one fails here and not in the middle of writing.
        dataset.walk(lambda _parent, _element: None)
        sop, sop_class = dataset.get("SOPInstanceUID"), dataset.get("SOPClassUID")
    except Exception as error:  # pydicom leaks many kinds for bytes that are no data set
        raise NotRepairableError("The bytes are no DICOM data set; send the original.") from error
    pixels = dataset.get_item("PixelData")
    if not sop or not sop_class or (pixels is not None and pixels.is_undefined_length):
        raise NotRepairableError("The file does not say enough; send the original.")
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = pydicom.uid.UID(
        IMPLICIT_LITTLE if dataset.original_encoding[0] else EXPLICIT_LITTLE
    )
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, sop
    dataset.file_meta, dataset.preamble = meta, b"\0" * 128
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()
