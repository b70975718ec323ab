"""A PACS of the tests: a real Orthanc with DICOMweb on loopback, and the programs of dcmtk."""

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pydicom
from pydicom.uid import ExplicitVRLittleEndian
from tests.hospital.site_made import SAMPLES

ORTHANC = shutil.which("Orthanc", path=os.pathsep.join(["/usr/sbin", os.environ["PATH"]]))
PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
MISSING = ORTHANC is None or not PLUGIN.exists()
WHY = "apt-get install orthanc orthanc-dicomweb"
TOOL = "RENKEI"


def dcmtk(name):
    """Return the program of dcmtk: pynetdicom brings others of the same names."""
    own = Path(sys.executable).parent
    folders = [f for f in os.environ["PATH"].split(os.pathsep) if Path(f) != own]
    return shutil.which(name, path=os.pathsep.join(folders))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@dataclass(frozen=True)
class Pacs:
    """Where the PACS is, and to which port it sends on C-MOVE."""

    port: int
    web_port: int
    move_port: int

    @property
    def dimse(self):
        return f"ORTHANC@127.0.0.1:{self.port}"

    @property
    def web(self):
        return f"http://127.0.0.1:{self.web_port}/dicom-web"

    def keep(self, data):
        """Store one file by the PACS's own web service."""
        address = f"http://127.0.0.1:{self.web_port}/instances"
        httpx2.post(address, content=data, timeout=60).raise_for_status()

    def original(self, sop_uid):
        """Return the file as the PACS keeps it."""
        base = f"http://127.0.0.1:{self.web_port}"
        (one,) = httpx2.post(f"{base}/tools/lookup", content=sop_uid, timeout=60).json()
        return httpx2.get(f"{base}/instances/{one['ID']}/file", timeout=60).content


@contextmanager
def orthanc(folder: Path, *, limit=0, no_delay=True):
    """Start an Orthanc in a folder and end it by its own id; `limit` cuts its C-FIND answers."""
    folder.mkdir(parents=True, exist_ok=True)
    pacs = Pacs(free_port(), free_port(), free_port())
    settings = {
        "StorageDirectory": str(folder / "storage"), "IndexDirectory": str(folder / "index"),
        "Plugins": [str(PLUGIN)], "DicomAet": "ORTHANC", "DicomPort": pacs.port,
        "HttpPort": pacs.web_port, "RemoteAccessAllowed": False, "AuthenticationEnabled": False,
        "DicomAlwaysAllowEcho": False, "DicomCheckModalityHost": False,
        "LimitFindResults": limit, "LimitFindInstances": 0, "OverwriteInstances": False,
        "DicomModalities": {
            "tool": {"AET": TOOL, "Host": "127.0.0.1", "Port": pacs.move_port,
                     "AllowGet": True, "AllowMove": True, "AllowFind": True, "AllowEcho": True},
        },
        "DicomWeb": {"Enable": True}, "DefaultEncoding": "Utf8",
    }  # fmt: skip
    (folder / "pacs.json").write_text(json.dumps(settings), "utf-8")
    environment = {**os.environ, "TCP_NODELAY": "1" if no_delay else "0"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [ORTHANC, str(folder / "pacs.json")], stdout=log, stderr=log, env=environment
        )
        try:
            _await(process, pacs)
            yield pacs
        finally:
            process.terminate()
            process.wait(20)


def _await(process, pacs):
    for _ in range(300):
        assert process.poll() is None, "Orthanc ended at once"
        try:
            httpx2.get(f"http://127.0.0.1:{pacs.web_port}/system", timeout=5).raise_for_status()
        except httpx2.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("Orthanc does not answer")


def ct(number, *, study="1.2.3.1", series="1.2.3.1.1", decoded=True, **values):
    """Return a real CT slice as a PACS holds it, with invented identity and these values."""
    dataset = pydicom.dcmread(sorted((SAMPLES / "ct_dicom").glob("*.dcm"))[number % 20])
    if decoded:
        dataset.decompress()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    uid = f"{series}.{number}"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = uid
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, series
    told = {
        "SpecificCharacterSet": "ISO_IR 192", "PatientID": "0090417723", "AccessionNumber": "A1",
        "PatientName": "山寺^太郎左", "PatientBirthDate": "19520318", "StudyDate": "20200615",
        "StudyTime": "101112", "Modality": "CT", "InstanceNumber": number, **values,
    }  # fmt: skip
    for name, value in told.items():
        setattr(dataset, name, value)
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()
