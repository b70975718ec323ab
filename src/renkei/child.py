"""Run a function in a killable process with limits: where pixels from outside are decoded."""

import importlib
import multiprocessing
import os
import select
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from renkei.errors import DataRefusedError, RenkeiError, TimeLimitError

T = TypeVar("T")

# The fork server loads these once, so that a child starts in milliseconds instead of seconds; it
# passes over what is not installed.
PRELOAD = [
    "renkei.child",
    "numpy",
    "pydicom",
    "pydicom.pixels",
    "imagecodecs",
    "scipy.ndimage",
    "scipy.spatial",
    # Most of what scikit-image costs to import.
    "scipy.stats",
    "SimpleITK",
    "openslide",
    "PIL.Image",
    "zstandard",
    # Selection reads tables with it; a quarter of a second for each case else.
    "polars",
]


class ChildTimeoutError(TimeLimitError):
    """The work ran over its time and was ended."""


class ChildCrashedError(DataRefusedError):
    """The work ended its process: out of memory, or a decoder that broke."""


class ChildStoppedError(TimeLimitError):
    """Whoever wanted the work wants it no longer."""


def preload(module: str) -> None:
    """Have children start with a module loaded; it counts where no child has started yet."""
    if module not in PRELOAD:
        PRELOAD.append(module)


def call(
    function: Callable[..., T],
    *args: Any,
    seconds: float = 60.0,
    memory_mb: int = 2048,
    stop: Connection | None = None,
    **kwargs: Any,
) -> T:
    """Call a module-level function in a process of its own and return its answer.

    `seconds` bounds wall clock and CPU time, `memory_mb` the address space added by the work;
    when the other end of `stop` is closed, or this process dies, the work is ended at once.

    Raises:
        ChildTimeoutError: It ran over its time.
        ChildStoppedError: It was stopped.
        ChildCrashedError: Its process died, or it raised something that is no RenkeiError.
        RenkeiError: What the function itself raised.
    """
    context = _context()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_serve, args=(theirs, seconds, memory_mb, function, args, kwargs), daemon=True
    )
    process.start()
    theirs.close()
    try:
        answer: T = _receive(ours, stop, seconds)
        return answer
    finally:
        ours.close()
        process.kill()
        process.join()
        process.close()


def _receive(connection: Connection, stop: Connection | None, seconds: float) -> Any:
    ready = wait([connection] if stop is None else [connection, stop], seconds)
    if not ready:
        raise ChildTimeoutError("The file took too long to read and was put aside.")
    if connection not in ready:
        raise ChildStoppedError("The work was stopped.")
    try:
        ok, answer = connection.recv()
    except EOFError as error:
        raise ChildCrashedError("The file broke its reader and was put aside.") from error
    if ok:
        return answer
    if isinstance(answer, RenkeiError):
        raise answer
    raise ChildCrashedError("The file broke its reader and was put aside.", error=answer)


def _context() -> Any:
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    # As many children work at once as there are processors: threads of each would only wait.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context.set_forkserver_preload(PRELOAD)
    return context


def _serve(
    connection: Connection,
    seconds: float,
    memory_mb: int,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    if sys.platform != "win32":
        threading.Thread(target=_end_with, args=(connection.fileno(),), daemon=True).start()
    _limit(seconds, memory_mb)
    try:
        answer: tuple[bool, object] = (True, function(*args, **kwargs))
    except RenkeiError as error:
        answer = (False, error)
    except Exception as error:  # noqa: BLE001  decoders raise anything; its text may quote the file
        answer = (False, type(error).__name__)
    with suppress(BrokenPipeError):
        connection.send(answer)
    connection.close()


def _end_with(answer: int) -> None:
    """End this process when nobody is left to read its answer: its caller was killed."""
    watch = select.poll()
    watch.register(answer, select.POLLERR)
    watch.poll()
    os._exit(1)


def _limit(seconds: float, memory_mb: int) -> None:
    if sys.platform == "win32":
        return
    resource = importlib.import_module("resource")
    used = int(_statm()) * os.sysconf("SC_PAGE_SIZE") if sys.platform == "linux" else 0
    most = used + memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    cpu = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _statm() -> str:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  pathlib is slower here
        return file.read().split()[0]
