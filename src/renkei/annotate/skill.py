"""A reader's skill on gold cases: the rate with its interval, and a test that stops early."""

import math
from collections.abc import Sequence
from enum import StrEnum

from renkei.annotate.compare import Comparison

GOOD, BAD = 0.95, 0.80  # share of gold cases passed by a good reader, and by one to be stopped
ALPHA, BETA = 0.05, 0.20
PASSED, FAILED = math.log(BAD / GOOD), math.log((1 - BAD) / (1 - GOOD))
FLAG, CLEAR = math.log((1 - BETA) / ALPHA), math.log(BETA / (1 - ALPHA))
# Two straight failures are ln 16 exactly, which sums of floats just miss.
SLACK = 1e-9
SAMPLE, FEWEST = 27, 23


class Verdict(StrEnum):
    """What the gold cases say so far."""

    FLAGGED = "flagged"
    CLEARED = "cleared"
    OPEN = "open"


def passes_gold(comparison: Comparison) -> bool:
    """Tell whether a reading meets the gold: every lesion matched, every outline within tolerance.

    Another size alone is no failure: the outline's tolerance already bounds it.
    """
    return all(dispute.reason == "size" for dispute in comparison.disputes)


def judge(results: Sequence[bool]) -> Verdict:
    """Judge gold results in their order by a sequential test.

    Wald 1945 (doi:10.1214/aoms/1177731118): 17 cases on average where a fixed sample takes 27. A
    reader who is cleared is tested anew from there; a flag stays until somebody looked.
    """
    return _test(results)[0]


def run_of(results: Sequence[bool]) -> int:
    """Return where the run of gold results begins that the last verdict rests on."""
    return _test(results)[1]


def _test(results: Sequence[bool]) -> tuple[Verdict, int]:
    found, total, start = Verdict.OPEN, 0.0, 0
    for number, passed in enumerate(results, start=1):
        total += PASSED if passed else FAILED
        if total >= FLAG - SLACK:
            return Verdict.FLAGGED, start
        if total <= CLEAR + SLACK:
            found, total, start = Verdict.CLEARED, 0.0, number
    return found, start


def judge_sample(results: Sequence[bool]) -> Verdict:
    """Judge the last 27 results at once: flagged from 23 passes down (α .05, power .8)."""
    last = results[-SAMPLE:]
    if len(last) < SAMPLE:
        return Verdict.OPEN
    return Verdict.FLAGGED if sum(last) <= FEWEST else Verdict.CLEARED
