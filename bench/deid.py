"""De-identify a 530 KB CT: a decoded slice with 179 private elements, beside a copy and pydicom."""

import io
import shutil
import tempfile
from pathlib import Path

import pydicom
from pydicom.uid import ExplicitVRLittleEndian

from bench.measure import Row, cpu_in_turns
from renkei.deid import deidentify, load_profile
from renkei.deid.pseudonym import PseudonymKey

ROOT = Path(__file__).parents[1]
PRIVATE = 179


def slice_of_530_kb() -> bytes:
    """Return a real CT slice in Explicit VR Little Endian with a private block written in."""
    dataset = pydicom.dcmread(ROOT / "samples" / "ct_dicom" / "slice_01.dcm")
    dataset.decompress()
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
    dataset.PatientID = "0011700190"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3.4.5", "1.2.3.4.5.6"
    block = dataset.private_block(0x0099, "RENKEI BENCH", create=True)
    for number in range(PRIVATE):
        block.add_new(number, "LO", f"value {number}")
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def run():
    raw = slice_of_530_kb()
    profile, key = load_profile("basic"), PseudonymKey.new()
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.dcm"), Path(folder, "out.dcm")
        source.write_bytes(raw)

        def ours():
            found = deidentify(source.read_bytes(), profile, key)
            assert found.data is not None, found.reasons
            target.write_bytes(found.data)

        def edit():
            dataset = pydicom.dcmread(source)
            dataset.PatientID = "X"
            dataset.remove_private_tags()
            dataset.save_as(target)

        mine, copied, edited = cpu_in_turns(
            ours, lambda: shutil.copyfile(source, target), edit, rounds=15
        )
    case = f"CT of {len(raw) // 1000} KB, {PRIVATE} private elements"
    yield Row("deid", case, mine * 1e3, "shutil.copyfile", copied * 1e3, "CPU ms/file")
    yield Row("deid", case, mine * 1e3, "pydicom read, edit, write", edited * 1e3, "CPU ms/file")
