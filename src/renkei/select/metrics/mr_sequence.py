"""MR sequence: the class by TR, TE, TI and flip angle; it compares like with like."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from renkei.select.case import Case
from renkei.select.metric import Measured, Metric
from renkei.select.sequence import SequenceClass, number_of, sequence_class

TIMES = {
    "tr_ms": "RepetitionTime",
    "te_ms": "EchoTime",
    "ti_ms": "InversionTime",
    "flip_deg": "FlipAngle",
    "echo_train": "EchoTrainLength",
}


def sum_up(case: Case, _found: Sequence[Any]) -> Measured:
    """Return no value, but the share of slices of each class and the median of the times."""
    classes = [sequence_class(header) for header in case.headers]
    known = [one for one in classes if one]
    facts = {
        f"share_{name.lower()}": round(known.count(name) / len(classes), 4)
        for name in SequenceClass
        if name in known
    }
    for name, keyword in TIMES.items():
        said = [number_of(header, keyword) for header in case.headers]
        numbers = [one for one in said if one is not None]
        if numbers:
            facts[name] = round(float(np.median(numbers)), 4)
    reason = "sequence_class" if known else "sequence_unknown"
    return Measured(None, len(classes), reason=reason, facts=facts)


METRIC = Metric(
    "mr_sequence", "count", frozenset({"MR"}), worse="high", sum_up=sum_up, aspect="content"
)
