"""Workers that are killed in the middle of a recall: each folder acts once, one certificate."""

from collections import Counter

from sqlalchemy import select
from tests.committed import connection
from tests.publish.server.conftest import add_case, draft, govern, plan, ready
from tests.train.server.test_train import another

from renkei import worker
from renkei.consent.folders import RECALL_FOLDERS
from renkei.consent.server.recall import SubjectRecalled, recall_subject
from renkei.consent.server.tables import Recall, RecallEffect, RecallKind, RecallState
from renkei.publish.server.files import version_files
from renkei.publish.server.freeze import freeze_version
from renkei.publish.server.tables import Version
from renkei.server.events import LISTENERS, EventRow, replay

__all__ = ["add_case", "connection", "draft", "govern", "plan", "ready"]


async def test_every_folder_answers_a_recall_once(session, draft, killed) -> None:
    version_id = draft.id
    await freeze_version(session, version_id=version_id)
    await another(session, version_id, 1)
    subject = next(f.subject_id for f in await version_files(session, version_id=version_id))
    await recall_subject(
        session, subject_id=subject, kind=RecallKind.WITHDRAWAL, reason="asked for"
    )
    await session.commit()
    worker.load_jobs()
    listeners = sorted(n for n, known in LISTENERS.items() if known.event is SubjectRecalled)
    assert {name.split(".")[0] for name in listeners} == {*RECALL_FOLDERS} - {"consent"}
    event_id = (
        await session.scalars(select(EventRow.id).where(EventRow.name == "SubjectRecalled"))
    ).one()
    first, *others = listeners
    await killed(first)
    for name in others:
        await replay(session, event_id=event_id, listener=name)
        await session.commit()
        assert (await killed(name)).inside > 0, name
    session.expire_all()
    recall = (await session.scalars(select(Recall))).one()
    assert recall.state is RecallState.CERTIFIED
    effects = list(await session.scalars(select(RecallEffect)))
    assert {effect.folder for effect in effects} == set(RECALL_FOLDERS)
    assert max(Counter((e.folder, e.what) for e in effects).values()) == 1
    successors = await session.scalars(select(Version).where(Version.parent_id == version_id))
    assert len(list(successors)) == 1
