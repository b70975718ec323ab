"""Receive from scanners and the PACS: bytes to the spool, never decoded, on disk before success."""

import hashlib
import logging
import os
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from pynetdicom import AE, AllStoragePresentationContexts, _config, evt
from pynetdicom.presentation import build_context
from pynetdicom.transport import ThreadedAssociationServer

from renkei.deid.encode import file_head
from renkei.errors import UsageError
from renkei.hospital.site import Site
from renkei.log import get_logger

PDU_BYTES = 131_072
ASSOCIATIONS = 10
SUCCESS, OUT_OF_RESOURCES, CANNOT_UNDERSTAND = 0x0000, 0xA700, 0xC000
SUFFIX = ".dcm"
VERIFICATION = "1.2.840.10008.1.1"
# Every transfer syntax is taken: what is not decoded cannot be too new.
SYNTAXES = [
    "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.5",
    *(f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 57, 70, 80, 81, 90, 91, 92, 93)),
    *(f"1.2.840.10008.1.2.4.{n}" for n in (100, 101, 102, 103, 104, 105, 106, 107, 108)),
    *(f"1.2.840.10008.1.2.4.{n}" for n in (110, 111, 112, 201, 202, 203)),
]  # fmt: skip
Namer = Callable[[str], str]
log = get_logger(__name__)


class NoKnownPeerError(UsageError):
    """Nobody is allowed to send."""


class PortTakenError(UsageError):
    """Another program listens on the port."""


def any_name(_sop_uid: str) -> str:
    """Return a new name: what a sender repeats is kept twice and told apart by its bytes later."""
    return f"{uuid4()}{SUFFIX}"


def file_name(sop_uid: str) -> str:
    """Return the name of an instance: sent again it is one file; a UID from the wire is no path."""
    return hashlib.sha256(sop_uid.encode()).hexdigest()[:40] + SUFFIX


def quiet() -> None:
    """Keep names and numbers of patients out of the log of the network library."""
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    _config.LOG_REQUEST_IDENTIFIERS = _config.LOG_RESPONSE_IDENTIFIERS = False
    _config.UNRESTRICTED_STORAGE_SERVICE = True


@contextmanager
def listening(site: Site) -> Iterator[int]:
    """Listen while the context is open; gives the port, which may be chosen by the system.

    Raises:
        NoKnownPeerError: The site's settings name no application entity that may send.
    """
    if not site.known_aes:
        raise NoKnownPeerError("Name who may send: known_aes in site.toml.")
    with receiving(site, site.spool, site.known_aes, any_name) as port:
        yield port


@contextmanager
def receiving(site: Site, folder: Path, titles: tuple[str, ...], name: Namer) -> Iterator[int]:
    """Receive into a folder from these application entities, at the site's own address.

    Raises:
        PortTakenError: The port is in use.
    """
    quiet()
    entity = AE(ae_title=site.ae_title)
    entity.require_called_aet = True
    entity.require_calling_aet = list(titles)
    entity.maximum_pdu_size = PDU_BYTES
    entity.maximum_associations = ASSOCIATIONS
    entity.supported_contexts = [
        build_context(str(context.abstract_syntax), SYNTAXES)
        for context in AllStoragePresentationContexts
    ]
    entity.add_supported_context(VERIFICATION)
    handlers: list[Any] = [
        (evt.EVT_CONN_OPEN, no_delay),
        (evt.EVT_C_STORE, store, [folder, name]),
        (evt.EVT_C_ECHO, _echo),
    ]
    try:
        server: Any = entity.make_server(
            (site.listen_on, site.port),
            evt_handlers=handlers,
            server_class=_server(frozenset(site.known_hosts)),
            ssl_context=_tls(site),
        )
    except OSError as error:
        raise PortTakenError(
            "The port is in use; stop 'renkei hospital listen', or set another port in site.toml."
        ) from error
    entity._servers.append(server)  # noqa: SLF001  its own shutdown takes it out of this list
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield int(server.socket.getsockname()[1])
    finally:
        server.shutdown()
        thread.join()


def _server(hosts: frozenset[str]) -> type[ThreadedAssociationServer]:
    class Server(ThreadedAssociationServer):
        """Turn strangers away before a byte of theirs is read."""

        daemon_threads = True

        def verify_request(self, _request: object, client: tuple[Any, ...]) -> bool:
            return not hosts or client[0].removeprefix("::ffff:") in hosts

        def handle_error(self, _request: object, _client: object) -> None:
            log.info("connection broke")

    return Server


def _tls(site: Site) -> ssl.SSLContext | None:
    """Return what the site's certificate gives; with `tls_ca` senders must show one of theirs."""
    if not site.tls_certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(
        site.folder / site.tls_certificate, site.folder / site.tls_key if site.tls_key else None
    )
    if site.tls_ca:
        context.load_verify_locations(site.folder / site.tls_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def listen(site: Site) -> None:
    """Listen until the process is asked to end."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    sweep(site.spool)
    with listening(site) as port:
        log.info("listening", port=port)
        stop.wait()


def sweep(folder: Path) -> None:
    """Remove the halves that a killed run left: their senders got no success for them."""
    for part in folder.glob(".*.part"):
        part.unlink()


def no_delay(event: Any) -> None:
    """Make the connection fast; the library alone reads 4 KB at a time and sleeps in between.

    Nagle's algorithm on a receiver costs 40 ms a file with some senders.
    """
    layer = event.assoc.dul
    plain: socket.socket = layer.socket.socket
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    layer._run_loop_delay = 0.0001  # noqa: SLF001  it is no argument of the library

    def read(count: int) -> bytearray:
        data = bytearray(count)
        view, done = memoryview(data), 0
        while done < count and (got := plain.recv_into(view[done:])):
            done += got
        return data if done == count else data[:done]

    layer.socket.recv = read


def _echo(_event: Any) -> int:
    return SUCCESS


def store(event: Any, folder: Path, name: Namer) -> int:
    """Put one file whole on the disk, then answer success."""
    try:
        asked = event.request
        kind, uid = str(asked.AffectedSOPClassUID), str(asked.AffectedSOPInstanceUID)
        head = file_head(kind, uid, str(event.context.transfer_syntax))
        data = head + asked.DataSet.getvalue()
        target = name(uid)
    except (AttributeError, ValueError, KeyError):
        return CANNOT_UNDERSTAND
    try:
        _write(folder / f".{uuid4()}.part", data, folder / target)
    except OSError:
        return OUT_OF_RESOURCES
    return SUCCESS


def _write(part: Path, data: bytes, target: Path) -> None:
    """Write a file whole under its name; one flush after the rename makes both durable."""
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if os.name == "posix":
                # Both stand in one transaction of the journal (ext4, XFS, Btrfs).
                part.replace(target)
            os.fsync(file.fileno())
    except OSError:
        part.unlink(missing_ok=True)
        raise
    if os.name != "posix":
        part.replace(target)


def sync_folder(folder: Path) -> None:
    """Make the names of a folder durable."""
    # Windows has no handle for a folder; its rename is durable on its own.
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
