"""Accept, review or refuse: the rules that turn a step's own measures into an answer."""

from collections.abc import Mapping

from renkei.imaging.stack import SHIFT_MM, UNEVEN_MM, UNEVEN_SHARE
from renkei.imaging.suv import PetFacts
from renkei.imaging.volume import SeriesFacts
from renkei.preprocess.step import Finding

EDGES_KEPT = 0.9
EDGES_DOUBTFUL = 0.95
MOST_BIAS = 0.25
MOST_CONTRAST_LOST = 0.1
CONTRAST_DOUBTFUL = 0.05
STRUCTURED = 0.25
STRUCTURE_DOUBTFUL = 0.2
MOST_ALIKE = 0.35
MOST_TAKEN = 1.75
LEAST_GAIN_DB = 0.5
MOST_LEFT = 0.95
MOST_SHADED = 1.05
DOUBTFUL_FIELD = 0.4
SEEDS_MM = 1.0
BACKWARD_MM = 3.0
LEAST_OVERLAP = 0.6
LEAST_NMI, LEAST_NMI_CT = 1.2, 1.25
LEAST_SCALE, MOST_SCALE = 0.8, 1.25
MOST_DICE_LOST = 0.02
LEAST_MAPPED = 0.5
MOST_IMPOSSIBLE = 0.01
MOST_CYCLE_MM = 2.0
LEAST_JACOBIAN, MOST_JACOBIAN = 0.3, 3.0
MOST_THICKER = 1.2
# Contrast comes and goes by a hundred HU in the aorta, while it hardly moves between equal phases.
MOST_PHASE_HU = 60.0
DOUBTFUL_LOOP_MM = 1.0
MOST_LOOP_MM = 2.0


def denoising(measures: Mapping[str, float]) -> tuple[Finding, str | None]:
    """Judge a denoised copy by what it lost besides noise, and by what it gained.

    The contrast of a small label is uncertain by its own noise: what chance explains is doubted,
    and what it does not is refused.
    """
    kept, shift = measures["edges_kept"], measures.get("label_shift", 0.0)
    contrast = abs(measures.get("contrast_kept", 1.0) - 1)
    gradient = measures.get("residual_gradient", 0.0)
    lost = max(measures.get("contrast_lost", 0.0), contrast - MOST_CONTRAST_LOST)
    if (
        kept < EDGES_KEPT
        or max(abs(measures["residual_mean"]), shift) > MOST_BIAS
        or lost > MOST_CONTRAST_LOST
    ):
        return Finding.REFUSE, "structure_lost"
    if gradient > STRUCTURED:
        return Finding.REFUSE, "residual_structured"
    if measures.get("gain_db", LEAST_GAIN_DB) < LEAST_GAIN_DB or measures.get(
        "sigma_after", 0.0
    ) > MOST_LEFT * measures.get("sigma_before", 1.0):
        return Finding.REFUSE, "no_gain"
    if kept < EDGES_DOUBTFUL or contrast > CONTRAST_DOUBTFUL:
        return Finding.REVIEW, "edges_softened"
    if (
        gradient > STRUCTURE_DOUBTFUL
        or measures.get("residual_autocorrelation", 0.0) > MOST_ALIKE
        or measures.get("residual_sd", 0.0) > MOST_TAKEN
    ):
        return Finding.REVIEW, "residual_structured"
    return Finding.ACCEPT, None


def evenness(measures: Mapping[str, float]) -> tuple[Finding, str | None]:
    """Judge a bias correction: shading must not grow, and a very strong field is doubted."""
    if measures["shading_after"] > MOST_SHADED * measures["shading_before"]:
        return Finding.REFUSE, "shading_grew"
    if measures["field_cv"] > DOUBTFUL_FIELD:
        return Finding.REVIEW, "field_strong"
    return Finding.ACCEPT, None


def least_nmi(asked: float, modalities: frozenset[str]) -> float:
    """Return the mutual information that a pair must reach: as asked, or for 0 by its kinds.

    It compares among pairs of one kind alone. Seen of different patients: two made CTs 1.21, a CT
    and an MR of the head 1.15, which a backward run alone would have let in.
    """
    return asked or (LEAST_NMI_CT if modalities == {"CT"} else LEAST_NMI)


