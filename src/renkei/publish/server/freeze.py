"""Freeze a draft into a version: everything or nothing, the same draft always to the same id."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.allow import Use
from renkei.consent.server.allow import allow_many
from renkei.consent.server.tables import Approval, Consent
from renkei.errors import DataRefusedError
from renkei.preprocess.server.tables import Plan, PlanRun
from renkei.proof import canonical
from renkei.proof.version import FileLine, VersionManifest
from renkei.publish.audit import Audit, audit_cases
from renkei.publish.diff import diff_versions, next_number
from renkei.publish.represent import represent_cases
from renkei.publish.server.dataset import lock_draft
from renkei.publish.server.describe import describe
from renkei.publish.server.manifest import (
    as_case,
    cases_of_version,
    line_of,
    manifest_of,
    path_of,
    row_of,
)
from renkei.publish.server.names import keyed_hash, site_letters
from renkei.publish.server.product import offer_product
from renkei.publish.server.tables import (
    Dataset,
    ProductKind,
    Version,
    VersionCase,
    VersionState,
)
from renkei.publish.split import Member, Split, split_patients
from renkei.select.server.duplicates import linked_subjects
from renkei.select.server.tables import Verdict
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.server.events import Event, emit
from renkei.server.lineage import record_run
from renkei.server.storage import store
from renkei.subjects.server.tables import Instance, Rendition

HEADER_FORMAT = "renkei.version-header/1"


@dataclass(frozen=True)
class VersionFrozen(Event):
    """A version stands for ever under its hash."""

    version_id: UUID


class EmptyDraftError(DataRefusedError):
    """The draft holds no case that may be published."""


class CountsDoNotCloseError(DataRefusedError):
    """What is in the draft is not what went in less what was left out."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the cases came from, by series: hashes of files, of pixels and SOP instance UIDs."""

    files: Mapping[UUID, frozenset[str]]
    marks: Mapping[UUID, frozenset[str]]


async def freeze_version(session: AsyncSession, *, version_id: UUID) -> Version:
    """Freeze a draft; a version that is frozen already is returned as it is.

    Consent is asked again, counts reconcile, patients are split, the split is audited; any refusal
    leaves the draft as it was.

    Raises:
        NotFoundError: There is no such version that the actor may see.
        EmptyDraftError: No case of the draft may be published.
        LeakFoundError: The split leaks.
    """
    known = await session.scalar(select(Version).where(Version.id == version_id))
    if known is not None and known.state is VersionState.FROZEN:
        return known
    version = await lock_draft(session, version_id=version_id)
    dataset = await session.get_one(Dataset, version.dataset_id)
    cases, dropped = await _still_allowed(session, await cases_of_version(session, version_id))
    if not cases:
        raise EmptyDraftError("No case of the draft may be published; see why in its flow.")
    flow = _closed_flow(version.flow, cases, dropped)
    parent = await session.get(Version, version.parent_id) if version.parent_id else None
    before = await cases_of_version(session, parent.id) if parent else []
    sources = await _sources(session, [case.series_id for case in cases])
    same = await linked_subjects(session)
    split = await asyncio.to_thread(_split, version, cases, before, same)
    for case in cases:
        case.split = split.sides[str(case.subject_id)]
    audit = await asyncio.to_thread(_audit, cases, sources)
    audit.require_clean()
    await _write_lines(session, version, cases, before, sources)
    version.number = _number(version, parent, cases, before)
    version.header = await _header(session, version, dataset, parent, cases)
    manifest = await asyncio.to_thread(manifest_of, version.header, cases)
    _finish(version, manifest, flow, audit, cases, actor_of(session).id)
    version.card = await describe(session, version, dataset, cases, split.notes, manifest)
    # Until here a draft; from the next flush on the database itself refuses any change.
    await session.flush()
    version.state = VersionState.FROZEN
    await session.flush()
    await record(session, "publish.freeze", version)
    await record_run(
        session,
        kind="publish.version",
        code="renkei.publish",
        parameters={"dataset": dataset.name, "number": version.number},
        inputs=[sha for c in cases for sha in (c.image_sha256, c.label_sha256) if sha],
        outputs=[manifest.id],
        subjects=[case.subject_id for case in cases],
    )
    await offer_product(
        session,
        kind=ProductKind.DATASET,
        name=f"{dataset.name} {version.number}",
        hash=manifest.id,
        version_id=version.id,
    )
    await emit(session, VersionFrozen(version.id))
    return version


