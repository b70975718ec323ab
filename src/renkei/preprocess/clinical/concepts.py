"""OMOP concept ids: the standard one or 0, and numbers of our own for national codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from renkei.preprocess.clinical.masters import Masters
from renkei.preprocess.clinical.seeds import seed

# Concepts that OHDSI's vocabularies do not hold have ids from two billion on.
FIRST_OWN, LAST_OWN = 2_000_000_000, 2_099_999_999
VOCABULARIES: Mapping[str, str] = {"loinc": "LOINC", "icd10": "ICD10", "atc": "ATC", "ucum": "UCUM"}


@dataclass(frozen=True)
class Concepts:
    """Concept ids by vocabulary and code, out of Athena's tables or the small seed."""

    masters: Masters

    @cached_property
    def ids(self) -> dict[tuple[str, str], int]:
        """Return the concept of each code, standard or not."""
        rows = seed("concepts").select("vocabulary", "code", "concept_id").iter_rows()
        found = {(v, c): int(i) for v, c, i in rows}
        if self.masters.concepts is not None:
            named = self.masters.concepts.select("vocabulary_id", "concept_code", "concept_id")
            found |= {(v, c): int(i) for v, c, i in named.iter_rows()}
        return found

    @cached_property
    def standard(self) -> dict[int, int]:
        """Return the standard concept that a concept stands for; those that lead to two lead to 0.

        Without Athena's tables only the seed's concepts, which are standard themselves.
        """
        table = self.masters.concepts
        if table is None:
            return {one: one for one in self.ids.values()}
        own = table.filter(pl.col("standard_concept") == "S")["concept_id"].cast(pl.Int64)
        found = {int(one): int(one) for one in own}
        if self.masters.relations is not None:
            several: dict[int, set[int]] = {}
            pairs = self.masters.relations.select("concept_id_1", "concept_id_2").iter_rows()
            for one, other in pairs:
                several.setdefault(int(one), set()).add(int(other))
            found |= {one: next(iter(to)) for one, to in several.items() if len(to) == 1}
        return found

    def of(self, system: str, code: str | None) -> int:
        """Return the standard concept of a code, or 0."""
        return self.standard.get(self.source_of(system, code), 0)

    def source_of(self, system: str, code: str | None) -> int:
        """Return the concept of a code as it is, standard or not, or 0."""
        vocabulary = VOCABULARIES.get(system, system)
        if vocabulary == "ICD10" and code and len(code) > 3:
            code = f"{code[:3]}.{code[3:]}"
        return self.ids.get((vocabulary, code or ""), 0)


def number_own(frame: pl.DataFrame, known: pl.DataFrame | None) -> dict[tuple[str, str], int]:
    """Return ids from two billion on for each (system, raw code), in order of their names.

    Those that stand in `known` (an earlier CONCEPT table) keep theirs.
    """
    kept: dict[tuple[str, str], int] = {}
    if known is not None:
        for number, vocabulary, code in known.select(
            "concept_id", "vocabulary_id", "concept_code"
        ).iter_rows():
            if FIRST_OWN <= int(number) <= LAST_OWN:
                kept[vocabulary, code] = int(number)
    following = max(kept.values(), default=FIRST_OWN - 1) + 1
    wanted = sorted({(s, c) for s, c in frame.iter_rows() if s and c} - set(kept))
    return kept | {pair: following + n for n, pair in enumerate(wanted)}
