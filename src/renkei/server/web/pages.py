"""The built web app: today's index, yesterday's hashed files for ever."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Renkei</title>
<body style="font-family:sans-serif;max-width:40em;margin:4em auto;line-height:1.6">
<h1>Renkei 連携</h1>
<p>The platform runs, but its web pages are not built yet.
Run <code>./dev serve</code>, which builds them first.</p>
<p lang="ja">サーバーは動いていますが、画面がまだビルドされていません。
<code>./dev serve</code> を実行してください。</p>
<p><a href="/api/v1/openapi.json">/api/v1/openapi.json</a></p>"""
# Addresses that never are a page, so that a typing mistake is a 404 and not the app.
PROGRAMS = ("api/", "dicom-web/", "metrics", "healthz", "readyz")
IMMUTABLE = "public, max-age=31536000, immutable"


def pages(dist: Path | None) -> list[Route]:
    """Return the last route of the app: files of the build, else its index."""
    root = dist.resolve() if dist is not None and (dist / "index.html").is_file() else None

    async def page(request: Request) -> Response:
        path = request.path_params["path"]
        if f"{path}/".startswith(PROGRAMS) or path in PROGRAMS:
            raise HTTPException(404)
        if root is None:
            return HTMLResponse(NOT_BUILT, 503, {"Cache-Control": "no-cache"})
        file = (root / path).resolve()
        if file.is_file() and file.is_relative_to(root) and not file.name.startswith("."):
            hashed = file.parent.name == "assets"
            return FileResponse(
                file, headers={"Cache-Control": IMMUTABLE if hashed else "no-cache"}
            )
        if path.startswith("assets/"):
            raise HTTPException(404)
        return FileResponse(root / "index.html", headers={"Cache-Control": "no-cache"})

    return [Route("/{path:path}", page, methods=["GET", "HEAD"], include_in_schema=False)]
