"""The hospital's tool: the oldest version that may still send, and the newest bundle to install."""

import re
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from renkei.errors import ConflictError, NotFoundError
from renkei.proof.bundle import BadBundleError, BundleFacts, read_facts, version_order
from renkei.server.actor import Permission
from renkei.server.web import Out, needs
from renkei.settings import load_settings

router = APIRouter(prefix="/tool")
SEND = needs(Permission.COLLECT_SEND)
_AGENT = re.compile(r"renkei/([0-9]{1,6}(?:\.[0-9]{1,6}){0,3})(?: |$)")
_NAMED = re.compile(r"(?:^| )([0-9]{1,6}(?:\.[0-9]{1,6}){0,3})$")


class NoBundleError(NotFoundError):
    """The platform holds no bundle for this kind of computer."""


class ToolTooOldError(ConflictError):
    """What sends is older than the platform takes, or does not say how old it is."""


class BundleOut(Out):
    """The newest bundle for one kind of computer."""

    target: str
    version: str
    bytes: int


class ToolOut(Out):
    """What a hospital's tool asks before it sends; without `minimum` every version may send."""

    minimum: str | None
    bundles: list[BundleOut]


def check_sender(agent: str, tool: str) -> None:
    """Refuse a batch of a tool older than the platform takes.

    `agent` is the request's User-Agent, `tool` what the manifest says: a batch that an earlier
    version made may be sent by a newer one.

    Raises:
        ToolTooOldError: It is older, or names no version.
    """
    minimum = load_settings().hospital_minimum
    if minimum is None:
        return
    named = _AGENT.match(agent) or _NAMED.search(tool)
    if named is None or version_order(named[1]) < version_order(minimum):
        raise ToolTooOldError(
            f"The platform takes data from version {minimum} of the hospital's tool on; install "
            f"the bundle that it offers at /api/v1/collect{router.prefix}, then send again.",
            minimum=minimum,
        )


@router.get("", dependencies=SEND)
async def get_tool() -> ToolOut:
    """Say which version of the tool may send, and which bundles there are."""
    found = await run_in_threadpool(_newest)
    return ToolOut(
        minimum=load_settings().hospital_minimum,
        bundles=[
            BundleOut(target=facts.target, version=facts.version, bytes=path.stat().st_size)
            for facts, path in found
        ],
    )


@router.get("/{target}", dependencies=SEND, response_class=FileResponse)
async def get_bundle(target: Literal["win_amd64", "linux_x86_64"]) -> FileResponse:
    """Download the newest bundle; check it with 'renkei hospital verify-bundle' before use."""
    for facts, path in await run_in_threadpool(_newest):
        if facts.target == target:
            name = f"renkei-hospital-{facts.version}-{target}.zip"
            return FileResponse(path, media_type="application/zip", filename=name)
    raise NoBundleError("There is no bundle for this kind of computer; ask the operator for it.")


def _newest() -> list[tuple[BundleFacts, Path]]:
    folder = load_settings().hospital_bundles
    newest: dict[str, tuple[BundleFacts, Path]] = {}
    for path in sorted(Path(folder).glob("*.zip")) if folder else []:
        try:
            facts = read_facts(path)
        except BadBundleError:
            # A half-copied file must not keep the others from being served.
            continue
        held = newest.get(facts.target)
        if held is None or version_order(held[0].version) < version_order(facts.version):
            newest[facts.target] = (facts, path)
    return [newest[target] for target in sorted(newest)]
