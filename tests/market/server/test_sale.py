"""A sale from offer to fee, through the verbs, as the people who make each step."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.server.recall import recall_subject
from renkei.consent.server.tables import Agreement, Consent, RecallKind
from renkei.errors import NotFoundError
from renkei.ledger.server.receipt import AnchorErasedError, find_anchor, receipt_for
from renkei.ledger.server.tables import Anchor, AnchorState, WithdrawnCase
from renkei.ledger.server.trust import check_log, current_trust
from renkei.market.duo import Purpose
from renkei.market.server.deliver import NotActiveError, open_delivery
from renkei.market.server.licence import (
    OtherTermsError,
    SamePersonError,
    accept_quote,
    change_licence,
    expire_licences,
    record_payment,
    sign_licence,
)
from renkei.market.server.listing import AlreadyListedError, list_product
from renkei.market.server.order import move_order, quote_order, request_licence
from renkei.market.server.permit import NotPermittedError
from renkei.market.server.post import balance
from renkei.market.server.recall import confirm_destroyed
from renkei.market.server.release import (
    CaseWithdrawnError,
    KeyRefusedError,
    LicenceExpiredError,
    file_body,
    find_delivery,
    release_key,
)
from renkei.market.server.settle import (
    NothingToSettleError,
    pay_settlement,
    settle_licence,
)
from renkei.market.server.settle import SamePersonError as SamePayerError
from renkei.market.server.tables import (
    Delivery,
    DeliveryFile,
    Licence,
    Order,
    RecallNotice,
    Release,
    Statement,
)
from renkei.market.states import NotYourMoveError, State
from renkei.proof.crypt4gh import decrypt_body, format_public_key, new_key_pair, open_header
from renkei.proof.receipt import parse_receipt, verify_receipt
from renkei.proof.verify import MANIFEST, verify_folder
from renkei.proof.verify import State as Answer
from renkei.server.actor import Actor, Role, system
from renkei.server.audit import AuditRow
from renkei.server.db import transaction

PRIVATE, PUBLIC = new_key_pair()
Acting = Callable[[AsyncSession, Actor], Any]
Drain = Callable[[], Awaitable[int]]


@dataclass
class Sale:
    """An active licence with a delivery that is ready."""

    licence_id: UUID
    delivery_id: UUID


async def quoted(session: AsyncSession, acting: Acting, frozen: Any, people: Any) -> UUID:
    with acting(session, people.curator):
        listing = await list_product(
            session,
            product_id=frozen.product.id,
            titles=("Liver CT", "肝臓 CT"),
            price_yen=1_000_000,
        )
        await session.commit()
    with acting(session, people.licensee):
        order = await request_licence(
            session,
            listing_id=listing.id,
            purpose=Purpose.PRODUCT,
            country="JP",
            commercial_use=True,
            develops_methods=True,
            key_text=format_public_key(PUBLIC),
        )
        await move_order(session, order_id=order.id, to=State.SUBMITTED)
        await session.commit()
    with acting(session, people.curator):
        await move_order(session, order_id=order.id, to=State.APPROVED)
        await quote_order(session, order_id=order.id)
        await session.commit()
    return order.id


async def licensed(session: AsyncSession, acting: Acting, frozen: Any, people: Any) -> UUID:
    order_id = await quoted(session, acting, frozen, people)
    with acting(session, people.licensee):
        licence = await accept_quote(session, order_id=order_id)
        await sign_licence(session, licence_id=licence.id, terms_sha256=licence.terms_sha256)
        await session.commit()
    with acting(session, people.operator):
        await sign_licence(session, licence_id=licence.id, terms_sha256=licence.terms_sha256)
        await record_payment(session, licence_id=licence.id)
        await session.commit()
    return licence.id


@pytest.fixture
async def sale(
    session: AsyncSession, acting: Acting, frozen: Any, people: Any, run_jobs: Drain
) -> Sale:
    licence_id = await licensed(session, acting, frozen, people)
    with acting(session, people.licensee):
        delivery = await open_delivery(session, licence_id=licence_id)
        await session.commit()
    await run_jobs()
    session.expunge_all()
    return Sale(licence_id, delivery.id)


async def take_all(session: AsyncSession, sale: Sale, folder: Path) -> None:
    """Do what the licensee's program does: fetch, decrypt, lay out."""
    rows = await session.scalars(
        select(DeliveryFile).where(DeliveryFile.delivery_id == sale.delivery_id)
    )
    for row in list(rows):
        header = await release_key(
            session, delivery_id=sale.delivery_id, n=row.n, request=f"r{row.n}"
        )
        body = await file_body(session, delivery_id=sale.delivery_id, n=row.n)
        path = folder / row.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(decrypt_body(body, open_header(header, PRIVATE)))
    manifest = await session.scalar(
        select(Delivery.manifest).where(Delivery.id == sale.delivery_id)
    )
    assert manifest is not None
    (folder / MANIFEST).write_bytes(manifest)


