"""One-click sign-in, only where the settings say that this is a demo."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.people.server.organisation import NoSuchUserError
from renkei.people.server.signin import SignedIn, open_sign_in
from renkei.people.server.tables import Organisation, User
from renkei.settings import load_settings


class NotADemoError(NotFoundError):
    """This platform is no demo."""


async def demo_users(session: AsyncSession) -> list[tuple[User, Organisation]]:
    """Return whom a visitor may be.

    Raises:
        NotADemoError: The settings do not say that this is a demo.
    """
    _refuse_outside_demo()
    rows = await session.execute(
        select(User, Organisation)
        .join(Organisation, Organisation.id == User.organisation_id)
        .where(User.active)
        .order_by(User.id)
        .limit(50)
    )
    return list(rows)


async def sign_in_demo(session: AsyncSession, *, user_id: UUID) -> SignedIn:
    """Sign in as one of the demo's users, without a password.

    Raises:
        NotADemoError: The settings do not say that this is a demo.
        NoSuchUserError: There is no such user.
    """
    _refuse_outside_demo()
    user = await session.scalar(select(User).where(User.id == user_id, User.active))
    if user is None:
        raise NoSuchUserError("There is no such user; choose one from the list.")
    return await open_sign_in(session, user=user)


def _refuse_outside_demo() -> None:
    if not load_settings().demo:
        raise NotADemoError("There is no such page.")
