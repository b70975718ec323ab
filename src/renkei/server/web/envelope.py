"""What every answer carries: trace id, version, security headers; and how it is counted."""

import time
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from renkei import __version__
from renkei.log import get_logger
from renkei.server import telemetry
from renkei.server.web.problem import MEDIA_TYPE, Problem, answer, plain

log = get_logger(__name__)
TOO_LARGE = 413
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Holds for the whole app: styles are set inline by the component library, nothing else is.
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
# The full reader compiles its decoders, and evaluates shaders and tables that it carries itself.
READER = POLICY.replace(
    "default-src 'self'",
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; "
    "connect-src 'self' blob: data:; font-src 'self' data:",
)
SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Envelope:
    """The outermost layer: around the app, around its refusals too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace_id = telemetry.new_trace_id()
        telemetry.follow(trace_id)
        began = time.perf_counter()
        status = 500
        body: bytes | None = None

        async def sealed(message: Message) -> None:
            nonlocal status, body
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                _stamp(headers, scope["path"], trace_id)
                # A body over the limit is refused below the handlers, as plain text.
                if status == TOO_LARGE and headers.get("content-type") != MEDIA_TYPE:
                    refusal = plain(TOO_LARGE)
                    body = bytes(refusal.body)
                    headers.update(refusal.headers)
            elif body is not None:
                message = {**message, "body": body, "more_body": False}
            await send(message)

        try:
            if _from_elsewhere(scope):
                sentence = "Another site's page may not act in your name."
                refusal = answer(Problem(title="cross_site", status=403, detail=sentence))
                await refusal(scope, receive, sealed)
            else:
                await self.app(scope, receive, sealed)
        finally:
            _count(scope, status, time.perf_counter() - began, trace_id)


def _from_elsewhere(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    if scope["method"] in SAFE or "authorization" in headers:
        return False
    return headers.get("sec-fetch-site") in {"cross-site", "same-site"}


def _stamp(headers: MutableHeaders, path: str, trace_id: str) -> None:
    headers["X-Trace-Id"] = trace_id
    headers["X-Renkei-Version"] = __version__
    if path.startswith("/ohif/"):
        headers["Content-Security-Policy"] = READER
        headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    for name, value in SECURITY.items():
        headers.setdefault(name, value)
    if path.startswith(("/api/", "/dicom-web/")):
        headers.setdefault("Cache-Control", "no-store")


def _count(scope: Scope, status: int, seconds: float, trace_id: str) -> None:
    route = getattr(scope.get("route"), "path", "unmatched")
    telemetry.REQUESTS.labels(scope["method"], route, str(status)).inc()
    telemetry.SECONDS.labels(route).observe(seconds)
    log.info(
        "answered",
        method=scope["method"],
        route=route,
        status=status,
        seconds=round(seconds, 4),
        trace_id=trace_id,
    )
