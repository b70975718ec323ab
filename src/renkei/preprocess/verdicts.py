"""Accept, review or refuse: the rules that turn a step's own measures into an answer."""

from collections.abc import Mapping

from renkei.preprocess.step import Finding

EDGES_KEPT = 0.9
EDGES_DOUBTFUL = 0.95
MOST_BIAS = 0.25
SEEDS_MM = 1.0
BACKWARD_MM = 3.0
LEAST_OVERLAP = 0.6


def denoising(measures: Mapping[str, float]) -> tuple[Finding, str | None]:
    """Judge a denoised copy by what it lost besides noise."""
    kept = measures["edges_kept"]
    if kept < EDGES_KEPT or abs(measures["residual_mean"]) > MOST_BIAS:
        return Finding.REFUSE, "structure_lost"
    if kept < EDGES_DOUBTFUL:
        return Finding.REVIEW, "edges_softened"
    return Finding.ACCEPT, None


def alignment(measures: Mapping[str, float], *, least_nmi: float) -> tuple[Finding, str | None]:
    """Judge a rigid alignment.

    Accept needs overlap, enough mutual information, and either two seeds that agree within 1 mm
    or an independent backward run that returns within 3 mm. Otherwise nothing is proved: the pair
    may lie too far apart, or be of two patients.
    """
    if measures["overlap"] < LEAST_OVERLAP:
        return Finding.REFUSE, "no_overlap"
    if measures["nmi_after"] < least_nmi:
        return Finding.REFUSE, "alignment_unproved"
    if measures.get("seeds_mm", float("inf")) <= SEEDS_MM:
        return Finding.ACCEPT, None
    if measures.get("backward_mm", float("inf")) <= BACKWARD_MM:
        return Finding.ACCEPT, None
    return Finding.REFUSE, "alignment_unproved"
