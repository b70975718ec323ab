from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.server.tables import Approval
from renkei.proof import digest
from renkei.proof.version import prove_subject, verify_case
from renkei.publish.audit import LeakFoundError
from renkei.publish.server.dataset import DraftOpenError, NotDraftError, open_dataset, open_draft
from renkei.publish.server.files import version_files
from renkei.publish.server.fill import add_ready_cases
from renkei.publish.server.freeze import EmptyDraftError, freeze_version
from renkei.publish.server.manifest import manifest_of, version_manifest
from renkei.publish.server.shared import shared_files
from renkei.publish.server.tables import Product, Version, VersionCase, VersionState
from renkei.select.duplicates import Kind
from renkei.select.server.tables import Duplicate, Verdict
from renkei.select.verdict import Outcome
from renkei.server.actor import Role
from renkei.server.events import EventRow
from renkei.server.storage import load
from renkei.subjects.server.tables import Rendition, Series


async def cases(session: AsyncSession, version: Version) -> list[VersionCase]:
    found = await session.scalars(select(VersionCase).where(VersionCase.version_id == version.id))
    return list(found)


async def test_a_frozen_version_has_every_patient_once_an_id_and_a_product(
    session: AsyncSession, draft: Version
) -> None:
    version = await freeze_version(session, version_id=draft.id)
    found = await cases(session, version)
    assert version.state is VersionState.FROZEN
    assert len({c.subject_id for c in found}) == len(found) == 18
    assert {c.split for c in found} == {"train", "validation", "test"}
    manifest = await version_manifest(session, version_id=version.id)
    assert manifest.id == version.version_hash
    assert len(manifest.lines) == 18 * 3
    product = (await session.scalars(select(Product))).one()
    assert (product.hash, product.listable) == (version.version_hash, True)
    names = await session.scalars(select(EventRow.name))
    assert list(names).count("VersionFrozen") == 1


async def test_every_stored_object_is_the_file_of_the_manifest(
    session: AsyncSession, draft: Version
) -> None:
    version = await freeze_version(session, version_id=draft.id)
    for file in await version_files(session, version_id=version.id, sealed=True):
        data = await load(session, file.object_id)
        assert (digest(data), len(data)) == (file.sha256, file.size)


async def test_the_sealed_part_is_left_out_unless_it_is_asked_for(
    session: AsyncSession, draft: Version
) -> None:
    version = await freeze_version(session, version_id=draft.id)
    open_part = await version_files(session, version_id=version.id)
    everything = await version_files(session, version_id=version.id, sealed=True)
    assert {f.split for f in open_part} == {"train", "validation"}
    assert {f.split for f in everything} == {"train", "validation", "test"}
    lines = (await shared_files(session, version_id=version.id))["manifest.jsonl"]
    assert lines.count(b"\n") == len(open_part)


async def test_one_case_can_be_shown_alone(session: AsyncSession, draft: Version) -> None:
    version = await freeze_version(session, version_id=draft.id)
    manifest = await version_manifest(session, version_id=version.id)
    subject = (await cases(session, version))[0].released_subject
    proof = prove_subject(manifest, subject)
    assert verify_case(proof, version.version_hash)
    assert not verify_case(proof, "0" * 64)


async def test_freezing_again_gives_the_same_id_and_nothing_more(
    session: AsyncSession, draft: Version
) -> None:
    first = (await freeze_version(session, version_id=draft.id)).version_hash
    again = await freeze_version(session, version_id=draft.id)
    assert again.version_hash == first
    assert await session.scalar(select(func.count()).select_from(Product)) == 1


async def test_the_same_draft_has_the_same_id_whenever_it_is_frozen(
    session: AsyncSession, draft: Version
) -> None:
    ids, draft_id = [], draft.id
    for _ in range(2):
        savepoint = await session.begin_nested()
        ids.append((await freeze_version(session, version_id=draft_id)).version_hash)
        await savepoint.rollback()
        session.expire_all()
    assert ids[0] == ids[1]


async def test_one_changed_hash_or_name_gives_another_id(
    session: AsyncSession, draft: Version
) -> None:
    version = await freeze_version(session, version_id=draft.id)
    found = await cases(session, version)
    session.expunge_all()
    rows = found[0].lines
    for change in ({"sha256": "0" * 64}, {"path": rows[0]["path"] + "x"}, {"split": "none"}):
        found[0].lines = [rows[0] | change, *rows[1:]]
        assert manifest_of(version.header, found).id != version.version_hash
    found[0].lines = rows
    assert manifest_of(version.header, found).id == version.version_hash


@pytest.mark.parametrize("table", [Version, VersionCase])
async def test_the_database_refuses_to_change_a_frozen_version(
    session: AsyncSession, draft: Version, table: type
) -> None:
    version = await freeze_version(session, version_id=draft.id)
    key = VersionCase.version_id if table is VersionCase else Version.id
    values = {"split": "train"} if table is VersionCase else {"number": "9.9.9"}
    with pytest.raises(IntegrityError, match="never changes"):
        async with session.begin_nested():
            await session.execute(update(table).where(key == version.id).values(**values))
    with pytest.raises(NotDraftError):
        await add_ready_cases(session, version_id=version.id)