async def _still_allowed(
    session: AsyncSession, cases: Sequence[VersionCase]
) -> tuple[list[VersionCase], Counter[str]]:
    """Take out the cases whose consent, contract or approval no longer holds, by reason."""
    subjects = list({case.subject_id for case in cases})
    today = datetime.now(UTC).date()
    decisions = await allow_many(session, subject_ids=subjects, use=Use.FREEZE, at=today)
    kept, dropped = [], Counter[str]()
    for case in cases:
        decision = decisions[case.subject_id]
        if decision.allowed:
            kept.append(case)
        else:
            dropped[str(decision.reasons[0])] += 1
            await session.delete(case)
    await session.flush()
    return kept, dropped


def _closed_flow(
    flow: Mapping[str, Any] | None, cases: Sequence[VersionCase], dropped: Counter[str]
) -> dict[str, Any]:
    """Return the flow with its last box as frozen; ready = in the version + left out."""
    boxes = [dict(box) for box in (flow or {}).get("boxes", [])]
    if not boxes:
        return {"boxes": []}
    excluded = Counter(dropped)
    ready = boxes[-2]["cases"] if len(boxes) > 1 else len(cases)
    excluded["not_taken"] = ready - len(cases) - sum(dropped.values())
    if excluded["not_taken"] < 0:
        raise CountsDoNotCloseError("The draft holds more cases than were ready; fill it again.")
    boxes[-1] |= {
        "cases": len(cases),
        "patients": len({case.subject_id for case in cases}),
        "excluded": {reason: n for reason, n in sorted(excluded.items()) if n},
    }
    return {**(flow or {}), "boxes": boxes}


async def _sources(session: AsyncSession, series: Sequence[UUID]) -> Sources:
    files: dict[UUID, set[str]] = {}
    marks: dict[UUID, set[str]] = {}
    rows = await session.execute(
        select(Instance.series_id, Instance.sop_uid, Rendition.sha256, Rendition.pixel_sha256)
        .join(Rendition, Rendition.instance_id == Instance.id)
        .where(Instance.series_id.in_(series))
    )
    for series_id, sop_uid, sha256, pixels in rows:
        files.setdefault(series_id, set()).add(sha256)
        marks.setdefault(series_id, set()).update({sop_uid, *([pixels] if pixels else [])})
    return Sources(
        {k: frozenset(v) for k, v in files.items()}, {k: frozenset(v) for k, v in marks.items()}
    )


def _split(
    version: Version,
    cases: Sequence[VersionCase],
    before: Sequence[VersionCase],
    same: Sequence[tuple[UUID, UUID, bool]],
) -> Split:
    """Give each patient a side; whoever had one in the version before keeps it.

    `same` are pairs that may be one person, and whether somebody confirmed it: they stay together,
    but for those that already stood apart while nobody had confirmed it.
    """
    keep = {str(c.subject_id): c.split for c in before if c.split}
    links = [
        (str(a), str(b))
        for a, b, sure in same
        if sure or keep.get(str(a)) is None or keep.get(str(a)) == keep.get(str(b), keep[str(a)])
    ]
    members: dict[str, Member] = {}
    for case in cases:
        patient = str(case.subject_id)
        label = as_case(case).stratum_label
        known = members.get(patient)
        # A patient with several cases is stratified by all the structures that were found.
        joined = "+".join(sorted({*label.split("+"), *(known.label.split("+") if known else ())}))
        members[patient] = Member(patient, str(case.site_id), joined)
    return split_patients(
        members.values(),
        key=bytes.fromhex(version.split_key),
        shares=version.shares,
        keep=keep,
        links=links,
    )


def _audit(cases: Sequence[VersionCase], sources: Sources) -> Audit:
    found = [as_case(case) for case in cases]
    by_name = {case.released_case: case.series_id for case in cases}
    return audit_cases(
        found,
        fingerprints={n: sources.marks.get(s, frozenset()) for n, s in by_name.items()},
        parents={n: sources.files.get(s, frozenset()) for n, s in by_name.items()},
        sizes={case.released_case: case.image_size for case in cases},
    )


