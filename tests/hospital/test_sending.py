"""The way to the platform: several connections, one bandwidth, compression, authority, proxy."""

import datetime as dt
import http.server
import io
import json
import ssl
import threading
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pydicom
import pytest
from blake3 import blake3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.hospital.platform_made import Platform, sent_by
from tests.hospital.site_made import SAMPLES

from renkei.client import Client, ServerUnreachableError
from renkei.collect.kinds import DATA_TYPE
from renkei.hospital import platform as module
from renkei.hospital.pilot import PilotNotDoneError, PilotUnsignedError, go_live
from renkei.hospital.platform import BadAuthorityError, ToolTooOldError, platform_of
from renkei.hospital.review import reviewing
from renkei.hospital.site import open_site, save_site
from renkei.hospital.transfer import PIECE, Pace
from renkei.hospital.vault import opened
from renkei.hospital.wire import SYNTAXES, BadWireError, Wire, compressed
from renkei.imaging.dicom import pixel_sha256
from renkei.proof.batch import parse_batch

EARLIER = Path(__file__).parent / "manifest_0_1_0.json"


class Watched(Platform):
    """A platform that notes how many requests it held at once, and what it was given."""

    def __init__(self):
        super().__init__()
        self.most = self.now = 0
        self.files: list[bytes] = []
        self.lock = threading.Lock()
        self.two = threading.Event()

    def answer(self, request):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            if request.url.path == "/api/v1/collect/uploads":
                # An upload waits for a second one, or no two would ever be under way together.
                if self.now > 1:
                    self.two.set()
                self.two.wait(20)
            with self.lock:
                return super().answer(request)
        finally:
            with self.lock:
                self.now -= 1

    def _take(self, number, data):
        self.files.append(data)
        super()._take(number, data)


def test_files_go_over_several_connections_at_once(site):
    platform = Watched()
    (found,) = sent_by(site, platform)
    assert platform.most > 1
    assert found.sent == found.stored == 8


def test_one_connection_is_one_at_a_time(site):
    platform = Watched()
    platform.two.set()
    sent_by(replace(site, connections=1), platform)
    assert platform.most == 1


