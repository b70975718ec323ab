"""Coded concepts that labels and reports use: SNOMED CT by default."""

from dataclasses import dataclass

SNOMED = "SCT"


@dataclass(frozen=True, slots=True)
class Code:
    """One concept: coding scheme designator, value and English meaning (PS3.3 section 8)."""

    scheme: str
    value: str
    meaning: str


ANATOMICAL_STRUCTURE = Code(SNOMED, "123037004", "Anatomical Structure")
MORPHOLOGICALLY_ABNORMAL = Code(SNOMED, "49755003", "Morphologically Abnormal Structure")
LIVER = Code(SNOMED, "10200004", "Liver")
SPLEEN = Code(SNOMED, "78961009", "Spleen")
KIDNEY_RIGHT = Code(SNOMED, "9846003", "Right kidney")
KIDNEY_LEFT = Code(SNOMED, "18639004", "Left kidney")
AORTA = Code(SNOMED, "15825003", "Aorta")
SPINE = Code(SNOMED, "421060004", "Vertebral column")
LESION = Code(SNOMED, "52988006", "Lesion")
NEOPLASM = Code(SNOMED, "108369006", "Neoplasm")
TISSUE = Code(SNOMED, "85756007", "Tissue")
