"""Synthesise in the platform: open a set, compute, keep it with the result of its gate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.errors import NotFoundError, UsageError
from renkei.publish.server.files import VersionFile, frozen_version
from renkei.publish.server.product import offer_product
from renkei.publish.server.tables import ProductKind
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import actor_of, transaction
from renkei.server.events import Event, emit
from renkei.server.lineage import record_run
from renkei.server.storage import store_many
from renkei.synthesize.generators import generator_of
from renkei.synthesize.material import synthesize_material
from renkei.synthesize.run import SyntheticCase as NewCase
from renkei.synthesize.run import SyntheticSet as NewSet
from renkei.synthesize.run import Wish
from renkei.synthesize.server.tables import SetState, SyntheticCase, SyntheticSet
from renkei.train.server.material import load_material

SECONDS = 1800.0


@dataclass(frozen=True)
class SetSynthesized(Event):
    """A synthetic set was made; its state says how its gate ended."""

    set_id: UUID
    version_id: UUID


class UnknownParameterError(UsageError):
    """The generator has no parameter of this name."""


async def open_set(
    session: AsyncSession,
    *,
    version_id: UUID,
    generator: str,
    count: int,
    organ: str = "liver",
    seed: int = 0,
    params: Mapping[str, float] | None = None,
) -> SyntheticSet:
    """Open a set; the job `synthesize.run` does the work.

    Raises:
        NotFoundError: There is no such version or generator.
        NotFrozenError: The version is a draft.
        UnknownParameterError: A parameter is none of the generator's.
    """
    await frozen_version(session, version_id=version_id)
    chosen = generator_of(generator)
    if unknown := sorted(set(params or ()) - set(chosen.params)):
        raise UnknownParameterError(
            "The generator has no such parameter; leave it out.", parameters=unknown
        )
    settings = {**chosen.params, **(params or {})}
    row = SyntheticSet(
        version_id=version_id,
        generator=generator,
        params=settings,
        params_sha256=chosen.params_sha256(settings),
        organ=organ,
        seed=seed,
        wished=count,
        by=actor_of(session).id,
    )
    session.add(row)
    await session.flush()
    await record(session, "synthesize.open", row)
    return row


async def do_set(set_id: UUID) -> None:
    """Read, compute, write; a set that is made is left alone."""
    async with transaction(system("synthesis")) as session:
        row = await session.get(SyntheticSet, set_id)
        if row is None:
            raise NotFoundError("There is no such synthetic set; choose one from the list.")
        if row.state is not SetState.WAITING:
            return
        material, files = await load_material(session, version_id=row.version_id, sides=("train",))
        wish = Wish(count=row.wished, organ=row.organ, seed=row.seed)
        work = (row.generator, wish, dict(row.params))
    found = await compute.run(synthesize_material, material, *work, seconds=SECONDS)
    async with transaction(system("synthesis")) as session:
        await _keep(session, set_id, found, files)


async def _keep(
    session: AsyncSession, set_id: UUID, found: NewSet, files: list[VersionFile]
) -> None:
    row = (
        await session.scalars(
            select(SyntheticSet).where(SyntheticSet.id == set_id).with_for_update()
        )
    ).one()
    if row.state is not SetState.WAITING:
        return
    parents = {file.path.split("/")[-2]: file for file in files if file.role == "image"}
    rows: list[dict[str, Any]] = found.document["cases"]
    for case, facts in zip(found.cases, rows, strict=True):
        await _keep_case(session, row, case, facts, parents[case.parent])
    row.state = SetState(str(found.gate.state))
    row.made, row.sha256, row.document = len(found.cases), found.sha256, dict(found.document)
    await session.flush()
    await record_run(
        session,
        kind="synthesize.set",
        code=f"renkei.synthesize {row.generator}",
        parameters={"seed": row.seed, "params_sha256": row.params_sha256},
        inputs=sorted({case["parent"] for case in rows}),
        outputs=[found.sha256],
        subjects=[],
    )
    if row.state is SetState.PASSED:
        await offer_product(
            session,
            kind=ProductKind.SYNTHETIC_SET,
            name=f"{row.generator} {found.sha256[:12]}",
            hash=found.sha256,
            version_id=row.version_id,
        )
    await record(session, "synthesize.keep", row, why=str(row.state))
    await emit(session, SetSynthesized(row.id, row.version_id))


async def _keep_case(
    session: AsyncSession,
    row: SyntheticSet,
    case: NewCase,
    facts: Mapping[str, Any],
    parent: VersionFile,
) -> None:
    """Store a case under its parent's key: what erases the parent erases the child."""
    image, labels = await store_many(
        session,
        [case.image, case.labels],
        site_id=parent.site_id,
        subject_id=parent.subject_id,
    )
    session.add(
        SyntheticCase(
            set_id=row.id,
            parent_id=parent.case_id,
            subject_id=parent.subject_id,
            site_id=parent.site_id,
            name=case.name,
            seed=facts["seed"],
            image_object_id=image.id,
            image_sha256=image.plain_sha256,
            label_object_id=labels.id,
            label_sha256=labels.plain_sha256,
            facts=dict(case.facts),
            lesions=list(facts["lesions"]),
        )
    )
    await record_run(
        session,
        kind="synthesize.case",
        code=f"renkei.synthesize {row.generator}",
        parameters={"seed": facts["seed"], "params_sha256": row.params_sha256},
        inputs=[parent.sha256],
        outputs=[image.plain_sha256, labels.plain_sha256],
        subjects=[parent.subject_id],
    )
