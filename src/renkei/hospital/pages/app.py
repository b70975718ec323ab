"""The local pages: find, review, hold, send, and what the platform made of it; Japanese first."""

import hmac
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from renkei.errors import RenkeiError
from renkei.hospital.pages import masks as mask_pages
from renkei.hospital.pages.certificate import certificate_of
from renkei.hospital.pages.links import links_of
from renkei.hospital.pages.sending import Sending, UnsignedError
from renkei.hospital.pages.setup import notice_of, setup_of, sheet_of, taken
from renkei.hospital.pages.words import REASONS, WORDS
from renkei.hospital.review import OPEN, reviewing
from renkei.hospital.site import NoSiteError, open_site
from renkei.hospital.status import status_of
from renkei.hospital.use import use_of
from renkei.hospital.vault import opened
from renkei.hospital.worklist import worklist

HEADERS = {
    # Nothing from elsewhere, nothing kept: file names on these pages may name a patient.
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": forms of these pages would lose their origin, which is checked.
    "Referrer-Policy": "same-origin",
}
LANGUAGES = ("ja", "en")
NAME_LENGTH = 80
_TEMPLATES = Environment(
    loader=PackageLoader("renkei.hospital.pages"), autoescape=select_autoescape()
)
FORM_BYTES = 1 << 20


def _moment(text: str) -> str:
    """Return a moment as the clock on this computer's wall shows it."""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")


_TEMPLATES.filters["moment"] = _moment
Form = Mapping[str, list[str]]


def build(folder: Path) -> Starlette:
    """Return the pages of one site folder; other host names than this computer's are refused."""
    pages = _Pages(folder)
    return Starlette(
        routes=[
            Route("/", pages.overview),
            Route("/searches", pages.searches),
            Route("/held", pages.held),
            Route("/review", pages.review),
            Route("/review", pages.posted(pages.decide), methods=["POST"]),
            Route("/masks", pages.masks),
            Route("/masks", pages.posted(pages.mask_decide), methods=["POST"]),
            Route("/masks/{n:int}", pages.mask),
            Route("/masks/{n:int}/pictures/{k:int}", pages.mask_picture),
            Route("/batches", pages.batches),
            Route("/batches/{n:int}/certificate", pages.certificate),
            Route("/send", pages.posted(pages.send), methods=["POST"]),
            Route("/use", pages.use),
            Route("/links", pages.shown("links.html", links_of)),
            Route("/setup", pages.shown("setup.html", setup_of)),
            Route("/setup/sheet", pages.shown("sheet.html", sheet_of)),
            Route("/setup/notice", pages.shown("notice.html", notice_of)),
            *(
                Route(f"/setup/{step}", pages.posted(taken(folder, step)), methods=["POST"])
                for step in ("site", "platform", "key", "archive", "live")
            ),
        ],
        middleware=[
            Middleware(
                TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "testserver"]
            )
        ],
    )


