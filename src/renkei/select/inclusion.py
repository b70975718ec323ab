"""Inclusion: does a case belong to the cohort that the recipe defines?

A finding is wanted or unwanted only relative to that cohort; nothing is bad by itself.
"""

from collections.abc import Sequence

from renkei.select.facts import CaseFacts, Evidence, Finding
from renkei.select.reasons import Reason
from renkei.select.recipe import Recipe


def against_inclusion(recipe: Recipe, facts: CaseFacts) -> list[Reason]:
    """Return what speaks against taking the case into the cohort."""
    reasons = []
    if facts.modality not in recipe.modalities:
        reasons.append(Reason("modality_not_wanted", "hard"))
    part = (facts.body_part or "").upper()
    if recipe.body_parts and not part:
        reasons.append(Reason("body_part_unknown", "doubt"))
    elif recipe.body_parts and part not in recipe.body_parts:
        reasons.append(Reason("body_part_not_wanted", "hard"))
    return [*reasons, *_person(recipe, facts), *_findings(recipe, facts)]


def _person(recipe: Recipe, facts: CaseFacts) -> list[Reason]:
    reasons = []
    least, most = recipe.least_age, recipe.most_age
    if facts.age is None:
        if least is not None or most is not None:
            reasons.append(Reason("age_unknown", "doubt"))
    elif least is not None and facts.age < least:
        reasons.append(Reason("age_below_limit", "hard"))
    elif most is not None and facts.age > most:
        reasons.append(Reason("age_above_limit", "hard"))
    if recipe.sexes and not facts.sex:
        reasons.append(Reason("sex_unknown", "doubt"))
    elif recipe.sexes and facts.sex not in recipe.sexes:
        reasons.append(Reason("sex_not_wanted", "hard"))
    return reasons


def _findings(recipe: Recipe, facts: CaseFacts) -> list[Reason]:
    reasons = []
    unwanted = _hits(facts.findings, recipe.unwanted)
    if "present" in unwanted:
        where = _where(unwanted["present"])
        reasons.append(Reason("finding_unwanted", "hard", evidence=where))
    elif "uncertain" in unwanted:
        where = _where(unwanted["uncertain"])
        reasons.append(Reason("finding_uncertain", "doubt", evidence=where))
    wanted = _hits(facts.findings, recipe.wanted)
    if recipe.wanted and "present" not in wanted:
        doubtful = "uncertain" in wanted
        reasons.append(
            Reason("finding_in_doubt", "doubt") if doubtful else Reason("finding_missing", "hard")
        )
    return reasons


def _hits(found: Sequence[Finding], codes: Sequence[Finding]) -> dict[str, list[Finding]]:
    hits: dict[str, list[Finding]] = {}
    for one in found:
        # Codes are hierarchies (J93.1 lies in J93), so a code takes everything below it.
        if any(one.scheme == code.scheme and one.value.startswith(code.value) for code in codes):
            hits.setdefault(one.polarity, []).append(one)
    return hits


def _where(findings: Sequence[Finding]) -> tuple[Evidence, ...]:
    """Return where the records say these findings."""
    return tuple(one.evidence for one in findings if one.evidence)
