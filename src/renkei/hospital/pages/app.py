"""The local pages: what was found, what is held and why, what was sent; Japanese first."""

from collections import Counter
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from renkei.hospital.pages.words import REASONS, WORDS
from renkei.hospital.site import open_site
from renkei.hospital.status import status_of
from renkei.hospital.vault import opened

HEADERS = {
    # Nothing from elsewhere, nothing kept: file names on these pages may name a patient.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
LANGUAGES = ("ja", "en")
_TEMPLATES = Environment(
    loader=PackageLoader("renkei.hospital.pages"), autoescape=select_autoescape()
)


def build(folder: Path) -> Starlette:
    """Return the pages of one site folder; other host names than this computer's are refused."""

    def overview(request: Request) -> Response:
        site = open_site(folder)
        with opened(folder) as vault:
            return _page(request, "overview.html", site=site, status=status_of(site, vault))

    def held(request: Request) -> Response:
        with opened(folder) as vault:
            rows = vault.held()
        wanted = request.query_params.get("reason")
        counts = Counter(str(row["reason"]) for row in rows)
        shown = [row for row in rows if wanted in {None, row["reason"]}]
        return _page(request, "held.html", rows=shown, counts=counts, wanted=wanted)

    def batches(request: Request) -> Response:
        with opened(folder) as vault:
            rows = [_counted(row, len(vault.items_of(row["id"]))) for row in vault.batches()]
        return _page(request, "batches.html", rows=rows)

    return Starlette(
        routes=[
            Route("/", overview),
            Route("/held", held),
            Route("/batches", batches),
        ],
        middleware=[
            Middleware(
                TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "testserver"]
            )
        ],
    )


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


def _page(request: Request, template: str, **more: object) -> Response:
    asked = request.query_params.get("lang")
    language = asked if asked in LANGUAGES else request.cookies.get("lang", "ja")
    language = language if language in LANGUAGES else "ja"
    words, reasons = WORDS[language], REASONS[language]

    def reason(code: str) -> str:
        return "、".join(reasons.get(part, part.replace("_", " ")) for part in code.split(","))

    html = _TEMPLATES.get_template(template).render(
        t=words, reason=reason, lang=language, path=request.url.path, **more
    )
    answer = HTMLResponse(html, headers=HEADERS)
    if asked in LANGUAGES:
        answer.set_cookie("lang", language, samesite="strict", httponly=True)
    return answer
