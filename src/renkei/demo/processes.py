"""The real processes of the story: the platform, and the tools that people would run."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil

from renkei.errors import PeerUnreachableError, RenkeiError

READY_SECONDS = 120.0


class DidNotStartError(PeerUnreachableError):
    """The platform did not start."""


class ToolFailedError(RenkeiError):
    """A command of the story failed."""


class Platform:
    """A running web server with its worker; `address` is where it answers."""

    def __init__(self, process: "subprocess.Popen[bytes]", address: str) -> None:
        self.process = process
        self.address = address
        self.peak_mb = 0.0

    def sample_memory(self) -> None:
        """Remember the most memory that the platform's processes held together, in MB."""
        try:
            held = sum(memory.rss - memory.shared for memory in self.memory())
        except psutil.Error:
            return
        self.peak_mb = max(self.peak_mb, held / 2**20)

    def memory(self) -> list[Any]:
        """Return what each process of the platform holds now; the database's are none of them.

        Raises:
            psutil.Error: One of them has just ended.
        """
        server = psutil.Process(self.process.pid)
        return [p.memory_info() for p in (server, *server.children(recursive=True))]


@contextmanager
def platform(data: Path, port: int) -> Iterator[Platform]:
    """Start web server and worker on loopback, wait until they answer, end them at the end."""
    port = port or free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "RENKEI_DEMO": "true", "RENKEI_DATA": str(data)}
    log = data / "platform.log"
    with log.open("ab") as out:
        command = [sys.executable, "-m", "renkei", "-q", "serve", "--all", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
    try:
        wait_until_ready(process, address)
        yield Platform(process, address)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(process: "subprocess.Popen[bytes]", address: str) -> None:
    """Wait until the platform says that it can work.

    Raises:
        DidNotStartError: It ended, or took too long; its log lies in the data folder.
    """
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise DidNotStartError("The platform ended at once; see platform.log in its folder.")
        try:
            if httpx2.get(f"{address}/readyz", timeout=2).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    raise DidNotStartError("The platform did not start; see platform.log in its folder.")


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_tool(
    *arguments: str | Path,
    environment: Mapping[str, str] | None = None,
    accept: tuple[int, ...] = (0,),
) -> list[dict[str, Any]]:
    """Run `renkei …` as a person would, and return its JSON lines.

    Raises:
        ToolFailedError: It ended with a status not in `accept`; its own sentence is repeated.
    """
    command = [sys.executable, "-m", "renkei", "-q", *map(str, arguments)]
    done = subprocess.run(
        command,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in accept:
        told = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise ToolFailedError(f"renkei {arguments[0]} {arguments[1]}: {told}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
