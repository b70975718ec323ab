"""OHIF, the full reader: its page and its settings, mounted on one root and on nothing else."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from renkei.dicomweb.server.below import Scope, open_scope
from renkei.errors import NotFoundError
from renkei.server.actor import Permission
from renkei.server.web import Db, gives, needs

SCRIPT = "text/javascript"
HTML = "text/html"
FRESH = {"Cache-Control": "no-store"}
HOOKS = Path(__file__).parents[1] / "ohif.js"
VIEW = needs(Permission.DICOMWEB_VIEW)
router = APIRouter(prefix="/ohif/{root:uuid}", tags=["dicomweb"], include_in_schema=False)


class NoViewerError(NotFoundError):
    """The web pages were built without OHIF."""


@router.get("/app-config.js", dependencies=VIEW, **gives(SCRIPT))
async def viewer_settings(root: UUID, session: Db) -> Response:
    """Return OHIF's settings for a root, as the script that it runs first."""
    scope = await open_scope(session, root)
    hooks = HOOKS.read_text("utf-8")
    said = json.dumps(settings_of(scope), ensure_ascii=True)
    return Response(f"window.config = {said};\n{hooks}", media_type=SCRIPT, headers=FRESH)


@router.get("/viewer", dependencies=VIEW, **gives(HTML))
@router.get("/segmentation", dependencies=VIEW, name="viewer_segmentation", **gives(HTML))
async def viewer_page(root: UUID, request: Request, session: Db) -> Response:
    """Return OHIF's page for an open root of the actor's."""
    await open_scope(session, root)
    dist: Path | None = request.app.state.dist
    index = None if dist is None else dist / "ohif" / "index.html"
    if index is None or not index.is_file():
        raise NoViewerError("The full reader is not installed; build the web pages with it.")
    return HTMLResponse(index.read_text("utf-8"), headers=FRESH)


def settings_of(scope: Scope) -> dict[str, Any]:
    """Return OHIF's settings: one source of images, the root, and one way to store."""
    source = {
        "friendlyName": "Renkei",
        "name": "renkei",
        "qidoRoot": scope.path,
        "wadoRoot": scope.path,
        "wadoUriRoot": scope.path,
        "qidoSupportsIncludeField": True,
        "supportsReject": False,
        "supportsStow": True,
        "supportsFuzzyMatching": False,
        "supportsWildcard": True,
        "imageRendering": "wadors",
        "thumbnailRendering": "wadors",
        "enableStudyLazyLoad": True,
        "omitQuotationForMultipartRequest": True,
        "singlepart": "bulkdata,video",
        "bulkDataURI": {"enabled": True, "relativeResolution": "studies"},
        # OHIF's own default, a label map in RLE, cannot be read back by every reader.
        "segmentation": {
            "store": {"defaultMode": "bitmap", "transferSyntaxUID": "1.2.840.10008.1.2.1"}
        },
    }
    return {
        "routerBasename": f"/ohif/{scope.root.id}",
        "extensions": [],
        "modes": [],
        "showStudyList": False,
        "showWarningMessageForCrossOrigin": False,
        "showCPUFallbackMessage": False,
        "showLoadingIndicator": True,
        "maxNumberOfWebWorkers": 3,
        "investigationalUseDialog": {"option": "never"},
        "defaultDataSourceName": "renkei",
        "dataSources": [
            {
                "namespace": "@ohif/extension-default.dataSourcesModule.dicomweb",
                "sourceName": "renkei",
                "configuration": source,
            }
        ],
        "renkei": {"labels": scope.root.labels},
    }
