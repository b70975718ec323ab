"""Codes to standard codes by a reviewed map: n:1 is taken, 1:n and near matches never are."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import polars as pl

from renkei.errors import DataRefusedError
from renkei.preprocess.clinical.seeds import seed, seed_version
from renkei.preprocess.clinical.status import RAW, REASON, STATUS, VERSION, Status, judge_each, need
from renkei.proof import digest
from renkei.subjects.columns import CodeSystem, is_code

COLUMNS = (
    "source_system",
    "source_code",
    "target_system",
    "target_code",
    "relation",
    "version",
    "citation",
)
RELATIONS = frozenset({"equivalent", "wider", "narrower", "inexact"})
EXACT = "equivalent"
# JLAC10 = analyte 5, identification 4, material 3, method 3, result 2.
JLAC10_LENGTH, JLAC10_BEFORE_METHOD = 17, 12
_FORMS: Mapping[str, Callable[[str], bool]] = {
    "jlac10": lambda code: bool(re.fullmatch(r"\d[A-Z]\d{3}(\d{4}(\d{3}(\d{3}(\d\d)?)?)?)?", code)),
    "jlac11": lambda code: bool(re.fullmatch(r"[A-Z][0-9A-Z]{16}", code)),
    "icd10": lambda code: bool(re.fullmatch(r"[A-Z]\d[0-9A-Z][0-9A-Z]{0,2}", code)),
    "loinc": lambda code: is_code(CodeSystem.LOINC, code),
    "yj": lambda code: is_code(CodeSystem.YJ, code),
    "hot9": lambda code: bool(re.fullmatch(r"\d{9}", code)),
    "atc": lambda code: bool(re.fullmatch(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?", code)),
}


class BadMapError(DataRefusedError):
    """A map of codes is not one that can be relied on."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a code leads; `several` where the map names more than one standard code."""

    code: str
    relation: str
    several: bool = False


@dataclass(frozen=True)
class CodeMap:
    """A map from one code system to another, by plain code; `version` stands in every row."""

    source: str
    target: str
    targets: Mapping[str, Target]
    version: str

    @cached_property
    def stems(self) -> frozenset[str]:
        """Return the codes up to the material, without method and result (JLAC10)."""
        return frozenset(code[:JLAC10_BEFORE_METHOD] for code in self.targets)


def make_map(rows: pl.DataFrame, source: str, target: str, version: str | None = None) -> CodeMap:
    """Return the map between two systems out of rows with `COLUMNS`.

    Several sources may lead to one target. A source that leads to several is kept as doubtful.

    Raises:
        BadMapError: A column is missing, a relation unknown, or a row cites nothing.
    """
    if missing := [name for name in COLUMNS if name not in rows.columns]:
        raise BadMapError(f"The map lacks the column {missing[0]!r}.")
    own = rows.filter((pl.col("source_system") == source) & (pl.col("target_system") == target))
    found: dict[str, Target] = {}
    for _, code, _, to, relation, _, citation in own.select(COLUMNS).iter_rows():
        if relation not in RELATIONS or not to:
            raise BadMapError(f"A relation is one of {', '.join(sorted(RELATIONS))}.")
        if not (citation or "").strip():
            raise BadMapError("Each row of a map says where it stands.")
        plain = plain_code(source, code)
        before = found.get(plain)
        if before is None:
            found[plain] = Target(to, relation)
        elif before.code != to:
            found[plain] = Target(before.code, before.relation, several=True)
    stamp = version or digest(own.select(COLUMNS).sort(COLUMNS).write_csv().encode())[:12]
    return CodeMap(source, target, found, f"{source}-{target}-{stamp}")


@cache
def seed_map(source: str, target: str) -> CodeMap:
    """Return the map that comes with Renkei: a small one, each row with its citation."""
    return make_map(seed("codes"), source, target, seed_version("codes"))


