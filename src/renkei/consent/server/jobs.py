"""What the worker does for consent: warn of approvals and contracts that end."""

from datetime import UTC, datetime

from renkei.consent.server.expiry import warn_of_ends
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.runner import every


@every(seconds=3600)
async def warn() -> int:
    """Write the warnings that are due; return how many."""
    async with transaction(system("ends of permits")) as session:
        return await warn_of_ends(session, today=datetime.now(UTC).date())
