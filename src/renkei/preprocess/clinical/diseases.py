"""Diagnoses: the flag of a suspicion and the modifiers stand apart from the code."""

import re
import unicodedata

import polars as pl

from renkei.preprocess.clinical.status import judge_each

# "of suspicion" in the claims' master of modifiers (payment fund, table Z).
SUSPECTED_MODIFIER = "8002"
_SUSPECTED = re.compile(r"(の?疑い?|\?|疑診)$")
_MODIFIERS = re.compile(r"[^0-9A-Z]+")


def read_suspicion(
    name: str | None, modifiers: str | None = None, flag: str | None = None
) -> tuple[bool, str | None]:
    """Return whether a diagnosis is suspected only, and its modifiers, separated by blanks."""
    plain = unicodedata.normalize("NFKC", name or "").strip()
    codes = [m for m in _MODIFIERS.split(unicodedata.normalize("NFKC", modifiers or "")) if m]
    marked = unicodedata.normalize("NFKC", flag or "").strip().lower() in {"1", "true", "疑い", "y"}
    said = bool(_SUSPECTED.search(plain)) or SUSPECTED_MODIFIER in codes or marked
    rest = [code for code in codes if code != SUSPECTED_MODIFIER]
    return said, " ".join(rest) or None


def mark_suspicions(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with `suspected`, and `modifiers` without the code of suspicion.

    Reads `name`, `modifiers` and `suspected` where the table has them; those stay as `_raw`.
    """
    given = ("name", "modifiers", "suspected")
    made = frame.with_columns(
        pl.col(c).cast(pl.String) if c in frame.columns else pl.lit(None, pl.String).alias(c)
        for c in given
    )
    made = made.rename({"suspected": "suspected_raw", "modifiers": "modifiers_raw"})
    kinds = {"suspected": pl.Boolean, "modifiers": pl.String}
    return judge_each(made, ["name", "modifiers_raw", "suspected_raw"], read_suspicion, kinds)
