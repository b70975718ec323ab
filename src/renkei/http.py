"""The way in from the web: the routes that the folders of the line bring, as one app."""

from pathlib import Path

from renkei.people.server.signin import actor_of_request
from renkei.server import activity
from renkei.server.rooms import rooms
from renkei.server.web import create_app
from renkei.server.web.app import API
from renkei.server.web.serve import App, Beside, Lifespan, serve_app
from renkei.settings import Settings

# Each folder's `routes` brings `router`; DICOM's own addresses stand beside the API, so that
# folder's router carries both in full.
PREFIXES = {"dicomweb": ""}


def build(lifespan: Lifespan | None = None) -> App:
    """Return the app with every folder's routes and the built pages."""
    routers = [(PREFIXES.get(folder, API), room.router) for folder, room in rooms("routes")]
    return create_app(
        [(API, activity.router), *routers],
        sign_in=actor_of_request,
        lifespan=lifespan,
        dist=find_dist(),
    )


def find_dist() -> Path | None:
    """Return the folder of the built web app: inside the package, else in the working tree."""
    package = Path(__file__).parent
    for place in (package / "web", package.parents[1] / "web" / "dist"):
        if (place / "index.html").is_file():
            return place
    return None


async def serve(settings: Settings, *, beside: Beside | None = None) -> None:
    """Answer requests until interrupted; `beside` runs in the same process, such as a worker."""
    await serve_app(build, settings, beside=beside)
