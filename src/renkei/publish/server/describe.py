"""Write the card of a version while it is being frozen: for programs and for people."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.preprocess.server.tables import Plan, PlanRun
from renkei.proof.version import VersionManifest
from renkei.publish.audit import Audit, Check
from renkei.publish.card import CardFacts, croissant
from renkei.publish.card_page import card_page
from renkei.publish.represent import represent_cases
from renkei.publish.server.manifest import as_case
from renkei.publish.server.tables import Dataset, Version, VersionCase
from renkei.subjects.server.tables import Subject


async def describe(
    session: AsyncSession,
    version: Version,
    dataset: Dataset,
    cases: Sequence[VersionCase],
    notes: tuple[str, ...],
    manifest: VersionManifest,
) -> dict[str, Any]:
    """Return the documents and pages, each for the licensee and for the public."""
    plans = await session.execute(
        select(Plan.name, Plan.version)
        .join(PlanRun, PlanRun.plan_id == Plan.id)
        .where(PlanRun.id.in_([case.run_id for case in cases]))
        .distinct()
    )
    years = await session.scalars(
        select(Subject.year).where(
            Subject.id.in_({c.subject_id for c in cases}), Subject.year.is_not(None)
        )
    )
    known = sorted({year for year in years if year is not None})
    lines = manifest.to_lines()
    found = [as_case(case) for case in cases]
    facts = CardFacts(
        name=dataset.name,
        title={"en": dataset.title_en, "ja": dataset.title_ja},
        description=dataset.description,
        number=version.number,
        version_id=manifest.id,
        published=(version.frozen_at or datetime.now(UTC)).date(),
        cases=tuple(found),
        representation=represent_cases(found),
        audit=_audit(version.audit or {}),
        manifest_sha256=hashlib.sha256(lines).hexdigest(),
        manifest_size=len(lines),
        flow=version.flow or {},
        sealed=version.sealed,
        vocabulary=", ".join(sorted({str(c.facts.get("vocabulary")) for c in cases})) or None,
        plans=tuple(f"{name} {number}" for name, number in sorted(plans)),
        years=f"{known[0]}–{known[-1]}" if known else None,
        split_notes=notes,
    )
    return await asyncio.to_thread(_write, facts)


def _write(facts: CardFacts) -> dict[str, Any]:
    return {
        "croissant": croissant(facts),
        "croissant_public": croissant(facts, public=True),
        "en": card_page(facts, "en"),
        "ja": card_page(facts, "ja"),
        "en_public": card_page(facts, "en", public=True),
        "ja_public": card_page(facts, "ja", public=True),
    }


def _audit(document: dict[str, Any]) -> Audit:
    rows = document.get("checks", [])
    return Audit(tuple(Check(**row | {"findings": tuple(row["findings"])}) for row in rows))
