"""The listener: bytes to the spool, known peers only, on disk before success."""

import socket
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path

import pydicom
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pynetdicom import AE
from pynetdicom.sop_class import CTImageStorage, MRImageStorage
from tests.hospital.pacs import dcmtk
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
    with listening(site) as port:
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
    with listening(site) as port:
        association = sender(calling).associate("127.0.0.1", port, ae_title=called)
        assert association.is_rejected
    assert list(site.spool.iterdir()) == []


def test_a_full_disk_is_answered_with_a700_and_leaves_no_half_file(tmp_path, monkeypatch):
    from renkei.hospital import listen

    def full(_handle):
        raise OSError(28, "full")

    site = make_site(tmp_path / "site")
    with listening(site) as port:
        association = sender().associate("127.0.0.1", port, ae_title="RENKEI")
        monkeypatch.setattr(listen.os, "replace", full)
        monkeypatch.setattr(Path, "replace", lambda *_: full(0))
        assert association.send_c_store(pydicom.dcmread(MR)).Status == 0xA700
        monkeypatch.undo()
        association.release()
    assert list(site.spool.iterdir()) == []


def test_an_address_that_is_not_named_is_turned_away(tmp_path):
    site = make_site(tmp_path / "site", known_hosts=("192.0.2.7",))
    with listening(site) as port:
        assert turned_away(port)
    known = make_site(tmp_path / "known", known_hosts=("127.0.0.1",))
    with listening(known) as port:
        association = sender().associate("127.0.0.1", port, ae_title="RENKEI")
        assert association.is_established
        association.release()


def test_a_private_storage_class_and_an_unknown_syntax_are_taken(tmp_path):
    site = make_site(tmp_path / "site")
    private = pydicom.dcmread(MR)
    private.SOPClassUID = private.file_meta.MediaStorageSOPClassUID = "1.2.3.4.5.6"
    entity = AE(ae_title="SCANNER1")
    entity.add_requested_context("1.2.3.4.5.6", private.file_meta.TransferSyntaxUID)
    with listening(site) as port:
        association = entity.associate("127.0.0.1", port, ae_title="RENKEI")
        assert association.send_c_store(private).Status == 0x0000
        association.release()
    (path,) = site.spool.iterdir()
    assert pydicom.dcmread(path).SOPClassUID == "1.2.3.4.5.6"


def test_an_association_that_breaks_off_leaves_whole_files_only(tmp_path):
    site = make_site(tmp_path / "site")
    data = pydicom.dcmread(MR)
    with listening(site) as port:
        association = sender().associate("127.0.0.1", port, ae_title="RENKEI")
        assert association.send_c_store(data).Status == 0x0000
        plain = association.dul.socket.socket
        plain.sendall(b"\x04\x00\x00\x01\x00\x00" + b"\x00" * 900)
        association.abort()
    (path,) = site.spool.iterdir()
    assert pydicom.dcmread(path).PixelData == data.PixelData


def test_tls_takes_the_known_and_refuses_plain_text(tmp_path):
    site = make_site(tmp_path / "site", tls_certificate="cert.pem", tls_key="key.pem")
    certificate(site.folder)
    trusting = ssl.create_default_context(cafile=str(site.folder / "cert.pem"))
    with listening(site) as port:
        assert turned_away(port)
        secured = sender().associate(
            "127.0.0.1", port, ae_title="RENKEI", tls_args=(trusting, "127.0.0.1")
        )
        assert secured.send_c_store(pydicom.dcmread(MR)).Status == 0x0000
        secured.release()
    assert len(list(site.spool.iterdir())) == 1


def turned_away(port):
    """Tell whether plain bytes get no DICOM answer before the connection is closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        try:
            plain.sendall(b"\x01\x00" + b"\x00" * 200)
            return plain.recv(1)[:1] not in {b"\x02", b"\x03", b"\x07"}
        except ConnectionError:
            return True


def certificate(folder):
    """Write a certificate of this computer and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today)
        .not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def test_without_known_peers_nothing_listens(tmp_path):
    with pytest.raises(NoKnownPeerError), listening(make_site(tmp_path / "site", known_aes=())):
        pass


@pytest.mark.skipif(dcmtk("storescu") is None, reason="apt-get install dcmtk")
def test_dcmtk_sends_compressed_slices(tmp_path):
    site = make_site(tmp_path / "site")
    with listening(site) as port:
        titles = ("-aet", "SCANNER1", "-aec", "RENKEI")
        subprocess.run([dcmtk("storescu"), *titles, "127.0.0.1", str(port), str(MR)], check=True)
    assert len(list(site.spool.iterdir())) == 1
