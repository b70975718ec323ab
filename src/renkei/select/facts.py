"""What is known of a case beside its pixels, and the stratum that follows from it."""

from dataclasses import dataclass, field
from typing import Literal, get_args

BANDS_MM = (1.0, 2.0, 3.0, 5.0)
Key = Literal["modality", "body_part", "kernel", "sequence", "thickness", "model", "stain", "mpp"]
STRATUM_KEYS: tuple[Key, ...] = get_args(Key)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a finding is said: in which record, and there from letter to letter or in a row.

    `cue` is the span of the words that decide whether it is there.
    """

    record: str
    start: int | None = None
    end: int | None = None
    cue: tuple[int, int] | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A coded finding of the subject; `polarity` present, absent, uncertain or historic.

    Where it is said does not make it another finding.
    """

    scheme: str
    value: str
    polarity: str = "present"
    evidence: Evidence | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is known of a case beside its pixels; None is unknown, never a guess.

    `model` is the scanner, also of a slide; `mpp` is µm per pixel of level 0. `patient`, `study`
    and `series` say who is counted together, `site` where the case comes from.
    """

    modality: str
    body_part: str | None = None
    kernel: str | None = None
    thickness_mm: float | None = None
    model: str | None = None
    age: int | None = None
    findings: tuple[Finding, ...] = ()
    sex: str | None = None
    sequence: str | None = None
    stain: str | None = None
    mpp: float | None = None
    site: str | None = None
    patient: str | None = None
    study: str | None = None
    series: str | None = None

    @property
    def stratum(self) -> dict[str, str]:
        """Return the keys by which like is compared with like; unknown ones are left out."""
        known = {
            "modality": self.modality,
            "body_part": (self.body_part or "").strip().upper(),
            "kernel": (self.kernel or "").strip(),
            "sequence": (self.sequence or "").strip(),
            "thickness": band(self.thickness_mm) if self.thickness_mm else "",
            "model": (self.model or "").strip(),
            "stain": (self.stain or "").strip(),
            "mpp": f"{self.mpp:.2f}" if self.mpp else "",
        }
        return {key: value for key, value in known.items() if value}


def band(thickness_mm: float) -> str:
    """Return the thickness band in mm: `<=1`, `<=2`, `<=3`, `<=5` or `>5`."""
    for top in BANDS_MM:
        if thickness_mm <= top + 1e-3:
            return f"<={top:g}"
    return f">{BANDS_MM[-1]:g}"
