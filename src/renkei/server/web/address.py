"""The address that users type: behind a proxy the settings know it, not the request."""

from starlette.requests import HTTPConnection

from renkei.settings import load_settings


def public_address(request: HTTPConnection) -> str:
    """Return scheme, host and port as users see them, without a slash at the end."""
    return (load_settings().public_url or str(request.base_url)).rstrip("/")


def over_tls(request: HTTPConnection) -> bool:
    """Tell whether users come by https, so that a cookie may be kept to it."""
    return public_address(request).startswith("https://")
