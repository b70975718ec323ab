"""The bytes of a batch on their way: several connections, one bandwidth, resumed where it broke."""

import base64
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from urllib.parse import urlsplit
from uuid import uuid4

from renkei.client import API, Client
from renkei.errors import ConflictError, NotFoundError, PeerUnreachableError, UsageError
from renkei.hospital.site import Site
from renkei.hospital.vault import Item, Vault, opened

CHUNK = 4 << 20
PIECE = 64 << 10
GROUP_BYTES, GROUP_FILES = 6 << 20, 64
TUS = {"Tus-Resumable": "1.0.0"}
Step = Callable[[], None]


class PartKeptError(PeerUnreachableError):
    """The platform did not keep all that it was sent."""


class Pace:
    """Hold several connections together to so many megabits per second; 0 is no limit."""

    def __init__(
        self,
        mbit: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds_per_byte = 8 / (mbit * 1e6) if mbit > 0 else 0.0
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._free_at = clock()

    def pieces(self, data: bytes) -> bytes | Iterator[bytes]:
        """Return the bytes as a request takes them: whole, or piece by piece when it is time."""
        return self._pieces(data) if self._seconds_per_byte else data

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            with self._lock:
                now = self._clock()
                begin = max(now, self._free_at)
                self._free_at = begin + len(piece) * self._seconds_per_byte
            if begin > now:
                self._sleep(begin - now)
            yield piece


def transfer(site: Site, client: Client, batch: str, root: str, items: list[Item]) -> None:
    """Send files by several connections at once; the first that breaks ends all, to be resumed.

    Raises:
        PeerUnreachableError: The platform does not answer, or keeps only a part.
    """
    pace = Pace(site.send_mbit)
    steps: list[Step] = [
        lambda group=group: _store(site, client, root, group, pace)  # type: ignore[misc]
        for group in _groups([item for item in items if item.kind == "dicom"])
    ]
    steps += [
        lambda item=item: _upload(site, client, batch, item, pace)  # type: ignore[misc]
        for item in items
        if item.kind != "dicom"
    ]
    with ThreadPoolExecutor(max_workers=max(1, site.connections)) as pool:
        running = [pool.submit(step) for step in steps]
        done, waiting = wait(running, return_when=FIRST_EXCEPTION)
        for step in waiting:
            step.cancel()
    for step in done:
        step.result()


def _groups(items: list[Item]) -> Iterator[list[Item]]:
    group: list[Item] = []
    size = 0
    for item in items:
        if group and (size + item.bytes > GROUP_BYTES or len(group) >= GROUP_FILES):
            yield group
            group, size = [], 0
        group.append(item)
        size += item.bytes
    if group:
        yield group


def _store(site: Site, client: Client, root: str, group: list[Item], pace: Pace) -> None:
    """Send DICOM files by STOW-RS; what is refused shows in the counts at the end."""
    address = root if root.startswith("/") else f"/dicom-web/{root}"
    path = address.removesuffix("/studies").rstrip("/") + "/studies"
    boundary = uuid4().hex
    head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    files = [(site.outbox / item.name).read_bytes() for item in group]
    body = b"".join(head + data + b"\r\n" for data in files) + f"--{boundary}--\r\n".encode()
    kind = f'multipart/related; type="application/dicom"; boundary={boundary}'
    headers = {
        "Content-Type": kind,
        "Accept": "application/dicom+json",
        "Content-Length": str(len(body)),
    }
    with suppress(ConflictError):
        # STOW answers 409 when it takes none of the files: each is in quarantine then.
        client.send("POST", path, content=pace.pieces(body), headers=headers)


def _upload(site: Site, client: Client, batch: str, item: Item, pace: Pace) -> None:
    try:
        with opened(site.folder) as vault:
            _resumed(site, vault, client, batch, item, pace)
    except ConflictError as error:
        # The batch was closed before a break in the line: its counts decide in the end.
        if error.facts.get("reason") != "batch_closed":
            raise


def _resumed(site: Site, vault: Vault, client: Client, batch: str, item: Item, pace: Pace) -> None:
    """Send one file by tus 1.0, from where an earlier run broke off."""
    address, offset = _resume(client, item)
    if address is None:
        address = _create(vault, client, batch, item)
    with (site.outbox / item.name).open("rb") as file:
        file.seek(offset)
        while offset < item.bytes:
            data = file.read(CHUNK)
            headers = {
                **TUS,
                "Upload-Offset": str(offset),
                "Content-Type": "application/offset+octet-stream",
                "Content-Length": str(len(data)),
            }
            answer = client.send("PATCH", address, content=pace.pieces(data), headers=headers)
            offset += len(data)
            if answer.headers.get("Upload-Offset") != str(offset):
                raise PartKeptError(
                    "The platform kept only a part of a file, its disk may be full; tell its "
                    "operator, then send again."
                )


def _resume(client: Client, item: Item) -> tuple[str | None, int]:
    if item.upload is None:
        return None, 0
    try:
        answer = client.send("HEAD", item.upload, headers=TUS)
    except (NotFoundError, UsageError):
        # 400: it was begun by a tool that did not yet name what the platform's HEAD asks for.
        return None, 0
    offset = int(answer.headers.get("Upload-Offset", "0"))
    # A whole upload that the platform misses did not arrive as it was sent: begin again.
    return (item.upload, offset) if offset < item.bytes else (None, 0)


def _create(vault: Vault, client: Client, batch: str, item: Item) -> str:
    # An upload without name and type is taken but cannot be asked for; both say nothing here.
    told = {"batch": batch, "n": str(item.n), "filename": str(item.n), "filetype": "any"}
    metadata = ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items()
    )
    answer = client.send(
        "POST",
        f"{API}/collect/uploads",
        headers={**TUS, "Upload-Length": str(item.bytes), "Upload-Metadata": metadata},
    )
    # Only the path: the token goes to the platform that was asked, wherever the answer points.
    address = urlsplit(answer.headers["Location"]).path
    vault.note_upload(item.n, address)
    return address
