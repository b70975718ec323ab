"""A platform of its own for a bench: embedded database, one hospital, one curator."""

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from renkei.log import configure
from renkei.people.server.organisation import add_organisation, add_user
from renkei.people.server.tables import OrganisationKind, User
from renkei.server.actor import Role, system
from renkei.server.db import transaction
from renkei.server.migrate import migrate
from renkei.server.opening import opened
from renkei.settings import Settings
from renkei.subjects.server.site import add_site

T = TypeVar("T")


async def on_platform(measure: Callable[[str, User], Awaitable[T]]) -> T:
    """Call with the database's address and the curator; the hospital is the only one there is."""
    with tempfile.TemporaryDirectory(prefix="rk", ignore_cleanup_errors=True) as folder:
        configure("error")
        settings = Settings(data=Path(folder, "d"))
        url = migrate(settings)
        async with opened(settings):
            async with transaction(system("bench")) as session:
                curator = await _people(session)
            return await measure(url, curator)


async def _people(session):
    hospital = await add_organisation(session, kind=OrganisationKind.HOSPITAL, name="Bench")
    operator = await add_organisation(session, kind=OrganisationKind.OPERATOR, name="Operator")
    await session.flush()
    await add_site(session, organisation_id=hospital.id, code="X")
    return await add_user(
        session,
        organisation_id=operator.id,
        email="curator@bench.example",
        name="Curator",
        role=Role.CURATOR,
    )
