"""Routes: roots are opened below /api/v1/dicomweb, images lie below /dicom-web/{root}."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from renkei.dicomweb.server.held import router as held
from renkei.dicomweb.server.images import router as images
from renkei.dicomweb.server.ohif import router as ohif
from renkei.dicomweb.server.roots import close_root, grant_root, set_cookie
from renkei.dicomweb.server.schemas import RootIn, RootOut
from renkei.server.actor import Permission
from renkei.server.db import actor_of
from renkei.server.web import Db, needs
from renkei.server.web.address import over_tls

VIEW = needs(Permission.DICOMWEB_VIEW)
router = APIRouter()
roots = APIRouter(prefix="/api/v1/dicomweb/roots", tags=["dicomweb"])


@roots.post("", status_code=201, dependencies=VIEW)
async def post_root(body: RootIn, request: Request, response: Response, session: Db) -> RootOut:
    """Open a root over images that you may see; the cookie of its path comes with the answer."""
    opened = await grant_root(
        session,
        user_id=UUID(actor_of(session).id),
        purpose=body.purpose,
        series_ids=body.series,
        slide_ids=body.slides,
    )
    root = opened.root
    set_cookie(response, opened, secure=over_tls(request))
    return RootOut(id=root.id, path=opened.path, purpose=root.purpose, expires_at=root.expires_at)


@roots.delete("/{root_id}", status_code=204, dependencies=VIEW)
async def delete_root(root_id: UUID, session: Db) -> None:
    """Close a root of your own."""
    await close_root(session, root_id=root_id)


router.include_router(roots)
router.include_router(held)
router.include_router(images)
router.include_router(ohif)
