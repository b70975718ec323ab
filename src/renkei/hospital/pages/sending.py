"""Sign and send the outbox from the pages: one at a time; how it ended is kept for the page."""

import threading
from pathlib import Path

from renkei.errors import RenkeiError, UsageError
from renkei.hospital.platform import platform_of
from renkei.hospital.review import check_review, reviewing
from renkei.hospital.send import send
from renkei.hospital.site import open_site
from renkei.hospital.vault import opened


class UnsignedError(UsageError):
    """Nobody signed."""


class Sending:
    """What is being sent, and the sentence of the last error."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.error = ""

    @property
    def running(self) -> bool:
        """Tell whether something is being sent."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, reviewer: str) -> None:
        """Sign what waits and send it; while it is being sent, a second start does nothing.

        Raises:
            UnsignedError: No name was given.
            NotReviewedError: A text of the waiting files has no decision.
        """
        if not reviewer:
            raise UnsignedError("Write your name to sign the batch.")
        with self._lock:
            if self.running:
                return
            site = open_site(self._folder)
            with opened(self._folder) as vault:
                check_review(site, vault)
                with reviewing(site, vault) as review:
                    review.sign(reviewer)
            self.error = ""
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def _run(self) -> None:
        site = open_site(self._folder)
        try:
            with opened(self._folder) as vault, platform_of(site) as client:
                send(site, vault, client)
        except RenkeiError as error:
            self.error = error.sentence
