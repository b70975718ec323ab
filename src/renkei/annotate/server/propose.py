"""Propose teams: who may read an image, best first, and who may not, with the reasons."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import SystemRandom
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocols import load_protocol
from renkei.annotate.server.credential import candidates
from renkei.annotate.server.tables import Attempt, LabelVersion, Origin, Task
from renkei.annotate.team import Case, Proposal, hindrances, propose
from renkei.annotate.vocabulary import Vocabulary, load_vocabulary
from renkei.subjects.server.tables import Series, Site, Slide

LANGUAGES = {"JP": "ja"}
ELSEWHERE = "en"


@dataclass(frozen=True, slots=True)
class Team:
    """A proposal for one image: the readers first, then who decides; and why others are not in it.

    `short` counts the people that are missing.
    """

    image_id: UUID
    members: list[Proposal]
    others: dict[str, int]
    short: int


async def propose_teams(
    session: AsyncSession, *, images: Sequence[Series | Slide], vocabulary: str, protocol: str
) -> list[Team]:
    """Propose a team for each image; nobody is proposed for more than they may have open.

    Raises:
        NoSuchProtocolError: It is not installed.
        NoSuchVocabularyError: It is not installed.
    """
    words, wanted = load_vocabulary(vocabulary), load_protocol(protocol).readers + 1
    people = await candidates(session)
    given: Counter[str] = Counter()
    now, teams = datetime.now(UTC), []
    for image in images:
        case = await case_of_image(session, image, words)
        fit = [
            one
            for one in propose(people, case, now, SystemRandom())
            if one.load + given[one.user] < next(p.most for p in people if p.user == one.user)
        ]
        fit.sort(key=lambda one: one.load + given[one.user])
        members = fit[:wanted]
        given.update(one.user for one in members)
        others = Counter(why.value for one in people for why in hindrances(one, case, now))
        teams.append(Team(image.id, members, dict(others), wanted - len(members)))
    return teams


async def case_of_image(session: AsyncSession, image: Series | Slide, words: Vocabulary) -> Case:
    """Return what counts of an image when somebody is chosen to read it."""
    of_series = isinstance(image, Series)
    task_is = Task.series_id == image.id if of_series else Task.slide_id == image.id
    label_is = (
        LabelVersion.series_id == image.id if of_series else LabelVersion.slide_id == image.id
    )
    readers = await session.scalars(
        select(Attempt.user_id).join(Task, Task.id == Attempt.task_id).where(task_is).distinct()
    )
    brought = await session.scalars(
        select(LabelVersion).where(label_is, LabelVersion.origin == Origin.IMPORTED)
    )
    country = await session.scalar(select(Site.country).where(Site.id == image.site_id))
    return Case(
        modality=image.modality if isinstance(image, Series) else "SM",
        groups=frozenset(words.groups),
        site=str(image.site_id),
        language=LANGUAGES.get(country or "", ELSEWHERE),
        importers=frozenset(author for label in brought for author in label.authors),
        readers=frozenset(str(user) for user in readers),
    )


async def case_of_task(session: AsyncSession, task: Task) -> Case:
    """Return what counts of a task when somebody is chosen for a part in it."""
    words = load_vocabulary(task.vocabulary)
    members = await session.scalars(select(Attempt.user_id).where(Attempt.task_id == task.id))
    country = await session.scalar(select(Site.country).where(Site.id == task.site_id))
    return Case(
        modality=task.modality,
        groups=frozenset(words.groups),
        site=str(task.site_id),
        language=LANGUAGES.get(country or "", ELSEWHERE),
        members=frozenset(str(user) for user in members),
    )