def alignment(measures: Mapping[str, float], *, least_nmi: float) -> tuple[Finding, str | None]:
    """Judge a rigid or affine alignment.

    Accept needs overlap, enough mutual information, and either two seeds that agree within 1 mm
    or an independent backward run that returns within 3 mm. Otherwise nothing is proved: the pair
    may lie too far apart, or be of two patients. A stretch that no body shows, and labels of one
    structure that come to lie apart, are for a person to look at.
    """
    if measures["overlap"] < LEAST_OVERLAP:
        return Finding.REFUSE, "no_overlap"
    if measures["nmi_after"] < least_nmi:
        return Finding.REFUSE, "alignment_unproved"
    if (
        measures.get("seeds_mm", float("inf")) > SEEDS_MM
        and measures.get("backward_mm", float("inf")) > BACKWARD_MM
    ):
        return Finding.REFUSE, "alignment_unproved"
    if measures.get("scale_min", 1.0) < LEAST_SCALE or measures.get("scale_max", 1.0) > MOST_SCALE:
        return Finding.REVIEW, "implausible_scale"
    return _labels_agree(measures)


def _labels_agree(measures: Mapping[str, float]) -> tuple[Finding, str | None]:
    """Doubt a result that takes labels of the same structure apart."""
    if measures.get("dice_after", 1.0) < measures.get("dice_before", 0.0) - MOST_DICE_LOST:
        return Finding.REVIEW, "labels_apart"
    return Finding.ACCEPT, None


def deformation(measures: Mapping[str, float]) -> tuple[Finding, str | None]:
    """Judge a deformation: nothing may fold, and the way there and back must meet."""
    if measures["folded"] > 0:
        return Finding.REFUSE, "folded"
    if measures["cycle_mm"] > MOST_CYCLE_MM:
        return Finding.REFUSE, "deformation_unproved"
    if measures["jacobian_low"] < LEAST_JACOBIAN or measures["jacobian_high"] > MOST_JACOBIAN:
        return Finding.REVIEW, "strong_deformation"
    return _labels_agree(measures)


def comparison(one: SeriesFacts, two: SeriesFacts) -> tuple[Finding, str | None]:
    """Say whether a difference of two CT or MR scans can be one of the patient.

    Another kernel, thickness (by over a fifth), phase or sequence changes the image by itself. A
    changed scanner leaves other noise; what the headers do not say nobody knows: a person looks.
    """
    differ = one.unit != two.unit or bool(one.contrast) != bool(two.contrast)
    for was, now in ((one.kernel, two.kernel), (one.sequence, two.sequence)):
        differ = differ or (bool(was and now) and was != now)
    if one.thickness_mm and two.thickness_mm:
        thin, thick = sorted((one.thickness_mm, two.thickness_mm))
        differ = differ or thick > thin * MOST_THICKER
    if differ:
        return Finding.REFUSE, "not_comparable"
    if (one.manufacturer, one.model) != (two.manufacturer, two.model):
        return Finding.REVIEW, "scanner_changed"
    if not all((one.kernel or one.sequence, one.thickness_mm, one.model)):
        return Finding.REVIEW, "acquisition_unknown"
    return Finding.ACCEPT, None


def phase(hu: tuple[float | None, float | None]) -> tuple[Finding, str | None]:
    """Judge by the aorta, where both scans have it labelled, whether the phase is the same."""
    one, two = hu
    if one is not None and two is not None and abs(one - two) > MOST_PHASE_HU:
        return Finding.REFUSE, "not_comparable"
    return Finding.ACCEPT, None


def grouping(measures: Mapping[str, float]) -> tuple[Finding, str | None]:
    """Judge a group of timepoints by how far ways around it miss: pairs must say one thing."""
    if measures["overlap"] < LEAST_OVERLAP:
        return Finding.REFUSE, "no_overlap"
    if measures["loop_mm"] > MOST_LOOP_MM:
        return Finding.REFUSE, "timepoints_disagree"
    if measures["loop_mm"] > DOUBTFUL_LOOP_MM:
        return Finding.REVIEW, "timepoints_apart"
    return Finding.ACCEPT, None


def standing(measures: Mapping[str, float], *, tilted: bool, largest_gap: float) -> str | None:
    """Return what keeps slices from being carried onto a regular grid, or None.

    Steps are even by the rule of `renkei.imaging.stack`; uneven ones are filled where no step is
    wider than `largest_gap` mm.
    """
    if measures["bend_mm"] > SHIFT_MM:
        return "bent_stack" if tilted else "tilted"
    if not tilted and measures["shift_mm"] > SHIFT_MM:
        return "tilted"
    wide, narrow = measures["largest_step_mm"], measures["smallest_step_mm"]
    if wide - narrow <= 2 * max(UNEVEN_SHARE * narrow, UNEVEN_MM):
        return None
    if wide > largest_gap:
        return "gap_too_wide" if largest_gap else "uneven_step"
    return None


