"""Wait for the platform's jobs, as the jobs page shows them."""

import time

from renkei.client import Client
from renkei.errors import TimeLimitError

BUSY = ("waiting", "running")


class JobsDidNotEndError(TimeLimitError):
    """The platform's jobs did not end in time."""


class JobFailedError(TimeLimitError):
    """A job of the story failed."""


def until_idle(operator: Client, seconds: float = 900.0) -> None:
    """Wait until no job waits or runs.

    Raises:
        JobFailedError: One has failed; the sentence is its own.
        JobsDidNotEndError: They took too long.
    """
    end = time.monotonic() + seconds
    quiet = 0
    while time.monotonic() < end:
        busy = sum(operator.get("/jobs", state=state, limit=1)["total"] for state in BUSY)
        # A job that has just ended may have told the next one a moment later.
        quiet = quiet + 1 if not busy else 0
        if quiet > 1:
            return _refuse_failed(operator)
        time.sleep(0.3)
    raise JobsDidNotEndError("The platform's jobs did not end in time.")


def _refuse_failed(operator: Client) -> None:
    failed = operator.get("/jobs", state="failed", limit=3)["items"]
    if failed:
        told = "; ".join(f"{job['name']}: {job['sentence'] or job['error']}" for job in failed)
        raise JobFailedError(f"A job failed: {told}")
