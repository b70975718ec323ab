"""The journal's tables: entries whose postings sum to zero, settlements, statements."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DDL, ColumnElement, ForeignKey, UniqueConstraint, event, false, true
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from renkei.market.server.offer_tables import SEES_ALL, Licence
from renkei.server.actor import Actor, Role
from renkei.server.db import Big, Table


class EntryKind(StrEnum):
    """Why money is posted."""

    INVOICE = "invoice"
    PAYMENT = "payment"
    SETTLEMENT = "settlement"
    PAYOUT = "payout"
    WITHDRAWAL = "withdrawal"
    REVERSAL = "reversal"


class SettlementState(StrEnum):
    """Made by one person, confirmed and paid out by another."""

    MADE = "made"
    PAID = "paid"


def _staff(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.role in SEES_ALL else false()


class JournalEntry(Table):
    """One fact about money; corrections are entries that reverse it."""

    __tablename__ = "journal_entry"
    append_only: ClassVar[bool] = True

    kind: Mapped[EntryKind]
    period: Mapped[str]
    licence_id: Mapped[UUID] = mapped_column(ForeignKey(Licence.id), index=True)
    site_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    recall_id: Mapped[UUID | None] = mapped_column(default=None)
    reverses_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("journal_entry.id"), default=None, unique=True
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show the journal to the platform's people; hospitals read statements."""
        return _staff(actor)


class Posting(Table):
    """One line of an entry, in minor units: plus is a debit, minus a credit."""

    __tablename__ = "posting"
    append_only: ClassVar[bool] = True

    entry_id: Mapped[UUID] = mapped_column(ForeignKey(JournalEntry.id), index=True)
    account: Mapped[str] = mapped_column(index=True)
    amount: Mapped[int] = mapped_column(Big)
    currency: Mapped[str]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the entry."""
        return _staff(actor)


class Settlement(Table):
    """One distribution of a licence's fee: the rule with its hash, the weights, the parts."""

    __tablename__ = "settlement"
    __table_args__ = (UniqueConstraint("licence_id", "period"),)

    licence_id: Mapped[UUID] = mapped_column(ForeignKey(Licence.id), index=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(JournalEntry.id))
    period: Mapped[str]
    currency: Mapped[str]
    net: Mapped[int] = mapped_column(Big)
    rule: Mapped[dict[str, Any]] = mapped_column(JSONB)
    rule_sha256: Mapped[str]
    weights: Mapped[dict[str, Any]] = mapped_column(JSONB)
    parts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_by: Mapped[str]
    state: Mapped[SettlementState] = mapped_column(default=SettlementState.MADE)
    paid_by: Mapped[str | None] = mapped_column(default=None)
    paid_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to the platform's people; a hospital sees its own part in its statement."""
        return _staff(actor)


class Statement(Table):
    """What one hospital earned by one settlement, as CSV and PDF; made again, the same bytes."""

    __tablename__ = "fee_statement"
    __table_args__ = (UniqueConstraint("settlement_id", "site_id"),)

    settlement_id: Mapped[UUID] = mapped_column(ForeignKey(Settlement.id), index=True)
    licence_id: Mapped[UUID] = mapped_column(ForeignKey(Licence.id), index=True)
    site_id: Mapped[UUID] = mapped_column(index=True)
    period: Mapped[str]
    patients: Mapped[int]
    weight: Mapped[int] = mapped_column(Big)
    share_bp: Mapped[int]
    yen: Mapped[int] = mapped_column(Big)
    withdrawn_yen: Mapped[int] = mapped_column(Big)
    lines: Mapped[list[Any]] = mapped_column(JSONB)
    csv: Mapped[bytes] = mapped_column(deferred=True, repr=False)
    pdf: Mapped[bytes] = mapped_column(deferred=True, repr=False)
    pdf_sha256: Mapped[str]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital its own."""
        if actor.role is Role.HOSPITAL:
            return cls.site_id == actor.site
        return _staff(actor)


# At commit, not per row: the postings of an entry come one after the other.
BALANCE = """
CREATE OR REPLACE FUNCTION check_entry_balance() RETURNS trigger AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM posting WHERE entry_id = NEW.entry_id
    GROUP BY currency HAVING sum(amount) <> 0
  ) THEN
    RAISE EXCEPTION 'the postings of an entry must sum to zero' USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$ LANGUAGE plpgsql
"""
BALANCE_TRIGGER = """
CREATE CONSTRAINT TRIGGER check_balance AFTER INSERT OR UPDATE ON posting
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry_balance()
"""
KEEP_JOURNAL = """
CREATE OR REPLACE FUNCTION keep_journal() RETURNS trigger AS $$
BEGIN
  RAISE EXCEPTION 'the journal is corrected by reversals' USING ERRCODE = '23001';
END $$ LANGUAGE plpgsql
"""


def keep_rows(table: str) -> str:
    """Return the trigger that refuses any change of a table's rows."""
    return (
        f"CREATE TRIGGER keep_journal BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_journal()"
    )


# What a migration runs after it made the tables.
TRIGGERS = (
    BALANCE,
    BALANCE_TRIGGER,
    KEEP_JOURNAL,
    keep_rows("journal_entry"),
    keep_rows("posting"),
)


def _install(table: object, *statements: str) -> None:
    if isinstance(table, SqlTable):
        for statement in statements:
            event.listen(table, "after_create", DDL(statement))  # type: ignore[no-untyped-call]


_install(JournalEntry.__table__, KEEP_JOURNAL, keep_rows("journal_entry"))
_install(Posting.__table__, BALANCE, BALANCE_TRIGGER, KEEP_JOURNAL, keep_rows("posting"))
