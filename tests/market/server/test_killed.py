"""A worker that is killed while it builds or takes back leaves one delivery and one posting."""

from sqlalchemy import func, select
from tests.committed import connection
from tests.market.server.test_sale import licensed

from renkei.consent.server.recall import recall_subject
from renkei.consent.server.tables import RecallKind
from renkei.market.server.deliver import open_delivery
from renkei.market.server.release import release_key
from renkei.market.server.settle import settle_licence
from renkei.market.server.tables import DeliveryFile, JournalEntry, RecallNotice

__all__ = ["connection"]


async def test_a_delivery_is_built_once_and_its_recall_answered_once(
    session, acting, frozen, people, killed
) -> None:
    licence_id = await licensed(session, acting, frozen, people)
    with acting(session, people.licensee):
        delivery = await open_delivery(session, licence_id=licence_id)
        delivery_id = delivery.id
        await session.commit()
    assert (await killed("market.deliver")).inside > 0
    session.expunge_all()
    files = list(await session.execute(select(DeliveryFile.n, DeliveryFile.path)))
    assert len(files) == len({path for _, path in files})
    with acting(session, people.licensee):
        for n, _ in files:
            await release_key(session, delivery_id=delivery_id, n=n, request=f"r{n}")
        await session.commit()
    with acting(session, people.operator):
        await settle_licence(session, licence_id=licence_id)
        await session.commit()
    entries = await session.scalar(select(func.count()).select_from(JournalEntry))
    subject = next(iter(frozen.subjects.values()))[-1]
    await recall_subject(session, subject_id=subject.id, kind=RecallKind.WITHDRAWAL, reason="asked")
    await session.commit()
    assert (await killed("market.server.recall.withdraw")).inside > 0
    assert await session.scalar(select(func.count()).select_from(RecallNotice)) == 1
    assert await session.scalar(select(func.count()).select_from(JournalEntry)) == entries + 1
