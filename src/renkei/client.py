"""The Python SDK: typed refusals over HTTP; the commands are thin callers of this."""

import json as jsonlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from renkei import __version__
from renkei.errors import (
    ConflictError,
    DataRefusedError,
    ForbiddenError,
    NotFoundError,
    PeerUnreachableError,
    RenkeiError,
    TooLargeError,
    UnauthenticatedError,
    UsageError,
)
from renkei.settings import load_settings, user_config

API = "/api/v1"
TRIES = 3
# A group of files is stored in one answer: on a busy small machine that takes minutes.
SECONDS = 600
_KINDS: Mapping[int, type[RenkeiError]] = {
    kind.status: kind
    for kind in (
        UsageError,
        DataRefusedError,
        TooLargeError,
        NotFoundError,
        ConflictError,
        UnauthenticatedError,
        ForbiddenError,
        PeerUnreachableError,
    )
}


class ServerUnreachableError(PeerUnreachableError):
    """The platform does not answer."""


class Client:
    """Speak with one platform as the holder of one token; use it as a context manager."""

    def __init__(
        self,
        server: str | None = None,
        token: str | None = None,
        *,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        settings = load_settings(server=server, token=token)
        held = settings.token or saved_token(settings.server)
        headers = {"User-Agent": f"renkei/{__version__}", "Accept": "application/json"}
        if held:
            headers["Authorization"] = f"Bearer {held}"
        self.server = settings.server.rstrip("/")
        self._http = httpx2.Client(
            base_url=self.server, headers=headers, timeout=SECONDS, transport=transport
        )

    def __enter__(self) -> Self:
        """Keep the connection open for several calls."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON answer of GET `/api/v1{path}`."""
        return self._json("GET", path, params={k: v for k, v in query.items() if v is not None})

    def post(self, path: str, body: object = None) -> Any:
        """Return the JSON answer of POST `/api/v1{path}`."""
        return self._json("POST", path, json=body)

    def put(self, path: str, body: object = None) -> Any:
        """Return the JSON answer of PUT `/api/v1{path}`."""
        return self._json("PUT", path, json=body)

    def delete(self, path: str) -> Any:
        """Return the JSON answer of DELETE `/api/v1{path}`."""
        return self._json("DELETE", path)

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield every row of a list, page after page."""
        after: str | None = None
        while True:
            page = self.get(path, after=after, **query)
            yield from page["items"]
            after = page["next"]
            if after is None:
                return

    def send(
        self,
        method: str,
        path: str,
        *,
        content: bytes | Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Send bytes to a path of the server (STOW, tus) and return the checked answer."""
        try:
            answer = self._http.request(method, path, content=content, headers=dict(headers or {}))
        except httpx2.TransportError as error:
            raise ServerUnreachableError(f"{self.server} does not answer.") from error
        return _checked(answer)

    @contextmanager
    def stream(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> Iterator[httpx2.Response]:
        """Open a large download; iterate over `iter_bytes()` of the answer."""
        try:
            with self._http.stream("GET", path, headers=dict(headers or {})) as answer:
                if answer.is_error:
                    answer.read()
                yield _checked(answer)
        except httpx2.TransportError as error:
            raise ServerUnreachableError(f"{self.server} does not answer.") from error

    def _json(self, method: str, path: str, **more: Any) -> Any:
        # Only a GET may be sent twice: a lost answer to a POST does not tell whether it was done.
        tries = TRIES if method == "GET" else 1
        for left in reversed(range(tries)):
            try:
                answer = self._http.request(method, API + path, **more)
            except httpx2.TransportError as error:
                if not left:
                    raise ServerUnreachableError(f"{self.server} does not answer.") from error
                time.sleep(0.2 * (tries - left))
                continue
            checked = _checked(answer)
            return checked.json() if checked.content else None
        raise AssertionError


def _checked(answer: httpx2.Response) -> httpx2.Response:
    if not answer.is_error:
        return answer
    try:
        problem = answer.json()
    except jsonlib.JSONDecodeError:
        problem = {}
    kind = _KINDS.get(answer.status_code, RenkeiError)
    sentence = problem.get("detail") or f"The platform answered {answer.status_code}."
    raise kind(sentence, reason=problem.get("title"), trace_id=problem.get("trace_id"))


def _tokens() -> Path:
    return user_config().with_name("tokens.json")


def saved_token(server: str) -> str | None:
    """Return the token that `renkei login` kept for this server."""
    try:
        token = jsonlib.loads(_tokens().read_text("utf-8")).get(server.rstrip("/"))
    except FileNotFoundError:
        return None
    return str(token) if token else None


def save_token(server: str, token: str | None) -> None:
    """Keep a token for this server, readable by its user alone; None forgets it."""
    path = _tokens()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    text = path.read_text("utf-8")
    kept = jsonlib.loads(text) if text else {}
    kept.pop(server.rstrip("/"), None)
    if token:
        kept[server.rstrip("/")] = token
    path.write_text(jsonlib.dumps(kept), "utf-8")
