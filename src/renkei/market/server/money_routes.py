"""Routes of money: the journal, settlements, each hospital's statements."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import func, select
from sqlalchemy.orm import undefer
from starlette.responses import Response

from renkei.errors import NotFoundError
from renkei.market.server.schemas import (
    EarningOut,
    EntryOut,
    SettleIn,
    SettlementOut,
    StatementOut,
)
from renkei.market.server.settle import pay_settlement, settle_licence
from renkei.market.server.tables import JournalEntry, Posting, Settlement, Statement
from renkei.server.actor import Permission
from renkei.server.web import Db, Page, Params, gives, list_page, needs
from renkei.subjects.server.tables import Site

router = APIRouter()
OF_ENTRY = ("kind", "period", "licence_id")
ENTRY_COLUMNS = {
    name: getattr(JournalEntry if name in OF_ENTRY else Posting, name)
    for name in EntryOut.model_fields
}
NOT_LISTED = {"rule", "weights", "parts", "lines"}
SETTLEMENT_COLUMNS = {
    n: getattr(Settlement, n) for n in SettlementOut.model_fields if n not in NOT_LISTED
}
STATEMENT_COLUMNS = {
    n: getattr(Statement, n) for n in StatementOut.model_fields if n not in NOT_LISTED
}


@router.get("/journal", dependencies=needs(Permission.MARKET_SETTLE))
async def list_journal(session: Db, params: Params) -> Page[EntryOut]:
    """List the postings with their entries."""
    query = select(*(c.label(n) for n, c in ENTRY_COLUMNS.items())).join(
        JournalEntry, JournalEntry.id == Posting.entry_id
    )
    return await list_page(session, query, columns=ENTRY_COLUMNS, params=params)


@router.get("/settlements", dependencies=needs(Permission.MARKET_SETTLE))
async def list_settlements(session: Db, params: Params) -> Page[SettlementOut]:
    """List distributions."""
    return await list_page(session, select(Settlement), columns=SETTLEMENT_COLUMNS, params=params)


@router.get("/settlements/{settlement_id}", dependencies=needs(Permission.MARKET_SETTLE))
async def show_settlement(settlement_id: UUID, session: Db) -> SettlementOut:
    """Show a distribution."""
    settlement = await session.get(Settlement, settlement_id)
    if settlement is None:
        raise NotFoundError("There is no such settlement; choose one from the list.")
    return SettlementOut.model_validate(settlement)


@router.post("/settlements", status_code=201, dependencies=needs(Permission.MARKET_SETTLE))
async def settle(body: SettleIn, session: Db) -> SettlementOut:
    """Distribute what a licence brought."""
    return SettlementOut.model_validate(await settle_licence(session, licence_id=body.licence_id))


@router.post("/settlements/{settlement_id}/payout", dependencies=needs(Permission.MARKET_SETTLE))
async def pay_out(settlement_id: UUID, session: Db) -> SettlementOut:
    """Write down that the payees were paid; by another person than who settled."""
    return SettlementOut.model_validate(await pay_settlement(session, settlement_id=settlement_id))


@router.get("/statements", dependencies=needs(Permission.MARKET_MONEY))
async def list_statements(session: Db, params: Params) -> Page[StatementOut]:
    """List statements; a hospital sees its own."""
    return await list_page(session, select(Statement), columns=STATEMENT_COLUMNS, params=params)


@router.get("/statements/{statement_id}", dependencies=needs(Permission.MARKET_MONEY))
async def show_statement(statement_id: UUID, session: Db) -> StatementOut:
    """Show a statement."""
    statement = await session.get(Statement, statement_id)
    if statement is None:
        raise NotFoundError("There is no such statement; choose one from the list.")
    return StatementOut.model_validate(statement)


@router.get(
    "/statements/{statement_id}/pdf",
    dependencies=needs(Permission.MARKET_MONEY),
    **gives("application/pdf"),
)
async def show_pdf(statement_id: UUID, session: Db) -> Response:
    """Return a statement as PDF."""
    options = [undefer(Statement.pdf)]
    statement = await session.get(Statement, statement_id, options=options)
    if statement is None:
        raise NotFoundError("There is no such statement; choose one from the list.")
    return Response(statement.pdf, media_type="application/pdf", headers=_named("statement.pdf"))


@router.get(
    "/statements/{statement_id}/csv",
    dependencies=needs(Permission.MARKET_MONEY),
    **gives("text/csv"),
)
async def show_csv(statement_id: UUID, session: Db) -> Response:
    """Return a statement as CSV."""
    options = [undefer(Statement.csv)]
    statement = await session.get(Statement, statement_id, options=options)
    if statement is None:
        raise NotFoundError("There is no such statement; choose one from the list.")
    return Response(
        statement.csv, media_type="text/csv; charset=utf-8", headers=_named("statement.csv")
    )


@router.get("/earnings", dependencies=needs(Permission.MARKET_MONEY))
async def list_earnings(session: Db) -> list[EarningOut]:
    """Return what each hospital earned, per period, withdrawals taken off."""
    net = func.sum(Statement.yen - Statement.withdrawn_yen)
    rows = await session.execute(
        select(Statement.site_id, Site.name.label("site"), Statement.period, net.label("yen"))
        .join(Site, Site.id == Statement.site_id)
        .group_by(Statement.site_id, Site.name, Statement.period)
        .order_by(Statement.period, Site.name)
    )
    return [EarningOut.model_validate(row) for row in rows]


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
