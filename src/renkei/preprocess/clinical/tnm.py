"""TNM as it is written: prefixes, T, N and M apart, and the edition without which none compares."""

import re
import unicodedata
from typing import NamedTuple

import polars as pl

from renkei.preprocess.clinical.status import RAW, REASON, STATUS, VERSION, Status, judge_each, need

GRAMMAR = "tnm-1"
FIRST_EDITION, LAST_EDITION = 1, 9
# Since the 7th edition there is no MX, and M0 is a clinical finding only.
WITHOUT_MX = 7
_PREFIX = r"[YRA]{0,2}[CP]?"
_T = re.compile(
    rf"({_PREFIX})T((?:IS(?:\((?:DCIS|LCIS|PAGET|PD)\))?|X|[0-4](?:MI|[A-D][1-3]?)?)"
    r"(?:\((?:M|\d{1,2})\))?)"
)
_N = re.compile(rf"({_PREFIX})N((?:X|[0-3](?:MI|[A-C])?)(?:\((?:SN|I[+-]|MOL[+-])\))*)")
_M = re.compile(rf"({_PREFIX})M(X|0(?:\((?:I\+|MOL\+)\))?|1[A-D]?[1-2]?)")
_EDITION = re.compile(r"(?:UICC|AJCC|ED\.?|第)?\s?(\d)\s?(?:TH|版|ED\.?)?")
_PARTS = re.compile(r"[\s,;/]+")


class Stage(NamedTuple):
    """One TNM; a prefix stands for the parts behind it until another comes."""

    t: str | None
    n: str | None
    m: str | None
    prefix: str | None
    edition: str | None
    status: Status
    reason: str | None


def read_tnm(written: str | None, edition: str | None = None) -> Stage:
    """Return the parts of a TNM such as `cT2aN1M0` or `ypT1b(m) pN0(sn) cM0`.

    `prefix` lists what stood before T, N and M, such as `c,c,c`. Without an edition, and where
    the edition knows no such category, the stage is ambiguous.
    """
    plain = _PARTS.sub("", unicodedata.normalize("NFKC", written or "").upper())
    if not plain:
        return Stage(None, None, None, None, None, Status.UNMAPPED, "stage_missing")
    found: list[str | None] = []
    prefixes: list[str] = []
    rest, last = plain, ""
    for part in (_T, _N, _M):
        match = part.match(rest)
        found.append(_spell(match.group(2)) if match else None)
        # A p before T is not one before M: in pT2N0M0 the M0 is a clinical finding.
        inherited = last.replace("P", "") if part is _M else last
        last = (match.group(1) or inherited) if match else last
        prefixes.append(last.lower() if match else "")
        rest = rest[match.end() :] if match else rest
    number = _edition(edition)
    if rest or found[0] is None or found[1] is None:
        return Stage(None, None, None, None, number, Status.UNMAPPED, "no_stage")
    why = _doubt(found[2], prefixes[2], number)
    status = Status.AMBIGUOUS if why else Status.MAPPED
    return Stage(found[0], found[1], found[2], ",".join(prefixes), number, status, why)


def _doubt(m: str | None, prefix: str, edition: str | None) -> str | None:
    if edition is None:
        return "edition_missing"
    if m is None:
        return "m_missing"
    unknown = m == "X" or (m.startswith("0") and "p" in prefix)
    return "not_in_edition" if unknown and int(edition) >= WITHOUT_MX else None


def _edition(written: str | None) -> str | None:
    plain = unicodedata.normalize("NFKC", written or "").strip().upper()
    found = _EDITION.fullmatch(plain)
    if found is None or not FIRST_EDITION <= int(found.group(1)) <= LAST_EDITION:
        return None
    return found.group(1)


def _spell(part: str) -> str:
    return part if part == "X" else part.lower().replace("x", "X").replace("(dcis)", "(DCIS)")


def standardise_stages(
    frame: pl.DataFrame, *, stage: str = "tnm", edition: str | None = None
) -> pl.DataFrame:
    """Return the frame with `<stage>_t`, `_n`, `_m`, `_prefix` and `_edition` beside the raw.

    `edition` is the column that names it.

    Raises:
        NoColumnError: A column is missing, or this was done before.
    """
    need(frame, stage, also=[edition] if edition else [])
    raw = stage + RAW
    made = frame.rename({stage: raw}).with_columns(pl.col(raw).cast(pl.String))
    if edition:
        made = made.with_columns(pl.col(edition).cast(pl.String))
    parts = ("_t", "_n", "_m", "_prefix", "_edition", STATUS, REASON)
    kinds = dict.fromkeys((stage + part for part in parts), pl.String)
    made = judge_each(made, [raw, *([edition] if edition else [])], read_tnm, kinds)
    return made.with_columns(pl.lit(GRAMMAR).alias(stage + VERSION))
