"""Why a case is not simply accepted: each code with its sentence."""

SENTENCES = {
    "modality_not_wanted": "The recipe does not take this modality.",
    "body_part_not_wanted": "The recipe does not take this body part.",
    "body_part_unknown": "The header does not say which body part this is.",
    "age_below_limit": "The subject is younger than the recipe allows.",
    "age_unknown": "The subject's age is unknown.",
    "finding_unwanted": "The records hold a finding that the recipe leaves out.",
    "finding_uncertain": "The records hold a doubtful finding that the recipe leaves out.",
    "over_limit": "The value is beyond the limit at which a case is left out.",
    "near_limit": "The value is beyond the limit at which a person looks.",
    "unusual": "The value is unusual among like cases.",
    "not_applicable": "A required metric could not be computed.",
    "stratum_too_small": "There are too few like cases to compare with: no decision.",
    "fault": "The metric found a fault that stands by itself.",
    "duplicate_pixels": "Most of its images are held already, under another series.",
    "withdrawn": "The subject has withdrawn; leave the case out.",
}
