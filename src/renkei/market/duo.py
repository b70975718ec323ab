"""What the DUO codes of agreements mean for a licence: blocks, purposes, places, duties."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Blocked(StrEnum):
    """Why a code stands against a request."""

    COMMERCIAL_USE = "commercial_use"
    COMMERCIAL_ORGANISATION = "commercial_organisation"
    METHODS_DEVELOPMENT = "methods_development"
    CLINICAL_CARE_ONLY = "clinical_care_only"
    PURPOSE = "purpose"
    COUNTRY = "country"
    INSTITUTION = "institution"
    USER = "user"
    PROJECT = "project"
    UNKNOWN_CODE = "unknown_code"
    NO_PERMISSION = "no_permission"


class Purpose(StrEnum):
    """What a licensee says that it will do."""

    DISEASE = "disease_research"
    HEALTH = "health_research"
    GENERAL = "general_research"
    POPULATION = "population_research"
    PRODUCT = "product_development"


# Code → the purposes that it opens; codes without number here open none, they only narrow.
OPENS: Mapping[int, frozenset[Purpose]] = {
    4: frozenset(Purpose),
    42: frozenset(Purpose),
    6: frozenset({Purpose.HEALTH, Purpose.DISEASE, Purpose.PRODUCT}),
    7: frozenset({Purpose.DISEASE}),
    11: frozenset({Purpose.POPULATION}),
}
DUTIES: Mapping[int, str] = {
    19: "publish_results",
    20: "collaborate_with_provider",
    21: "ethics_approval",
    24: "publication_moratorium",
    29: "return_results",
}
NEED_LISTED: Mapping[int, tuple[str, Blocked]] = {
    22: ("countries", Blocked.COUNTRY),
    26: ("users", Blocked.USER),
    27: ("projects", Blocked.PROJECT),
    28: ("institutions", Blocked.INSTITUTION),
}
TIME_LIMIT = 25
SPECIFIC_RESEARCH, NO_POPULATION, GENETIC_ONLY = 12, 44, 16
CLINICAL_CARE = 43
KNOWN = (
    frozenset(OPENS)
    | frozenset(DUTIES)
    | frozenset(NEED_LISTED)
    | {15, 18, 45, 46, TIME_LIMIT, SPECIFIC_RESEARCH, NO_POPULATION, GENETIC_ONLY, CLINICAL_CARE}
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the codes see it; `lists` hold what an agreement names beside its codes."""

    purpose: Purpose
    commercial_use: bool
    commercial_organisation: bool
    develops_methods: bool
    country: str
    institution: str = ""
    user: str = ""
    project: str = ""
    lists: Mapping[str, Collection[str]] = field(default_factory=dict)


def against(codes: Collection[int], asked: Asked) -> list[Blocked]:
    """Return every reason that an agreement's codes give against the request."""
    found: list[Blocked] = []
    if set(codes) - KNOWN:
        found.append(Blocked.UNKNOWN_CODE)
    if asked.commercial_use and {46, 18} & set(codes):
        found.append(Blocked.COMMERCIAL_USE)
    if asked.commercial_organisation and {45, 18} & set(codes):
        found.append(Blocked.COMMERCIAL_ORGANISATION)
    if asked.develops_methods and 15 in codes:
        found.append(Blocked.METHODS_DEVELOPMENT)
    if CLINICAL_CARE in codes:
        found.append(Blocked.CLINICAL_CARE_ONLY)
    opened = frozenset[Purpose]().union(*(OPENS.get(code, frozenset()) for code in codes))
    if not opened:
        found.append(Blocked.NO_PERMISSION)
    elif asked.purpose not in opened or _narrowed(codes, asked.purpose):
        found.append(Blocked.PURPOSE)
    for code, (what, reason) in NEED_LISTED.items():
        value = {"countries": asked.country, "users": asked.user}.get(
            what, asked.project if what == "projects" else asked.institution
        )
        if code in codes and value not in asked.lists.get(what, ()):
            found.append(reason)
    return found


def _narrowed(codes: Collection[int], purpose: Purpose) -> bool:
    population = purpose is Purpose.POPULATION
    # What kind of research 12 and 16 mean stands only in the contract's text: no machine says yes.
    return (population and NO_POPULATION in codes) or bool({12, 16} & set(codes))


def duties(codes: Collection[int]) -> list[str]:
    """Return the duties that the codes lay on the licensee."""
    return [DUTIES[code] for code in sorted(codes) if code in DUTIES]
