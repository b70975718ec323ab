"""Build deliveries, end what is over, answer recalls."""

from uuid import UUID

from renkei.market.server import recall
from renkei.market.server.deliver import DELIVER_JOB, build
from renkei.market.server.licence import expire_licences
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.jobs import job
from renkei.server.runner import every

__all__ = ["recall"]


@job(DELIVER_JOB, seconds=1800)
async def deliver(delivery_id: UUID) -> None:
    """Build a delivery."""
    await build(delivery_id)


@every(seconds=60)
async def expire() -> int:
    """Move the licences whose time is over."""
    async with transaction(system("licences whose time is over")) as session:
        return await expire_licences(session)
