"""Why a case is not simply accepted: outcomes, reasons and the sentence of each code."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal

from renkei.select.facts import Evidence

Weight = Literal["hard", "soft", "doubt"]


class Outcome(StrEnum):
    """What becomes of a case."""

    ACCEPT = "accept"
    REVIEW = "review"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against accepting: a code, the metric it came from, and its weight.

    hard excludes alone · soft excludes with another soft one · doubt always asks a person.
    `evidence` is where the records say what the reason rests on.
    """

    code: str
    weight: Weight
    metric: str | None = None
    detail: str | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def key(self) -> str:
        """Return the short name that flows count by, such as `ct_noise.unusual`."""
        return ".".join(part for part in (self.metric, self.detail or self.code) if part)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, with the short name."""
        return asdict(self) | {"key": self.key}


SENTENCES = {
    "modality_not_wanted": "The recipe does not take this modality.",
    "body_part_not_wanted": "The recipe does not take this body part.",
    "body_part_unknown": "The header does not say which body part this is.",
    "age_below_limit": "The subject is younger than the recipe allows.",
    "age_above_limit": "The subject is older than the recipe allows.",
    "age_unknown": "The subject's age is unknown.",
    "sex_not_wanted": "The recipe does not take this sex.",
    "sex_unknown": "The subject's sex is unknown.",
    "finding_unwanted": "The records hold a finding that the recipe leaves out.",
    "finding_uncertain": "The records hold a doubtful finding that the recipe leaves out.",
    "finding_missing": "The records hold none of the findings that the recipe asks for.",
    "finding_in_doubt": "A finding that the recipe asks for is recorded as doubtful only.",
    "over_limit": "The value is beyond the limit at which a case is left out.",
    "near_limit": "The value is beyond the limit at which a person looks.",
    "unusual": "The value is unusual among like cases.",
    "unusual_in_modality": "The value is unusual among all cases of the modality.",
    "not_applicable": "A required metric could not be computed.",
    "stratum_too_small": "There are too few like cases to compare with: no decision.",
    "not_measured": "The metric was not measured when the case was judged.",
    "fault": "The metric found a fault that stands by itself.",
    "duplicate_pixels": "Most of its images are held already, under another series.",
    "near_duplicate": "Most of its images look like those of another case.",
    "second_look": "Accepted, and drawn at random for a person to look again.",
    "over_quota": "The recipe's quota is full; the case is set aside, not left out.",
    "withdrawn": "The subject has withdrawn; leave the case out.",
}

# What a recipe says of a case; every other reason was found on the files and holds for any recipe.
BY_RECIPE = frozenset(
    {
        "modality_not_wanted",
        "body_part_not_wanted",
        "body_part_unknown",
        "age_below_limit",
        "age_above_limit",
        "age_unknown",
        "sex_not_wanted",
        "sex_unknown",
        "finding_unwanted",
        "finding_uncertain",
        "finding_missing",
        "finding_in_doubt",
        "not_measured",
        "second_look",
    }
)