class _Pages:
    """The pages of one site; a form must carry the token that only these pages know."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._token = secrets.token_urlsafe(32)
        self._sending = Sending(folder)

    def posted(self, act: Callable[[Form], str]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            form = await _form(request)
            origin = request.headers.get("Origin")
            foreign = origin and urlsplit(origin).netloc != request.headers.get("Host")
            if foreign or not hmac.compare_digest(
                _field(form, "token").encode(), self._token.encode()
            ):
                return self._page(request, "refused.html", code=403)
            try:
                return RedirectResponse(await run_in_threadpool(act, form), 303, HEADERS)
            except RenkeiError as error:
                return self._page(request, "refused.html", code=error.status, error=error)

        return answer

    def shown(
        self, template: str, read: Callable[[Path], dict[str, Any]]
    ) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            try:
                return self._page(request, template, **read(self._folder))
            except RenkeiError as error:
                return self._page(request, "refused.html", code=error.status, error=error)

        return answer

    def overview(self, request: Request) -> Response:
        try:
            site = open_site(self._folder)
        except NoSiteError:
            return RedirectResponse("/setup", 303, HEADERS)
        with opened(self._folder) as vault:
            status = status_of(site, vault)
        return self._page(request, "overview.html", site=site, status=status)

    def searches(self, request: Request) -> Response:
        with worklist(self._folder) as work:
            return self._page(request, "searches.html", rows=work.searches(), paused=work.paused())

    def held(self, request: Request) -> Response:
        with opened(self._folder) as vault:
            rows = vault.held()
        wanted = request.query_params.get("reason")
        counts = Counter(str(row["reason"]) for row in rows)
        shown = [row for row in rows if wanted in {None, row["reason"]}]
        return self._page(request, "held.html", rows=shown, counts=counts, wanted=wanted)

    def review(self, request: Request) -> Response:
        with opened(self._folder) as vault, reviewing(open_site(self._folder), vault) as review:
            texts, version = review.texts(), review.version()
        undecided = sum(text.state == OPEN for text in texts)
        return self._page(request, "review.html", texts=texts, version=version, undecided=undecided)

    def decide(self, form: Form) -> str:
        shown, refused = (
            {int(n) for n in form.get(name, []) if n.isdecimal()} for name in ("n", "refuse")
        )
        reviewer = _reviewer(form)
        if not reviewer:
            raise UnsignedError("Write your name to sign the review.")
        with opened(self._folder) as vault, reviewing(open_site(self._folder), vault) as review:
            review.decide(approved=shown - refused, refused=shown & refused, reviewer=reviewer)
        return "/review"

    def masks(self, request: Request) -> Response:
        return self._page(request, "masks.html", rows=mask_pages.all_series(self._folder))

    def mask(self, request: Request) -> Response:
        try:
            shown = mask_pages.one_series(self._folder, request.path_params["n"])
        except RenkeiError as error:
            return self._page(request, "refused.html", code=error.status, error=error)
        return self._page(request, "mask.html", **shown)

    def mask_picture(self, request: Request) -> Response:
        n, k = (request.path_params[name] for name in ("n", "k"))
        picture = mask_pages.picture_of(self._folder, n, k)
        if picture is None:
            return Response(status_code=404, headers=HEADERS)
        return Response(picture, media_type="image/png", headers=HEADERS)

    def mask_decide(self, form: Form) -> str:
        return mask_pages.decide(self._folder, form, _reviewer(form))

    def batches(self, request: Request) -> Response:
        with opened(self._folder) as vault, reviewing(open_site(self._folder), vault) as review:
            rows = [_counted(row, len(vault.items_of(row["id"]))) for row in vault.batches()]
            more: dict[str, Any] = {
                "waiting": len(vault.waiting()),
                "undecided": review.undecided(),
                "signatures": review.signatures(),
            }
        return self._page(request, "batches.html", rows=rows, sending=self._sending, **more)

    def certificate(self, request: Request) -> Response:
        try:
            shown = certificate_of(self._folder, request.path_params["n"])
        except RenkeiError as error:
            return self._page(request, "refused.html", code=error.status, error=error)
        return self._page(request, "certificate.html", **shown)

    def send(self, form: Form) -> str:
        self._sending.start(_reviewer(form))
        return "/batches"

    def use(self, request: Request) -> Response:
        return self._page(request, "use.html", use=use_of(open_site(self._folder)))

    def _page(self, request: Request, template: str, *, code: int = 200, **more: Any) -> Response:
        asked = request.query_params.get("lang")
        language = asked if asked in LANGUAGES else request.cookies.get("lang", "ja")
        language = language if language in LANGUAGES else "ja"
        words, reasons = WORDS[language], REASONS[language]

        def reason(code: str) -> str:
            return "、".join(reasons.get(part, part.replace("_", " ")) for part in code.split(","))

        html = _TEMPLATES.get_template(template).render(
            t=words, reason=reason, lang=language, path=request.url.path, token=self._token, **more
        )
        answer = HTMLResponse(html, code, headers=HEADERS)
        if asked in LANGUAGES:
            answer.set_cookie("lang", language, samesite="strict", httponly=True)
        return answer


def _reviewer(form: Form) -> str:
    return _field(form, "reviewer").strip()[:NAME_LENGTH]


async def _form(request: Request) -> Form:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            return {}
    return parse_qs(body.decode("utf-8", "replace"))


def _field(form: Form, name: str) -> str:
    return form.get(name, [""])[0]


def _counted(row: dict[str, Any], files: int) -> dict[str, Any]:
    answer = row["answer"] or {}
    quarantined = dict(answer.get("quarantined", {}))
    return {
        **row,
        "files": files,
        "stored": answer.get("stored"),
        "quarantined": quarantined,
        "quarantined_count": sum(quarantined.values()),
    }
