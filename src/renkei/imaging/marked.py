"""Marks → DICOM structured report: TID 1500 with 3-D places (SCOORD3D), one group per mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom import Dataset
from pydicom.uid import UID

from renkei.imaging.codes import SNOMED, Code
from renkei.imaging.structured import (
    Amount,
    Reader,
    StructuredRefusedError,
    coded,
    measurement,
    write_groups,
)
from renkei.plugins import need_extra

LENGTH = Code(SNOMED, "410668003", "Length")
ANGLE = Code(SNOMED, "1483009", "Angle")
AREA = Code(SNOMED, "42798000", "Area")
DEVIATION = Code(SNOMED, "386136009", "Standard Deviation")
LEAST = Code(SNOMED, "255605001", "Minimum")
MOST = Code(SNOMED, "56851009", "Maximum")
VALUE = Code("DCM", "110852", "MR signal intensity")
MM2 = Code("UCUM", "mm2", "mm2")
DEGREE = Code("UCUM", "deg", "degree")
NO_UNIT = Code("UCUM", "1", "no units")
Line = Sequence[tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Numbers and the line, in mm of the patient, along which they were measured."""

    amounts: tuple[Amount, ...]
    line: Line


@dataclass(frozen=True, slots=True)
class Marked:
    """One group: its name and UID, its label, lines with numbers, and an answer if it is one."""

    tracking: str
    tracking_uid: str
    kind: Code
    drawn: tuple[Drawn, ...] = ()
    answer: Code | None = None


def write_marked(
    marks: Sequence[Marked],
    *,
    sources: Sequence[Dataset],
    reader: Reader,
    sop_uid: str,
    series_uid: str,
) -> bytes:
    """Return the report of marks on the images `sources`.

    Raises:
        StructuredRefusedError: Without DICOM images that share a frame of reference, or no marks.
    """
    need_extra("imaging", "highdicom")
    said = ("SOPClassUID", "FrameOfReferenceUID")
    if not sources or not all(source.get(name) for source in sources for name in said):
        raise StructuredRefusedError("A structured report needs the DICOM image that was read.")
    if not marks:
        raise StructuredRefusedError("There is no measurement to report.")
    frame = str(sources[0].FrameOfReferenceUID)
    return write_groups(
        [_group(one, frame) for one in marks],
        evidence=sources,
        reader=reader,
        organisation="",
        sop_uid=sop_uid,
        series_uid=series_uid,
    )


def _group(mark: Marked, frame: str) -> Any:
    import highdicom as hd

    answers = [] if mark.answer is None else [(mark.kind, mark.answer)]
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid=UID(mark.tracking_uid), identifier=mark.tracking
        ),
        finding_type=coded(mark.kind),
        measurements=[
            _number(amount, drawn.line, frame) for drawn in mark.drawn for amount in drawn.amounts
        ]
        or None,
        qualitative_evaluations=[
            hd.sr.QualitativeEvaluation(coded(name), coded(value)) for name, value in answers
        ]
        or None,
    )


def _number(amount: Amount, line: Line, frame: str) -> Any:
    import highdicom as hd

    kinds = hd.sr.GraphicTypeValues3D
    kind = kinds.POINT if len(line) == 1 else kinds.POLYLINE
    place = hd.sr.CoordinatesForMeasurement3D(kind, np.array(line, dtype=float), frame)
    return measurement(amount, [place])
