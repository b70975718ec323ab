"""The listener: bytes to the spool, known peers only, on disk before success."""

import os
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pynetdicom import AE
from pynetdicom.sop_class import CTImageStorage, MRImageStorage
from tests.hospital.site_made import SAMPLES, make_site

from renkei.hospital.listen import NoKnownPeerError, listening

MR = SAMPLES / "mr_dicom" / "brain_002.dcm"


def sender(title="SCANNER1"):
    entity = AE(ae_title=title)
    for kind in (MRImageStorage, CTImageStorage):
        entity.add_requested_context(kind, pydicom.dcmread(MR).file_meta.TransferSyntaxUID)
    return entity


def test_a_sent_slice_is_in_the_spool_with_its_bytes(tmp_path):
    site = make_site(tmp_path / "site")
    sent = pydicom.dcmread(MR)
    with listening(site, host="127.0.0.1") as port:
        association = sender().associate("127.0.0.1", port, ae_title="RENKEI")
        assert association.is_established
        assert association.send_c_store(sent).Status == 0x0000
        association.release()
    (path,) = site.spool.iterdir()
    assert path.suffix == ".dcm"
    assert str(sent.SOPInstanceUID) not in path.name
    got = pydicom.dcmread(BytesIO(path.read_bytes()))
    assert got.PixelData == sent.PixelData
    assert got.PatientID == sent.PatientID


@pytest.mark.parametrize(("calling", "called"), [("STRANGER", "RENKEI"), ("SCANNER1", "OTHER")])
def test_a_stranger_is_refused(tmp_path, calling, called):
    site = make_site(tmp_path / "site")
    with listening(site, host="127.0.0.1") as port:
        association = sender(calling).associate("127.0.0.1", port, ae_title=called)
        assert association.is_rejected
    assert list(site.spool.iterdir()) == []


def test_a_full_disk_is_answered_with_a700_and_leaves_no_half_file(tmp_path, monkeypatch):
    from renkei.hospital import listen

    def full(path, data):
        path.write_bytes(data[:10])
        raise OSError(28, "full")

    monkeypatch.setattr(listen, "_write", full)
    site = make_site(tmp_path / "site")
    with listening(site, host="127.0.0.1") as port:
        association = sender().associate("127.0.0.1", port, ae_title="RENKEI")
        assert association.send_c_store(pydicom.dcmread(MR)).Status == 0xA700
        association.release()
    assert list(site.spool.iterdir()) == []


def test_without_known_peers_nothing_listens(tmp_path):
    with pytest.raises(NoKnownPeerError), listening(make_site(tmp_path / "site", known_aes=())):
        pass


def dcmtk(name):
    """Return the program of dcmtk: pynetdicom brings others of the same names."""
    own = Path(sys.executable).parent
    folders = [f for f in os.environ["PATH"].split(os.pathsep) if Path(f) != own]
    return shutil.which(name, path=os.pathsep.join(folders))


@pytest.mark.skipif(dcmtk("storescu") is None, reason="apt-get install dcmtk")
def test_dcmtk_sends_compressed_slices(tmp_path):
    site = make_site(tmp_path / "site")
    with listening(site, host="127.0.0.1") as port:
        titles = ("-aet", "SCANNER1", "-aec", "RENKEI")
        subprocess.run([dcmtk("storescu"), *titles, "127.0.0.1", str(port), str(MR)], check=True)
    assert len(list(site.spool.iterdir())) == 1
