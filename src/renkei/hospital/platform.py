"""The way to the platform: the site's own authority, its proxy, the oldest tool that may send."""

import ssl

import httpx2

from renkei import __version__
from renkei.client import Client
from renkei.errors import ConflictError, NotFoundError, UsageError
from renkei.hospital.site import Site
from renkei.proof.bundle import version_order


class ToolTooOldError(ConflictError):
    """The platform takes nothing from a tool this old."""


class BadAuthorityError(UsageError):
    """The file of the hospital's certificate authority cannot be used."""


def platform_of(site: Site, token: str | None = None) -> Client:
    """Open the platform as the site's settings say; certificates are always checked.

    Raises:
        BadAuthorityError: `ca_file` cannot be read.
    """
    if not site.ca_file and not site.proxy:
        return Client(site.server, token)
    try:
        # The path is taken from the site folder if it is not absolute.
        authority = str(site.folder / site.ca_file) if site.ca_file else None
        context = ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError) as error:
        raise BadAuthorityError(
            "The file named as ca_file in site.toml is no PEM certificate; name another."
        ) from error
    return Client(
        site.server,
        token,
        transport=httpx2.HTTPTransport(verify=context, proxy=site.proxy or None),
    )


def check_tool(client: Client) -> None:
    """Ask whether this version of the tool may send.

    Raises:
        ToolTooOldError: It is older than the platform takes.
    """
    try:
        minimum = client.get("/collect/tool")["minimum"]
    except NotFoundError:
        # An earlier platform takes every version.
        return
    if minimum and version_order(__version__) < version_order(minimum):
        raise ToolTooOldError(
            f"The platform takes data from version {minimum} on, this is {__version__}; install "
            "the bundle that it offers.",
            minimum=minimum,
        )