async def receipt_of(session: AsyncSession, sale: Sale) -> Any:
    anchor = await find_anchor(session, key=f"delivery/{sale.licence_id}/1")
    made = await receipt_for(session, anchor)
    return parse_receipt(json.dumps(made.to_json()).encode())


async def test_the_licensee_gets_the_very_bytes_and_verifies_them_offline(
    session: AsyncSession, acting: Acting, frozen: Any, people: Any, sale: Sale, tmp_path: Path
) -> None:
    with acting(session, people.licensee):
        await take_all(session, sale, tmp_path / "out")
        receipt = await receipt_of(session, sale)
    trust = await current_trust()
    found = verify_folder(tmp_path / "out", receipt, trust)
    assert [(f.path, f.reason) for f in found.files if f.reason] == []
    assert found.state == Answer.INTACT
    delivered = {f.path for f in found.files if f.case is not None}
    shared = {f.path for f in found.files} - delivered
    assert shared >= {"header.json", "manifest.jsonl", "croissant.json"}
    sealed = {p for p in frozen.contents if not (tmp_path / "out" / p).exists()}
    assert delivered == set(frozen.contents) - sealed
    assert len(sealed) == 2  # the one patient of the test part
    assert all((tmp_path / "out" / p).read_bytes() == frozen.contents[p] for p in delivered)


async def test_every_step_is_anchored_and_the_log_replays(
    session: AsyncSession, sale: Sale
) -> None:
    del sale
    states = set(await session.scalars(select(Anchor.state)))
    kinds = set(await session.scalars(select(Anchor.kind)))
    assert states == {AnchorState.ANCHORED}
    assert kinds >= {"listing", "licence", "delivery"}
    checked = await check_log(session)
    assert checked.entries == await session.scalar(select(func.count()).select_from(Anchor))
    assert not checked.findings


async def test_the_same_request_is_one_release_and_the_limit_holds(
    session: AsyncSession, acting: Acting, people: Any, sale: Sale
) -> None:
    with acting(session, people.licensee):
        for _ in range(3):
            await release_key(session, delivery_id=sale.delivery_id, n=0, request="same")
        count = select(func.count()).select_from(Release)
        assert await session.scalar(count) == 1


async def test_one_second_after_the_end_no_header_goes_out(
    session: AsyncSession, acting: Acting, people: Any, sale: Sale
) -> None:
    ended = datetime.now(UTC) - timedelta(seconds=1)
    await session.execute(
        update(Licence).where(Licence.id == sale.licence_id).values(not_after=ended)
    )
    await session.commit()
    with acting(session, people.licensee):
        with pytest.raises(LicenceExpiredError) as refused:
            await release_key(session, delivery_id=sale.delivery_id, n=0, request="r")
        assert refused.value.facts == {"reason": "licence_expired"}
        assert await refusals() == ["licence_expired"]
        await session.rollback()
        assert await session.scalar(select(func.count()).select_from(Release)) == 0
    assert await expire_licences(session) == 1
    assert (await session.get_one(Licence, sale.licence_id)).state is State.EXPIRED


async def refusals() -> list[str | None]:
    # Before the refused session rolls back: here all sessions share one outer transaction.
    async with transaction(system("look")) as looking:
        rows = await looking.scalars(
            select(AuditRow.why).where(AuditRow.action == "market.refuse").order_by(AuditRow.id)
        )
        return list(rows)


async def test_no_key_when_the_hospitals_contract_has_ended(
    session: AsyncSession, acting: Acting, people: Any, sale: Sale
) -> None:
    cases = select(DeliveryFile.n).where(
        DeliveryFile.delivery_id == sale.delivery_id, DeliveryFile.subject_id.is_not(None)
    )
    first = (await session.scalars(cases.limit(1))).one()
    over = datetime.now(UTC).date() - timedelta(days=1)
    await session.execute(update(Agreement).values(ends=over))
    await session.commit()
    session.expire_all()
    with acting(session, people.licensee):
        with pytest.raises(KeyRefusedError) as refused:
            await release_key(session, delivery_id=sale.delivery_id, n=first, request="r")
        assert refused.value.facts == {"reason": "agreement_expired"}
        assert await refusals() == ["agreement_expired"]