def plain_code(system: str, written: str) -> str:
    """Return a code without what sites add: full width, blanks, hyphens, the point of ICD-10."""
    plain = unicodedata.normalize("NFKC", written).strip().upper()
    if system in {"jlac10", "jlac11"}:
        return re.sub(r"[-\s]", "", plain)
    return plain.replace(".", "") if system == "icd10" else plain


def find_code(codes: CodeMap, written: str | None) -> tuple[str | None, Status, str | None]:
    """Return the standard code, what became of it, and why where it is not mapped."""
    plain = plain_code(codes.source, written or "")
    if not plain:
        return None, Status.UNMAPPED, "code_missing"
    if target := codes.targets.get(plain):
        if target.several:
            return None, Status.AMBIGUOUS, "several_targets"
        if target.relation != EXACT:
            return None, Status.AMBIGUOUS, "not_equivalent"
        return target.code, Status.MAPPED, None
    return None, *_why_not(codes, plain)


def _why_not(codes: CodeMap, plain: str) -> tuple[Status, str]:
    form = _FORMS.get(codes.source)
    if form is not None and not form(plain):
        return Status.UNMAPPED, "no_code"
    if codes.source == "jlac10" and _is_near(codes, plain):
        short = len(plain) < JLAC10_LENGTH
        return Status.AMBIGUOUS, "method_missing" if short else "method_unknown"
    return Status.UNMAPPED, "code_unknown"


def _is_near(codes: CodeMap, plain: str) -> bool:
    if len(plain) >= JLAC10_BEFORE_METHOD:
        return plain[:JLAC10_BEFORE_METHOD] in codes.stems
    return any(stem.startswith(plain) for stem in codes.stems)


def check_codes(
    frame: pl.DataFrame, system: str, known: frozenset[str] | None, *, code: str = "code"
) -> pl.DataFrame:
    """Return the frame with codes that are in the standard's own form already.

    With the owner's table (`known`), a code that is not in it is unmapped; without, only the
    form and check digit are proved, and the map version says so.

    Raises:
        NoColumnError: The column is missing, or this was done before.
    """
    targets = {plain_code(system, one): Target(one, EXACT) for one in known or ()}
    if known is not None:
        stamp = digest("\n".join(sorted(known)).encode())[:12]
        own = CodeMap(system, system, targets, f"{system}-{stamp}")
        return standardise_codes(frame, own, code=code)
    form = _FORMS[system]

    def judge(written: str | None) -> tuple[object, ...]:
        plain = plain_code(system, written or "")
        if plain and form(plain):
            return plain, str(Status.MAPPED), None
        return None, str(Status.UNMAPPED), "no_code" if plain else "code_missing"

    return _with_codes(frame, code, judge, f"{system}-form")


def standardise_codes(frame: pl.DataFrame, codes: CodeMap, *, code: str = "code") -> pl.DataFrame:
    """Return the frame with standard codes in place of the written ones.

    Adds `<code>_raw`, `<code>_status`, `<code>_reason` and `<code>_map_version`.

    Raises:
        NoColumnError: The column is missing, or this was done before.
    """

    def judge(written: str | None) -> tuple[object, ...]:
        found, status, why = find_code(codes, written)
        return found, str(status), why

    return _with_codes(frame, code, judge, codes.version)


def _with_codes(
    frame: pl.DataFrame, code: str, judge: Callable[..., tuple[object, ...]], version: str
) -> pl.DataFrame:
    need(frame, code)
    made = frame.rename({code: code + RAW}).with_columns(pl.col(code + RAW).cast(pl.String))
    kinds = dict.fromkeys((code, code + STATUS, code + REASON), pl.String)
    made = judge_each(made, [code + RAW], judge, kinds)
    made = made.with_columns(pl.lit(version).alias(code + VERSION))
    rest = [name for name in frame.columns if name != code]
    added = [code, code + RAW, code + STATUS, code + REASON, code + VERSION]
    return made.select(*rest, *added)
