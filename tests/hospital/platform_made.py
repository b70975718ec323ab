"""The platform's side of the wire as its protocol says, in memory; may break off on demand."""

import base64
import json
from uuid import uuid4

import httpx2
from blake3 import blake3
from tests.hospital.site_made import read_through

from renkei.client import Client
from renkei.hospital.send import send
from renkei.hospital.vault import opened
from renkei.proof.batch import parse_batch


class Platform:
    """Take batches, STOW and tus; `break_after` requests the line is cut once."""

    def __init__(
        self, *, break_after: int | None = None, lose: frozenset[str] = frozenset()
    ) -> None:
        self.break_after = break_after
        self.lose = lose
        self.minimum: str | None = None
        self.requests = 0
        self.patched = 0
        self.batches: dict[str, tuple[bytes, dict[int, str]]] = {}
        self.uploads: dict[str, tuple[str, int, int, bytearray]] = {}

    def transport(self) -> httpx2.MockTransport:
        """Return what a client speaks through."""
        return httpx2.MockTransport(self.answer)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request."""
        self.requests += 1
        if self.break_after is not None and self.requests > self.break_after:
            self.break_after = None
            raise httpx2.ConnectError("cut")
        path = request.url.path
        if path == "/api/v1/collect/tool":
            return httpx2.Response(200, json={"minimum": self.minimum, "bundles": []})
        if path == "/api/v1/collect/batches":
            return self._open(request.content)
        if path.endswith("/close"):
            return self._close(path.split("/")[-2])
        if path.endswith("/studies"):
            return self._store(path.split("/")[2], request)
        return self._tus(path, request)

    def _open(self, body: bytes) -> httpx2.Response:
        parse_batch(body)
        number = next((n for n, (held, _) in self.batches.items() if held == body), None)
        number = number or str(uuid4())
        _, got = self.batches.setdefault(number, (body, {}))
        missing = [f.n for f in parse_batch(body).files if f.n not in got]
        return httpx2.Response(201, json={"id": number, "missing": missing, "stow_root": number})

    def _take(self, number: str, data: bytes) -> None:
        body, got = self.batches[number]
        (row,) = [f for f in parse_batch(body).files if f.blake3 == blake3(data).hexdigest()]
        got[row.n] = "quarantined" if row.kind in self.lose else "stored"

    def _store(self, number: str, request: httpx2.Request) -> httpx2.Response:
        boundary = request.headers["content-type"].rpartition("boundary=")[2].encode()
        parts = request.content.split(b"--" + boundary)[1:-1]
        for part in parts:
            _, _, data = part.partition(b"\r\n\r\n")
            self._take(number, data.removesuffix(b"\r\n"))
        return httpx2.Response(200, json={})

    def _tus(self, path: str, request: httpx2.Request) -> httpx2.Response:
        assert request.headers["tus-resumable"] == "1.0.0"
        if request.method == "POST":
            told = dict(p.split(" ") for p in request.headers["upload-metadata"].split(","))
            batch, n = (base64.b64decode(told[k]).decode() for k in ("batch", "n"))
            address = f"/api/v1/collect/uploads/{uuid4()}"
            length = int(request.headers["upload-length"])
            self.uploads[address] = (batch, int(n), length, bytearray())
            return httpx2.Response(201, headers={"Location": f"http://platform{address}"})
        batch, _, length, data = self.uploads[path]
        if request.method == "PATCH":
            assert int(request.headers["upload-offset"]) == len(data)
            data += request.content
            self.patched += len(request.content)
            if len(data) == length:
                self._take(batch, bytes(data))
        return httpx2.Response(204, headers={"Upload-Offset": str(len(data))})

    def _close(self, number: str) -> httpx2.Response:
        body, got = self.batches[number]
        sent = len(parse_batch(body).files)
        stored = sum(state == "stored" for state in got.values())
        refused = sum(state == "quarantined" for state in got.values())
        counts = {"no_approval": refused, "missing": sent - len(got)}
        quarantined = {reason: n for reason, n in counts.items() if n}
        return httpx2.Response(
            200, content=json.dumps({"sent": sent, "stored": stored, "quarantined": quarantined})
        )


def sent_by(site, platform):
    """Approve every text of what waits in a site, and send it to this platform."""
    read_through(site)
    with (
        opened(site.folder) as vault,
        Client("http://platform", "token", transport=platform.transport()) as client,
    ):
        return send(site, vault, client)
