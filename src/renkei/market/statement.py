"""What one hospital earned, as CSV and PDF; the same facts give the same bytes."""

import csv
import io
from dataclasses import asdict, dataclass
from pathlib import Path

from renkei.proof.paper import print_pdf

TEMPLATE = Path(__file__).with_name("statement.typ")


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One licence: what this hospital brought to it and what it earned."""

    version: str
    patients: int
    quality_percent: int
    weight: int
    all_weights: int
    share_bp: int
    yen: int
    withdrawn_yen: int


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """Everything that stands in a statement; `checkpoint` is the ledger's state that it quotes."""

    hospital: str
    operator: str
    period: str
    dated: str
    currency: str
    rule_sha256: str
    lines: tuple[StatementLine, ...]
    checkpoint: str

    @property
    def total(self) -> int:
        """Return the sum of all lines, withdrawals taken off."""
        return sum(line.yen - line.withdrawn_yen for line in self.lines)


def statement_csv(facts: StatementFacts) -> bytes:
    """Return one row per licence, in UTF-8 with the mark that spreadsheets look for."""
    text = io.StringIO()
    names = list(asdict(facts.lines[0])) if facts.lines else []
    writer = csv.DictWriter(text, ["period", "currency", *names], lineterminator="\r\n")
    writer.writeheader()
    for line in facts.lines:
        writer.writerow({"period": facts.period, "currency": facts.currency, **asdict(line)})
    return text.getvalue().encode("utf-8-sig")


def statement_pdf(facts: StatementFacts) -> bytes:
    """Return the PDF in Japanese and English.

    Raises:
        MissingExtraError: The extra `server` is not installed.
    """
    return print_pdf(TEMPLATE, {**asdict(facts), "total": facts.total})
