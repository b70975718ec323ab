"""Sites: a hospital as a source of data."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError, NotFoundError
from renkei.people.server.tables import Organisation, OrganisationKind
from renkei.server.audit import record
from renkei.subjects.server.tables import Site


class NoSuchHospitalError(NotFoundError):
    """There is no such hospital, or none that the actor may see."""


class SiteExistsError(ConflictError):
    """The hospital is a site, or the code is taken."""


async def add_site(
    session: AsyncSession, *, organisation_id: UUID, code: str, region: str | None = None
) -> Site:
    """Make a hospital a source of data; the site's id is the organisation's.

    Raises:
        NoSuchHospitalError: There is none, or the organisation is no hospital.
        SiteExistsError: It is a site already, or another has the code.
    """
    hospital = await session.scalar(
        select(Organisation).where(
            Organisation.id == organisation_id, Organisation.kind == OrganisationKind.HOSPITAL
        )
    )
    if hospital is None:
        raise NoSuchHospitalError("There is no such hospital; add it first.")
    row = insert(Site).values(
        id=hospital.id, code=code, name=hospital.name, country=hospital.country, region=region
    )
    site: Site | None = await session.scalar(row.on_conflict_do_nothing().returning(Site))
    if site is None:
        raise SiteExistsError(
            "The hospital is a site already, or another site has this code; choose another code."
        )
    await record(session, "subjects.site", site)
    return site