WEIGHT_KG = (0.5, 400.0)
DOSE_BQ = (1e5, 1e11)
HALF_LIFE_S = (60.0, 1e7)
MOST_HALF_LIVES = 10


def uptake(pet: PetFacts) -> str | None:
    """Return what keeps a PET from being a standard uptake value by weight, or None.

    The first rule that fails is the answer. Values in g/ml need none of the others; Philips' own
    factor to SUVbw needs no tracer.
    """
    if pet.units == "GML":
        return None if pet.suv_type in {"", "BW"} else "suv_not_by_weight"
    counts = pet.units == "CNTS"
    decay = bool({"DECY", "DECAY"}.intersection(pet.corrected))
    rules = {
        "units_unknown": pet.units in {"BQML", "CNTS"},
        "not_corrected": "ATTN" in pet.corrected and decay,
        "not_decay_corrected": pet.decay_correction in {"START", "ADMIN"},
        "no_factor": not counts or bool(pet.suv_factor or pet.activity_factor),
    }
    if not (counts and pet.suv_factor):
        rules |= _tracer(pet)
    return next((code for code, holds in rules.items() if not holds), None)


def _tracer(pet: PetFacts) -> dict[str, bool]:
    admin = pet.decay_correction == "ADMIN"
    longest = MOST_HALF_LIVES * float(pet.half_life_s or 0)
    return {
        "several_tracers": not pet.several_tracers,
        "no_weight": _within(pet.weight_kg, WEIGHT_KG),
        "no_dose": _within(pet.dose_bq, DOSE_BQ),
        "no_half_life": _within(pet.half_life_s, HALF_LIFE_S),
        "scan_start_unclear": admin or pet.scan_start_known,
        "injection_unclear": admin or (pet.wait_s is not None and pet.wait_s <= longest),
    }


def _within(value: float | None, limits: tuple[float, float]) -> bool:
    low, high = limits
    return value is not None and low < value < high


LEAST_TISSUE = 0.05
LEAST_STAIN_ANGLE = 15.0
MOST_OFF_HE = 30.0
MOST_OFF_AFTER = 10.0
SECTION_PX = 2.0


def stains(measures: Mapping[str, float], *, fitted: bool, he: bool) -> tuple[Finding, str | None]:
    """Judge whether a slide shows enough to move its stains; `he` wants haematoxylin and eosin."""
    if fitted and (measures["tissue"] < LEAST_TISSUE or "stain_angle" not in measures):
        return Finding.REFUSE, "tissue_missing"
    if he and measures["stain_angle"] < LEAST_STAIN_ANGLE:
        return Finding.REFUSE, "stains_alike"
    if he and measures["off_before"] > MOST_OFF_HE:
        return Finding.REFUSE, "not_he"
    return Finding.ACCEPT, None


def stained(measures: Mapping[str, float]) -> tuple[Finding, str | None]:
    """Judge moved stains by a new fit: they should lie where the reference has them."""
    if measures["off_after"] > MOST_OFF_AFTER:
        return Finding.REVIEW, "stain_off"
    return Finding.ACCEPT, None


def section(measures: Mapping[str, float], *, least_gain: float) -> tuple[Finding, str | None]:
    """Judge two sections laid over each other; distances in pixels of the registration grid.

    Tissue must overlap, the match must stand out from places nearby, and both a second seed and
    a run from the other section must come back to it.
    """
    if measures["overlap"] < LEAST_OVERLAP:
        return Finding.REFUSE, "no_overlap"
    if measures["nmi_gain"] < least_gain:
        return Finding.REFUSE, "alignment_unproved"
    if max(measures["seeds_px"], measures["backward_px"]) > SECTION_PX:
        return Finding.REFUSE, "alignment_unproved"
    if measures.get("smallest_area", 1.0) <= 0:
        return Finding.REFUSE, "folded"
    return Finding.ACCEPT, None


def mapping(measures: Mapping[str, float]) -> tuple[Finding, str | None]:
    """Judge a standardised column: nothing is dropped, so it is never refused, only looked at."""
    if measures["mapped_share"] < LEAST_MAPPED:
        return Finding.REVIEW, "little_mapped"
    return Finding.ACCEPT, None


def plausibility(measures: Mapping[str, float]) -> tuple[Finding, str | None]:
    """Judge values against their ranges: more than 1 % impossible ones speak of a wrong unit."""
    judged = measures["rows"] - measures["unjudged"]
    if measures["impossible"] > MOST_IMPOSSIBLE * judged:
        return Finding.REVIEW, "impossible_values"
    return Finding.ACCEPT, None