def test_the_pace_holds_all_connections_together():
    now = [100.0]
    pace = Pace(8.0, lambda: now[0], lambda seconds: now.__setitem__(0, now[0] + seconds))
    first, second = (pace.pieces(bytes(10 * PIECE)) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert len(one) == len(other) == PIECE
    # Eight megabits are a million bytes per second; the last piece is on its way when it ends.
    assert now[0] - 100.0 == pytest.approx(19 * PIECE / 1e6)


def test_without_a_limit_the_bytes_go_whole():
    assert Pace(0).pieces(b"x") == b"x"


def test_a_paced_request_says_its_length_and_arrives(site):
    platform = Watched()
    platform.two.set()
    (found,) = sent_by(replace(site, send_mbit=4000.0), platform)
    assert found.stored == found.sent == 8


@pytest.mark.parametrize("wire", ["htj2k", "jpegls"])
def test_images_go_compressed_with_the_hash_of_the_manifest_and_the_same_pixels(site, wire):
    with opened(site.folder) as vault:
        plain = {i.sop_uid: i for i in vault.waiting() if i.kind == "dicom"}
    pixels = {uid: pixel_sha256(site.outbox / item.name) for uid, item in plain.items()}
    platform = Watched()
    platform.two.set()
    (found,) = sent_by(replace(site, wire=wire), platform)
    assert found.stored == found.sent == 8
    with opened(site.folder) as vault:
        manifest = parse_batch(vault.manifest(1))
    told = {row.blake3: row for row in manifest.files}
    assert {blake3(data).hexdigest() for data in platform.files} == set(told)
    images = [data for data in platform.files if told[blake3(data).hexdigest()].kind == "dicom"]
    assert len(images) == len(plain) == 2
    for data in images:
        row = told[blake3(data).hexdigest()]
        assert len(data) == row.bytes < plain[row.sop_uid].bytes
        header = pydicom.dcmread(io.BytesIO(data))
        assert header.file_meta.TransferSyntaxUID == SYNTAXES[wire]
        assert pixel_sha256(data) == pixels[row.sop_uid]
    assert not any((site.outbox / ".wire").iterdir())


def test_a_copy_is_never_taken_for_another_file_that_got_its_number(site):
    with opened(site.folder) as vault, closing(Wire(replace(site, wire="jpegls"))) as wire:
        plain = vault.waiting()
        assert wire.compress(plain) != plain
        others = [replace(item, blake3="0" * 64) for item in plain]
        assert wire.of(others) == others


def test_what_cannot_be_compressed_stays_as_it_is():
    data = (SAMPLES / "ct_dicom" / "slice_01.dcm").read_bytes()
    assert pydicom.dcmread(io.BytesIO(data)).file_meta.TransferSyntaxUID.is_compressed
    assert compressed(data, SYNTAXES["htj2k"]) is None
    native = (SAMPLES / "mr_dicom" / "brain_002.dcm").read_bytes()
    assert compressed(native, SYNTAXES["htj2k"]) is not None
    assert compressed(native[: len(native) // 2], SYNTAXES["htj2k"]) is None


def test_a_picture_that_comes_out_otherwise_is_not_queued(monkeypatch):
    from renkei.hospital import wire

    real = wire.encode_frame
    monkeypatch.setattr(wire, "encode_frame", lambda frame, *more: real(frame ^ 1, *more))
    native = (SAMPLES / "mr_dicom" / "brain_002.dcm").read_bytes()
    assert compressed(native, SYNTAXES["jpegls"]) is None


def test_an_unknown_compression_is_refused_before_anything_is_queued(site):
    with pytest.raises(BadWireError):
        sent_by(replace(site, wire="zip"), Platform())
    with opened(site.folder) as vault:
        assert vault.batches() == []


def test_a_tool_that_is_too_old_sends_nothing(site):
    platform = Platform()
    platform.minimum = "99.0"
    with pytest.raises(ToolTooOldError) as refused:
        sent_by(site, platform)
    assert "99.0" in refused.value.sentence
    assert platform.batches == {}
    platform.minimum = "0.0.1"
    assert sent_by(site, platform)[0].stored == 8


def test_a_pilot_batch_goes_only_when_it_is_read_and_signed(site):
    site = replace(site, live=False)
    save_site(site)
    with pytest.raises(PilotUnsignedError):
        sent_by(site, Platform())
    with opened(site.folder) as vault:
        with pytest.raises(PilotNotDoneError):
            go_live(site, vault)
        with reviewing(site, vault) as review:
            review.decide(approved=[t.n for t in review.texts()], refused=[], reviewer="確認 花子")
            review.sign("確認 花子")
    assert sent_by(site, Platform())[0].stored == 8
    with opened(site.folder) as vault:
        assert go_live(site, vault).live
    assert open_site(site.folder).live


def test_a_manifest_of_an_earlier_tool_is_still_accepted():
    data = EARLIER.read_bytes().rstrip(b"\n")
    manifest = parse_batch(data)
    assert manifest.tool == "renkei-hospital 0.1.0"
    assert {f.kind for f in manifest.files} <= set(DATA_TYPE)
    assert manifest.to_bytes() == data


@contextmanager
def answering(context=None):
    """Serve HTTP on loopback; yield its port and the lines of the requests."""
    lines = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            lines.append(self.requestline)
            body = json.dumps({"minimum": None}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port, lines
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()


def own_authority(folder):
    """Write a self-signed certificate for this computer and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start.replace(year=2060))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "own.pem").write_bytes(made.public_bytes(pem))
    (folder / "own.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def test_the_hospitals_own_authority_is_believed_and_only_when_named(site):
    own_authority(site.folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(site.folder / "own.pem", site.folder / "own.key")
    with answering(context) as (port, lines):
        address = f"https://localhost:{port}"
        with platform_of(replace(site, server=address, ca_file="own.pem")) as client:
            assert client.get("/collect/tool") == {"minimum": None}
        with (
            platform_of(replace(site, server=address)) as client,
            pytest.raises(ServerUnreachableError),
        ):
            client.get("/collect/tool")
    assert len(lines) == 1
    with pytest.raises(BadAuthorityError):
        platform_of(replace(site, ca_file="own.key"))


def test_requests_go_through_the_proxy_that_the_settings_name(site):
    with (
        answering() as (port, lines),
        platform_of(
            replace(site, server="http://platform.example", proxy=f"http://127.0.0.1:{port}")
        ) as client,
    ):
        module.check_tool(client)
    assert lines == ["GET http://platform.example/api/v1/collect/tool HTTP/1.1"]


def test_a_platform_without_the_question_takes_every_tool():
    def answer(_):
        return httpx2.Response(404, json={"title": "not_found"})

    with Client("http://p", "t", transport=httpx2.MockTransport(answer)) as client:
        module.check_tool(client)