async def _write_lines(
    session: AsyncSession,
    version: Version,
    cases: Sequence[VersionCase],
    before: Sequence[VersionCase],
    sources: Sources,
) -> None:
    """Store each case's facts and write its manifest lines."""
    known = {c.site_id: c.facts["site"] for c in before if c.facts.get("site")}
    letters = site_letters({case.site_id for case in cases}, known)
    plans = await _plans(session, cases)
    basis = await _basis(session, cases)
    for case in cases:
        case.facts = case.facts | {"site": letters[case.site_id]}
        case.basis = {"text": basis.get(case.subject_id)}
        # With the name of the case no two subjects have the same bytes, which lineage would mix up.
        data = canonical(case.facts | {"case": case.released_case})
        stored = await store(session, data, site_id=case.site_id, subject_id=case.subject_id)
        case.facts_object_id = stored.id
        files = sorted(sources.files.get(case.series_id, frozenset()))
        # Keyed: the hash of the source itself would join this set with every other.
        origin = keyed_hash(version.id_key, "sources " + " ".join(files))
        parts = [
            ("image", case.image_size, case.image_sha256),
            ("facts", len(data), stored.plain_sha256),
        ]
        if case.label_sha256 is not None and case.label_size is not None:
            parts.append(("labels", case.label_size, case.label_sha256))
        case.lines = [
            row_of(
                FileLine(
                    path=path_of(case, role),
                    size=size,
                    sha256=sha256,
                    role=role,
                    subject=case.released_subject,
                    split=case.split,
                    sources=(origin,),
                    plan=plans[case.run_id][0],
                    signoff=plans[case.run_id][1],
                    basis=basis.get(case.subject_id),
                )
            )
            for role, size, sha256 in sorted(parts)
        ]


async def _plans(
    session: AsyncSession, cases: Sequence[VersionCase]
) -> dict[UUID, tuple[str, str | None]]:
    rows = await session.execute(
        select(PlanRun.id, Plan.sha256, PlanRun.label_source_sha256)
        .join(Plan, Plan.id == PlanRun.plan_id)
        .where(PlanRun.id.in_([case.run_id for case in cases]))
    )
    return {run: (plan, label and f"sha256:{label}") for run, plan, label in rows}


async def _basis(session: AsyncSession, cases: Sequence[VersionCase]) -> dict[UUID, str]:
    """Return on what each subject's data may be used, as the newest consent says."""
    rows = await session.execute(
        select(Consent.subject_id, Consent.basis, Consent.version, Approval.number)
        .join(Approval, Approval.id == Consent.approval_id)
        .where(Consent.subject_id.in_({case.subject_id for case in cases}))
        .order_by(Consent.id)
    )
    return {
        subject: f"{basis} {text}, approval {number}"[:200] for subject, basis, text, number in rows
    }


def _number(
    version: Version,
    parent: Version | None,
    cases: Sequence[VersionCase],
    before: Sequence[VersionCase],
) -> str:
    """Return the number that the change from the version before asks for."""
    if parent is None:
        return version.number
    old, new = comparable_lines(before), comparable_lines(cases)
    return next_number(parent.number, diff_versions(old, new).step)


def comparable_lines(cases: Sequence[VersionCase]) -> list[FileLine]:
    """Return the lines under names that do not change between versions: for this side only."""
    found = []
    for case in cases:
        source = (hashlib.sha256(case.series_id.bytes).hexdigest(),)
        for row in case.lines or []:
            if row["role"] != "facts":
                line = line_of(row | {"subject": str(case.subject_id), "sources": source})
                found.append(line)
    return found


async def _header(
    session: AsyncSession,
    version: Version,
    dataset: Dataset,
    parent: Version | None,
    cases: Sequence[VersionCase],
) -> dict[str, Any]:
    """Return what the id covers besides the files; no clock."""
    recipes = await session.scalars(
        select(Verdict.recipe_sha256)
        .where(Verdict.current.is_(True), Verdict.series_id.in_([c.series_id for c in cases]))
        .distinct()
    )
    split_key = hashlib.sha256(bytes.fromhex(version.split_key)).hexdigest()
    return {
        "format": HEADER_FORMAT,
        "dataset": dataset.name,
        "number": version.number,
        "parents": [parent.version_hash] if parent else [],
        "vocabularies": sorted({str(c.facts.get("vocabulary") or "") for c in cases}),
        "plans": sorted({str(row["plan"]) for c in cases for row in c.lines or []}),
        "recipes": sorted(recipes),
        "split_key_sha256": split_key,
        "shares": version.shares,
        "sealed": version.sealed,
        "subjects": len({case.subject_id for case in cases}),
        "cases": len(cases),
    }


def _finish(
    version: Version,
    manifest: VersionManifest,
    flow: dict[str, Any],
    audit: Audit,
    cases: Sequence[VersionCase],
    actor: str,
) -> None:
    version.root, version.version_hash = manifest.root.hex(), manifest.id
    version.flow, version.audit = flow, audit.as_json()
    version.representation = represent_cases([as_case(case) for case in cases]).as_json()
    version.frozen_at, version.frozen_by = datetime.now(UTC), actor
