"""Receive from scanners and the PACS: bytes to the spool, never decoded, on disk before success."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from pynetdicom import AE, AllStoragePresentationContexts, _config, evt
from pynetdicom.presentation import build_context

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
log = get_logger(__name__)


class NoKnownPeerError(UsageError):
    """Nobody is allowed to send."""


@contextmanager
def listening(site: Site, *, host: str = "0.0.0.0") -> Iterator[int]:  # noqa: S104  the PACS is another machine
    """Listen while the context is open; gives the port, which may be chosen by the system.

    Raises:
        NoKnownPeerError: The site's settings name no application entity that may send.
    """
    if not site.known_aes:
        raise NoKnownPeerError("Name who may send: known_aes in site.toml.")
    # A received name in a log line would leave the site folder.
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    _config.LOG_REQUEST_IDENTIFIERS = _config.LOG_RESPONSE_IDENTIFIERS = False
    _config.UNRESTRICTED_STORAGE_SERVICE = True
    entity = AE(ae_title=site.ae_title)
    entity.require_called_aet = True
    entity.require_calling_aet = list(site.known_aes)
    entity.maximum_pdu_size = PDU_BYTES
    entity.maximum_associations = ASSOCIATIONS
    entity.supported_contexts = [
        build_context(str(context.abstract_syntax), SYNTAXES)
        for context in AllStoragePresentationContexts
    ]
    entity.add_supported_context(VERIFICATION)
    handlers: list[Any] = [
        (evt.EVT_CONN_OPEN, _no_delay),
        (evt.EVT_C_STORE, _store, [site.spool]),
        (evt.EVT_C_ECHO, _echo),
    ]
    server: Any = entity.start_server((host, site.port), block=False, evt_handlers=handlers)
    try:
        yield int(server.socket.getsockname()[1])
    finally:
        server.shutdown()


def listen(site: Site) -> None:
    """Listen until the process is asked to end."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with listening(site) as port:
        log.info("listening", port=port)
        stop.wait()


def _no_delay(event: Any) -> None:
    # Nagle on the receiver costs 40 ms a file with some senders.
    event.assoc.dul.socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _echo(_event: Any) -> int:
    return SUCCESS


def _store(event: Any, spool: Path) -> int:
    try:
        data = event.encoded_dataset()
    except (AttributeError, ValueError, KeyError):
        return CANNOT_UNDERSTAND
    name = f"{uuid4()}{SUFFIX}"
    part = spool / f".{name}.part"
    try:
        _write(part, data)
        part.rename(spool / name)
        _sync_folder(spool)
    except OSError:
        part.unlink(missing_ok=True)
        return OUT_OF_RESOURCES
    log.info("received", bytes=len(data))
    return SUCCESS


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    # Windows has no handle for a folder; its rename is durable on its own.
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
