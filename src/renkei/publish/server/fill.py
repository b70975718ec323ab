"""Fill a draft with the cases that are lawful, selected, signed and processed; count the rest."""

import asyncio
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.allow import Question, Use, decide
from renkei.consent.server.allow import facts_of
from renkei.imaging.labels import unpack
from renkei.preprocess.server.tables import PlanRun, RunState
from renkei.publish.server.dataset import lock_draft
from renkei.publish.server.names import released_name
from renkei.publish.server.tables import Version, VersionCase
from renkei.select.server.tables import Verdict
from renkei.select.verdict import Outcome
from renkei.server.audit import record
from renkei.server.storage import StoredObject, load
from renkei.subjects.counting import age_band
from renkei.subjects.server.tables import Series, Site, Subject

BOXES = ("received", "allowed", "selected", "processed", "in_version")


@dataclass(frozen=True, slots=True)
class Filled:
    """How many cases came in, and why the others did not; asked = added + rejected."""

    asked: int
    added: int
    rejected: dict[str, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A series with everything that decides whether it may come in; `reason` is the first no."""

    series: Series
    subject: Subject
    site: Site
    run: PlanRun | None
    box: str
    reason: str | None


async def add_ready_cases(
    session: AsyncSession, *, version_id: UUID, modality: str = "CT", limit: int | None = None
) -> Filled:
    """Add every ready case of a modality that the draft does not hold yet.

    Raises:
        NotFoundError: There is no such version that the actor may see.
        NotDraftError: It is frozen.
    """
    version = await lock_draft(session, version_id=version_id)
    found = await candidates(session, modality=modality)
    held = set(
        await session.scalars(
            select(VersionCase.series_id).where(VersionCase.version_id == version_id)
        )
    )
    rejected: Counter[str] = Counter(c.reason for c in found if c.reason is not None)
    ready = [c for c in found if c.reason is None]
    rejected["held_already"] = sum(c.series.id in held for c in ready)
    new = [c for c in ready if c.series.id not in held]
    if limit is not None:
        rejected["over_the_limit"] = max(0, len(new) - limit)
        new = new[:limit]
    salts = await _salts(session, version_id)
    for candidate in new:
        salt = salts.setdefault(candidate.subject.id, secrets.token_hex(32))
        session.add(await _case(session, version, candidate, salt))
    await session.flush()
    version.flow = flow_of(found, modality)
    await record(session, "publish.fill", version)
    return Filled(len(found), len(new), {k: n for k, n in sorted(rejected.items()) if n})


async def candidates(session: AsyncSession, *, modality: str) -> list[Candidate]:
    """Return every series of a modality, oldest first, with the first reason against it."""
    rows = (
        await session.execute(
            select(Series, Subject, Site)
            .join(Subject, Subject.id == Series.subject_id)
            .join(Site, Site.id == Series.site_id)
            .where(Series.modality == modality, Series.synthetic.is_(False))
            .order_by(Series.id)
        )
    ).all()
    subjects = list({subject.id for _, subject, _ in rows})
    today = datetime.now(UTC).date()
    facts = await facts_of(session, subjects, at=today)
    verdicts = await session.execute(
        select(Verdict.series_id, Verdict.standing, Verdict.over_quota).where(
            Verdict.current.is_(True), Verdict.series_id.is_not(None)
        )
    )
    judged = {series_id: (outcome, over) for series_id, outcome, over in verdicts}
    runs = await _runs(session, [series.id for series, _, _ in rows])
    found = []
    for series, subject, site in rows:
        run = runs.get(series.id)
        question = Question(Use.FREEZE, today, False, "image", series.modality, series.body_part)
        decision = decide(facts.get(subject.id), question)
        box, reason = "in_version", None
        if not decision.allowed:
            box, reason = "allowed", str(decision.reasons[0])
        elif (refused := _not_selected(*judged.get(series.id, (None, False)))) is not None:
            box, reason = "selected", refused
        elif run is None or run.state is not RunState.DONE or run.image_object_id is None:
            box, reason = "processed", (run and run.code) or "not_processed"
        elif run.signature_id is None or run.label_object_id is None:
            box, reason = "processed", "not_signed"
        found.append(Candidate(series, subject, site, run, box, reason))
    return found


def _not_selected(outcome: Outcome | None, over_quota: bool) -> str | None:  # noqa: FBT001
    if outcome is Outcome.ACCEPT:
        return "over_quota" if over_quota else None
    return f"verdict_{outcome}" if outcome else "not_judged"


def flow_of(found: list[Candidate], modality: str) -> dict[str, Any]:
    """Return the boxes from received to the version; a case leaves at its first reason."""
    boxes: list[dict[str, Any]] = []
    left = found
    for name in BOXES:
        out = [c for c in left if c.reason is not None and c.box == name]
        left = [c for c in left if c not in out]
        boxes.append(
            {
                "name": name,
                "cases": len(left),
                "patients": len({c.subject.id for c in left}),
                "excluded": dict(sorted(Counter(c.reason or "" for c in out).items())),
            }
        )
    return {"modality": modality, "boxes": boxes}


async def _runs(session: AsyncSession, series: list[UUID]) -> dict[UUID, PlanRun]:
    """Return the newest run of each series; one that is done and signed goes before all."""
    found: dict[UUID, PlanRun] = {}
    rows = await session.scalars(
        select(PlanRun).where(PlanRun.series_id.in_(series)).order_by(PlanRun.id)
    )
    for run in rows:
        before = found.get(run.series_id)
        if before is None or _rank(run) >= _rank(before):
            found[run.series_id] = run
    return found


def _rank(run: PlanRun) -> tuple[bool, bool]:
    return run.state is RunState.DONE, run.signature_id is not None


async def _salts(session: AsyncSession, version_id: UUID) -> dict[UUID, str]:
    rows = await session.execute(
        select(VersionCase.subject_id, VersionCase.salt).where(VersionCase.version_id == version_id)
    )
    return dict(rows.all())


async def _case(
    session: AsyncSession, version: Version, candidate: Candidate, salt: str
) -> VersionCase:
    run, series, subject = candidate.run, candidate.series, candidate.subject
    assert run is not None  # noqa: S101  a ready candidate has a run
    assert run.image_object_id is not None and run.image_sha256 is not None  # noqa: S101, PT018
    assert run.label_object_id is not None and run.label_sha256 is not None  # noqa: S101, PT018
    sizes = dict(
        (
            await session.execute(
                select(StoredObject.id, StoredObject.size).where(
                    StoredObject.id.in_([run.image_object_id, run.label_object_id])
                )
            )
        ).all()
    )
    packed = await load(session, run.label_object_id)
    classes, vocabulary = await asyncio.to_thread(_present, packed)
    return VersionCase(
        version_id=version.id,
        subject_id=subject.id,
        site_id=subject.site_id,
        series_id=series.id,
        run_id=run.id,
        signature_id=run.signature_id,
        salt=salt,
        released_subject=released_name(version.id_key, "sub", subject.id),
        released_case=released_name(version.id_key, "case", series.id),
        image_object_id=run.image_object_id,
        image_sha256=run.image_sha256,
        image_size=sizes[run.image_object_id],
        label_object_id=run.label_object_id,
        label_sha256=run.label_sha256,
        label_size=sizes[run.label_object_id],
        made=subject.made,
        synthetic=series.synthetic,
        facts={
            "country": candidate.site.country,
            "sex": subject.sex,
            "age_band": age_band(subject.age),
            "maker": series.manufacturer,
            "model": series.model,
            "kernel": series.kernel,
            "modality": series.modality,
            "label_classes": classes,
            "vocabulary": vocabulary,
            "made": subject.made,
            "synthetic": series.synthetic,
        },
    )


def _present(packed: bytes) -> tuple[list[str], str]:
    labels = unpack(packed)
    return sorted(s.name for s in labels.segments if s.mask.any()), labels.vocabulary
