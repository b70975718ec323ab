"""What the readers may read, and the one-time codes by which the adjudicator signs."""

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager

from renkei.client import Client
from renkei.demo.organise import Cast
from renkei.people.onetime import SECONDS, code_at

PARTS = ("reader_1", "reader_2", "adjudicator")


def give_credentials(curator: Client, cast: Cast) -> None:
    """Let the three readers read CT, MR and slides, with every label."""
    body = {"modalities": ["CT", "MR", "SM"], "languages": ["ja", "en"], "most_open": 500}
    for part in PARTS:
        curator.put(f"/annotate/readers/{cast.people[part].id}/credential", body)


@contextmanager
def proved(client: Client, operator: Client, user: str) -> Iterator[None]:
    """Set up an authenticator, prove oneself, and hand it in again.

    Nobody keeps the story's seed, so whoever opens the web app sets up an authenticator anew.
    """
    taken = f"/people/users/{user}/second-factor"
    if client.get("/people/second-factor")["confirmed"]:
        operator.delete(taken)
    seed = base64.b32decode(client.post("/people/second-factor")["secret"])
    now = time.time()
    client.post("/people/second-factor/confirm", {"code": code_at(seed, now - SECONDS)})
    client.post("/people/step-up", {"code": code_at(seed, now)})
    yield
    operator.delete(taken)