@pytest.mark.parametrize("to", [State.SUSPENDED, State.REVOKED])
async def test_a_stopped_licence_releases_nothing(
    session: AsyncSession, acting: Acting, people: Any, sale: Sale, to: State
) -> None:
    with acting(session, people.curator):
        await change_licence(session, licence_id=sale.licence_id, to=to, why="breach")
        await session.commit()
    with acting(session, people.licensee):
        with pytest.raises(KeyRefusedError) as refused:
            await release_key(session, delivery_id=sale.delivery_id, n=0, request="r")
        await session.rollback()
        with pytest.raises(NotActiveError):
            await open_delivery(session, licence_id=sale.licence_id)
    assert refused.value.facts == {"reason": f"licence_{to.value}"}


async def test_another_licensee_finds_nothing_and_the_attempt_is_audited(
    session: AsyncSession, acting: Acting, people: Any, sale: Sale
) -> None:
    with acting(session, people.rival):
        with pytest.raises(NotFoundError):
            await find_delivery(session, sale.delivery_id)
        with pytest.raises(NotFoundError):
            await release_key(session, delivery_id=sale.delivery_id, n=0, request="r")
        for table in (Order, Licence, Delivery, DeliveryFile, Release):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
        assert await refusals() == ["not_yours", "not_yours"]


async def test_a_hospital_sees_the_licence_and_only_its_own_files(
    session: AsyncSession, acting: Acting, frozen: Any, site_b: Any, sale: Sale
) -> None:
    hospital = Actor("b", Role.HOSPITAL, site_b.id, site_b.id)
    with acting(session, hospital):
        assert await session.scalar(select(Licence.id)) == sale.licence_id
        sites = set(await session.scalars(select(DeliveryFile.site_id)))
        assert sites == {site_b.id}
        assert await session.scalar(select(func.count()).select_from(Order)) == 0


async def test_the_fee_reaches_every_hospital_to_the_yen(
    session: AsyncSession, acting: Acting, people: Any, site_a: Any, site_b: Any, sale: Sale
) -> None:
    with acting(session, people.curator):
        settlement = await settle_licence(session, licence_id=sale.licence_id)
        await session.commit()
        assert settlement.parts == {
            str(site_a.id): 466_667,
            str(site_b.id): 233_333,
            "readers": 50_000,
            "platform": 250_000,
        }
        with pytest.raises(NothingToSettleError):
            await settle_licence(session, licence_id=sale.licence_id)
        with pytest.raises(SamePayerError):
            await pay_settlement(session, settlement_id=settlement.id)
    with acting(session, people.operator):
        await pay_settlement(session, settlement_id=settlement.id)
        await session.commit()
        assert await balance(session, f"payable:{site_a.id}") == 0
        assert await balance(session, "bank") == 100_000  # the tax
    with acting(session, Actor("b", Role.HOSPITAL, site_b.id, site_b.id)):
        statements = list(await session.scalars(select(Statement)))
        assert [(s.site_id, s.patients, s.yen) for s in statements] == [(site_b.id, 2, 233_333)]


async def test_a_recall_stops_keys_tells_the_holder_and_takes_the_fee_back(
    session: AsyncSession,
    acting: Acting,
    frozen: Any,
    people: Any,
    site_a: Any,
    sale: Sale,
    run_jobs: Drain,
    tmp_path: Path,
) -> None:
    with acting(session, people.licensee):
        await take_all(session, sale, tmp_path / "out")
        receipt = await receipt_of(session, sale)
        await session.commit()
    with acting(session, people.curator):
        await settle_licence(session, licence_id=sale.licence_id)
        await session.commit()
    gone = frozen.subjects[site_a.id][1]
    with acting(session, people.operator):
        await recall_subject(
            session, subject_id=gone.id, kind=RecallKind.WITHDRAWAL, reason="asked"
        )
        await session.commit()
    await run_jobs()
    session.expunge_all()

    root = await session.scalar(
        select(WithdrawnCase.case_root).where(WithdrawnCase.subject_id == gone.id)
    )
    found = verify_folder(tmp_path / "out", receipt, await current_trust())
    assert found.state == Answer.WITHDRAWN
    assert [case for case, state in found.cases().items() if state != Answer.INTACT] == [root]

    with acting(session, people.licensee):
        n = await session.scalar(
            select(DeliveryFile.n).where(DeliveryFile.withdrawn).order_by(DeliveryFile.n).limit(1)
        )
        assert n is not None
        with pytest.raises(CaseWithdrawnError):
            await release_key(session, delivery_id=sale.delivery_id, n=n, request="again")
        await session.rollback()
        notice = (await session.scalars(select(RecallNotice))).one()
        assert {f["case"] for f in notice.files} == {root}
        assert len(notice.files) == 2
        await confirm_destroyed(session, notice_id=notice.id)
        await session.commit()

    assert await balance(session, f"undistributed:{sale.licence_id}") == -116_666
    with acting(session, people.curator):
        again = await settle_licence(session, licence_id=sale.licence_id)
        await session.commit()
        assert sum(again.parts.values()) == again.net == 116_666
        weights = again.weights[str(site_a.id)]
        assert weights["patients"] == 3
        withdrawn = select(Statement.withdrawn_yen).where(
            Statement.settlement_id == again.id, Statement.site_id == site_a.id
        )
        assert await session.scalar(withdrawn) == 116_666


