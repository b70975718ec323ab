"""Statements."""

import csv
import io

from renkei.market.statement import StatementFacts, StatementLine, statement_csv, statement_pdf

LINE = StatementLine("a" * 64, 412, 100, 41_200, 102_270, 7_000, 281_999, 684)
FACTS = StatementFacts(
    "東京第一病院", "連携運営機構", "2026-11", "2026-11-23", "JPY", "b" * 64, (LINE, LINE), "note"
)


def test_the_same_facts_give_the_same_pdf_to_the_byte() -> None:
    made = statement_pdf(FACTS)
    assert made.startswith(b"%PDF-")
    assert statement_pdf(FACTS) == made


def test_the_japanese_font_is_embedded() -> None:
    assert b"IPAexGothic" in statement_pdf(FACTS)


def test_the_csv_has_every_line_and_sums_to_the_total() -> None:
    rows = list(csv.DictReader(io.StringIO(statement_csv(FACTS).decode("utf-8-sig"))))
    assert len(rows) == 2
    assert sum(int(r["yen"]) - int(r["withdrawn_yen"]) for r in rows) == FACTS.total == 562_630
