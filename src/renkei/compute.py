"""Where long work runs: killable processes here, or a Dask cluster by its address."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from renkei import child
from renkei.errors import DataRefusedError, PeerUnreachableError, RenkeiError
from renkei.plugins import need_extra
from renkei.settings import load_settings

T = TypeVar("T")
R = TypeVar("R")
CONNECT_SECONDS = 10


class ClusterUnreachableError(PeerUnreachableError):
    """The Dask scheduler does not answer."""


class WorkerLostError(DataRefusedError):
    """Each worker of the cluster that took up the case died."""


async def run(
    function: Callable[..., T],
    *args: Any,
    seconds: float = 600.0,
    memory_mb: int = 4096,
    **kwargs: Any,
) -> T:
    """Run a module-level function outside the event loop, with limits, and return its answer.

    The work ends with the task that awaits it.

    Raises:
        ClusterUnreachableError: `compute` names a scheduler that does not answer.
        RenkeiError: As `renkei.child.call`.
    """
    address = cluster()
    if address is None:
        work = _here
    else:
        need_extra("dask", "distributed")
        work = _on_cluster(address)
    stopped, stop = Pipe(duplex=False)
    with stop:
        return await asyncio.to_thread(work, function, args, kwargs, seconds, memory_mb, stopped)


def cluster() -> str | None:
    """Return the address of the Dask scheduler that work goes to; None where it is done here."""
    address = load_settings().compute
    return None if address == "here" else address


def map_cases(
    function: Callable[[T], R],
    items: Iterable[T],
    *,
    jobs: int = 1,
    seconds: float = 3600.0,
    memory_mb: int = 8192,
    address: str | None = None,
    begin: Callable[[T], object] | None = None,
) -> Iterator[tuple[T, R | Exception]]:
    """Yield each item with its answer or refusal as they finish.

    Here `jobs` processes work at a time, each with limits, and `begin` is called as one starts. On
    the cluster at `address` the workers' own limits hold, and a killed worker's cases go to others.

    Raises:
        ClusterUnreachableError: The scheduler at `address` does not answer.
    """
    if address is not None:
        yield from _map_on_cluster(address, function, items)
        return

    def work(item: T) -> R:
        if begin is not None:
            begin(item)
        return child.call(function, item, seconds=seconds, memory_mb=memory_mb)

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        waiting = {pool.submit(work, item): item for item in items}
        try:
            for future in as_completed(waiting):
                error = future.exception()
                if error is not None and not isinstance(error, Exception):
                    raise error
                yield waiting[future], error or future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _map_on_cluster(
    address: str, function: Callable[[T], R], items: Iterable[T]
) -> Iterator[tuple[T, R | Exception]]:
    need_extra("dask", "distributed")
    from distributed import KilledWorker
    from distributed import as_completed as as_answered

    with _connect(address) as client:
        waiting = {client.submit(function, item, pure=False): item for item in items}
        for future in as_answered(list(waiting), loop=client.loop):  # type: ignore[no-untyped-call]
            error = future.exception()
            item = waiting.pop(future)
            if error is None:
                yield item, future.result()
            elif isinstance(error, KilledWorker):
                yield item, WorkerLostError("Each worker that took up the case died.")
            elif isinstance(error, RenkeiError):
                yield item, error
            else:
                said = "The case broke its reader and was put aside."
                yield item, child.ChildCrashedError(said, error=type(error).__name__)


def _connect(address: str) -> Any:
    from distributed import Client

    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise ClusterUnreachableError(
            "The compute cluster does not answer; see whether it runs."
        ) from error


def _here(
    function: Callable[..., T],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    seconds: float,
    memory_mb: int,
    stopped: Connection,
) -> T:
    with stopped:
        return child.call(
            function, *args, seconds=seconds, memory_mb=memory_mb, stop=stopped, **kwargs
        )


def _on_cluster(address: str) -> Callable[..., Any]:
    def work(
        function: Callable[..., T],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        seconds: float,
        _memory_mb: int,
        stopped: Connection,
    ) -> T:
        client = _connect(address)
        answered, end = Pipe(duplex=False)
        with client, stopped, answered:
            future = client.submit(function, *args, pure=False, **kwargs)
            future.add_done_callback(lambda _future: end.close())
            wait([answered, stopped], seconds)
            if not future.done():
                future.cancel()
                raise child.ChildTimeoutError(
                    "The work took too long and was ended; try again with less data."
                )
            answer: T = future.result()
            return answer

    return work