async def test_after_a_recall_a_new_delivery_leaves_the_case_out(
    session: AsyncSession,
    acting: Acting,
    frozen: Any,
    people: Any,
    site_b: Any,
    sale: Sale,
    run_jobs: Drain,
) -> None:
    gone = frozen.subjects[site_b.id][0]
    with acting(session, people.operator):
        await recall_subject(session, subject_id=gone.id, kind=RecallKind.LEAK, reason="leak")
        await session.commit()
    await run_jobs()
    with acting(session, people.licensee):
        second = await open_delivery(session, licence_id=sale.licence_id)
        await session.commit()
    await run_jobs()
    session.expunge_all()
    rows = select(DeliveryFile.subject_id).where(DeliveryFile.delivery_id == second.id)
    subjects = set(await session.scalars(rows))
    assert gone.id not in subjects
    assert len(subjects - {None}) == 4


async def test_a_licence_that_a_contract_forbids_is_not_approved(
    session: AsyncSession, acting: Acting, frozen: Any, people: Any
) -> None:
    await session.execute(update(Agreement).values(uses=[42, 15]))
    await session.commit()
    with pytest.raises(NotPermittedError) as refused:
        await quoted(session, acting, frozen, people)
    assert refused.value.facts == {"duo_methods_development": 6}


async def test_a_licence_that_one_person_did_not_consent_to_is_not_approved(
    session: AsyncSession, acting: Acting, frozen: Any, people: Any, site_a: Any
) -> None:
    subject = frozen.subjects[site_a.id][0].id
    await session.execute(
        update(Consent).where(Consent.subject_id == subject).values(commercial=False)
    )
    await session.commit()
    with pytest.raises(NotPermittedError) as refused:
        await quoted(session, acting, frozen, people)
    assert refused.value.facts == {"consent_not_commercial": 1}


async def test_two_persons_and_one_hash_are_needed_to_sign(
    session: AsyncSession, acting: Acting, frozen: Any, people: Any
) -> None:
    order_id = await quoted(session, acting, frozen, people)
    with acting(session, people.licensee):
        licence = await accept_quote(session, order_id=order_id)
        with pytest.raises(OtherTermsError):
            await sign_licence(session, licence_id=licence.id, terms_sha256="0" * 64)
        await session.commit()
        with pytest.raises(NotActiveError):
            await open_delivery(session, licence_id=licence.id)
    with acting(session, people.curator), pytest.raises(SamePersonError):
        await sign_licence(session, licence_id=licence.id, terms_sha256=licence.terms_sha256)


async def test_a_licensee_cannot_approve_and_an_offer_stands_once(
    session: AsyncSession, acting: Acting, frozen: Any, people: Any
) -> None:
    order_id = await quoted(session, acting, frozen, people)
    with acting(session, people.licensee), pytest.raises(NotYourMoveError):
        await move_order(session, order_id=order_id, to=State.EXPIRED)
    with acting(session, people.curator), pytest.raises(AlreadyListedError):
        await list_product(session, product_id=frozen.product.id, titles=("a", "b"), price_yen=1)


async def test_a_consents_record_is_unlinked_by_the_recall(
    session: AsyncSession,
    acting: Acting,
    frozen: Any,
    people: Any,
    site_a: Any,
    run_jobs: Drain,
) -> None:
    from renkei.ledger.server.anchor import anchor

    gone = frozen.subjects[site_a.id][2]
    row = await anchor(
        session, kind="consent", key="consent/1", payload={"v": 1}, subject_id=gone.id
    )
    await session.commit()
    await run_jobs()
    with acting(session, people.operator):
        await recall_subject(
            session, subject_id=gone.id, kind=RecallKind.WITHDRAWAL, reason="asked"
        )
        await session.commit()
    await run_jobs()
    session.expunge_all()
    kept = await find_anchor(session, anchor_id=row.id)
    assert (kept.payload, kept.salt, kept.state) == (None, None, AnchorState.ANCHORED)
    with pytest.raises(AnchorErasedError):
        await receipt_for(session, kept)
    recalled = (await session.scalars(select(Anchor).where(Anchor.kind == "recall"))).one()
    assert verify_receipt(await receipt_for(session, recalled), await current_trust()).size >= 2