async def test_released_names_differ_in_every_version_and_sides_stay(
    session: AsyncSession, draft: Version
) -> None:
    first = await freeze_version(session, version_id=draft.id)
    second = await open_draft(session, dataset_id=first.dataset_id)
    await add_ready_cases(session, version_id=second.id)
    await freeze_version(session, version_id=second.id)
    old, new = await cases(session, first), await cases(session, second)
    for name in ("released_subject", "released_case", "salt"):
        assert not {getattr(c, name) for c in old} & {getattr(c, name) for c in new}
    assert {c.subject_id: c.split for c in old} == {c.subject_id: c.split for c in new}
    assert second.number == "1.0.1"
    assert second.header["parents"] == [first.version_hash]


async def test_a_case_whose_approval_has_run_out_is_left_out_and_counted(
    session: AsyncSession, draft: Version, site_b
) -> None:
    await session.execute(
        update(Approval)
        .where(Approval.sites.contains([str(site_b.id)]))
        .values(expires=date(2020, 1, 1))
    )
    version = await freeze_version(session, version_id=draft.id)
    assert {c.site_id for c in await cases(session, version)} != {site_b.id}
    last = version.flow["boxes"][-1]
    assert (last["cases"], last["excluded"]) == (10, {"approval_expired": 8})


async def test_the_flow_closes_from_received_to_the_version(
    session: AsyncSession, ready: list[Series]
) -> None:
    await session.execute(
        update(Verdict).where(Verdict.series_id == ready[0].id).values(standing=Outcome.EXCLUDE)
    )
    await session.execute(
        update(Verdict).where(Verdict.series_id == ready[1].id).values(over_quota=True)
    )
    dataset = await open_dataset(session, name="liver", title_en="Liver", title_ja="肝臓")
    draft = await open_draft(session, dataset_id=dataset.id)
    filled = await add_ready_cases(session, version_id=draft.id, limit=15)
    assert filled.asked == filled.added + sum(filled.rejected.values()) == 18
    assert filled.rejected == {"verdict_exclude": 1, "over_quota": 1, "over_the_limit": 1}
    version = await freeze_version(session, version_id=draft.id)
    boxes = version.flow["boxes"]
    assert [b["cases"] for b in boxes] == [18, 18, 16, 16, 15]
    for before, after in pairwise(boxes):
        assert before["cases"] == after["cases"] + sum(after["excluded"].values())


async def test_a_planted_copy_across_the_split_leaves_a_draft(
    session: AsyncSession, draft: Version, ready: list[Series]
) -> None:
    draft_id = draft.id
    await session.execute(update(Rendition).values(pixel_sha256="aa" * 32))
    with pytest.raises(LeakFoundError):
        async with session.begin_nested():
            await freeze_version(session, version_id=draft_id)
    session.expire_all()
    assert (await session.get_one(Version, draft_id)).state is VersionState.DRAFT
    assert await session.scalar(select(func.count()).select_from(Product)) == 0


async def test_patients_who_may_be_one_person_stay_on_one_side(
    session: AsyncSession, draft: Version
) -> None:
    found = sorted(await cases(session, draft), key=lambda case: case.id)
    pairs = list(zip(found[::2], found[1::2], strict=True))
    for first, second in pairs:
        row = Duplicate(
            first_id=first.series_id,
            second_id=second.series_id,
            first_subject_id=first.subject_id,
            second_subject_id=second.subject_id,
            first_site_id=first.site_id,
            second_site_id=second.site_id,
            kind=Kind.NEAR,
            across_sites=first.site_id != second.site_id,
            share=0.9,
            bits=20.0,
            how=[],
        )
        session.add(row)
    await session.flush()
    version = await freeze_version(session, version_id=draft.id)
    sides = {case.subject_id: case.split for case in await cases(session, version)}
    assert set(sides.values()) == {"train", "validation", "test"}
    assert [p for p in pairs if sides[p[0].subject_id] != sides[p[1].subject_id]] == []


async def test_an_empty_draft_is_refused_and_a_second_draft_too(session: AsyncSession) -> None:
    dataset = await open_dataset(session, name="none", title_en="None", title_ja="なし")
    draft = await open_draft(session, dataset_id=dataset.id)
    with pytest.raises(EmptyDraftError):
        await freeze_version(session, version_id=draft.id)
    with pytest.raises(DraftOpenError):
        await open_draft(session, dataset_id=dataset.id)


async def test_made_cases_are_in_the_version_and_in_no_figure_about_people(
    session: AsyncSession, draft: Version
) -> None:
    version = await freeze_version(session, version_id=draft.id)
    assert version.representation["patients"] == 14
    assert version.representation["not_counted"] == 4
    made = Counter(c.made for c in await cases(session, version))
    assert made == {False: 14, True: 4}


async def test_the_job_freezes(
    session: AsyncSession, draft: Version, client_for: Callable, run_jobs: Callable
) -> None:
    draft_id = draft.id
    await session.commit()
    curator = await client_for(Role.CURATOR)
    answer = await curator.post(f"/api/v1/publish/versions/{draft_id}/freeze")
    assert answer.status_code == 202, answer.text
    await run_jobs()
    session.expire_all()
    assert (await session.get_one(Version, draft_id)).state is VersionState.FROZEN
