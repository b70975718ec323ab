"""A report's facts as DICOM: one SEG with a segment for each finding, and the SR over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.dataset import FileDataset

from renkei.annotate.facts import Facts, LesionFact
from renkei.annotate.lesions import components
from renkei.annotate.vocabulary import Side, Vocabulary, load_vocabulary
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.made import derived_uid
from renkei.imaging.seg import write_seg
from renkei.imaging.structured import (
    ATTENUATION,
    HU,
    LEFT,
    LONG,
    MEAN,
    MM,
    MM3,
    RIGHT,
    SHORT,
    VOLUME,
    Amount,
    Finding,
    Reader,
    write_structured,
)

SIDES = {Side.LEFT: LEFT, Side.RIGHT: RIGHT}
MM3_PER_ML = 1000.0
ORGANISATION = "Renkei"


@dataclass(frozen=True, slots=True)
class Objects:
    """The two DICOM objects of a report."""

    segmentation: bytes
    report: bytes


def write_objects(
    facts: Facts,
    labels: LabelSet,
    sources: Sequence[FileDataset],
    *,
    report: str,
    reader: Reader,
) -> Objects:
    """Return the SEG and the SR of signed labels; `report` is the hash that names the report.

    The same report gives the same UIDs, and each lesion one tracking UID in both.

    Raises:
        StructuredRefusedError: The image did not come as DICOM.
        SegRefusedError: The labels do not lie on the image.
    """
    words = load_vocabulary(facts.vocabulary)
    drawn = _segments(facts, labels, words)
    findings = [_finding(facts, words, name, n) for n, (name, _) in enumerate(drawn, start=1)]
    findings += [
        Finding(words.term(key).en, derived_uid(facts.labels, key), words.term(key).code)
        for key in facts.absent
    ]
    segments = tuple(
        Segment(n, finding.tracking, finding.kind, mask)
        for n, (finding, (_, mask)) in enumerate(zip(findings, drawn, strict=False), start=1)
    )
    seg = b""
    if segments:
        one = LabelSet(labels.geometry, segments, labels.vocabulary)
        seg = write_seg(
            one,
            sources,
            description="Reading report",
            sop_uid=derived_uid(report, "seg"),
            series_uid=derived_uid(report, "seg", "series"),
        )
        seg = _tracked(seg, findings)
    return Objects(
        seg,
        write_structured(
            findings,
            sources=sources,
            segmentation=seg,
            reader=reader,
            organisation=ORGANISATION,
            sop_uid=derived_uid(report, "sr"),
            series_uid=derived_uid(report, "sr", "series"),
        ),
    )


def _segments(facts: Facts, labels: LabelSet, words: Vocabulary) -> list[tuple[str, np.ndarray]]:
    """Return a mask for each organ and each lesion, under the finding's name."""
    found: list[tuple[str, np.ndarray]] = []
    for organ in facts.organs:
        segment = labels.named(organ.key)
        if segment is not None:
            found.append((organ.key, segment.mask))
    for term in words.terms:
        lesions = [one for one in facts.lesions if one.key == term.key]
        segment = labels.named(term.key)
        if segment is None or not lesions:
            continue
        parts = components(segment.mask)
        found += [(one.name, parts == one.number) for one in lesions]
    return found


def _finding(facts: Facts, words: Vocabulary, name: str, number: int) -> Finding:
    key = name.partition("/")[0]
    uid = derived_uid(facts.labels, name)
    for lesion in facts.lesions:
        if lesion.name == name:
            site = words.term(lesion.organ).code if lesion.organ else None
            return Finding(
                tracking=f"{lesion.en} {lesion.number}",
                tracking_uid=uid,
                kind=words.term(key).code,
                amounts=_amounts(lesion),
                site=site,
                # A code that names the side itself needs none beside it.
                side=None if lesion.organ else SIDES.get(lesion.side or Side.NONE),
                segment=number,
            )
    organ = next(one for one in facts.organs if one.key == name)
    volume = Amount(VOLUME, organ.volume_ml * MM3_PER_ML, MM3)
    return Finding(organ.en, uid, words.term(key).code, (volume,), segment=number)


def _amounts(lesion: LesionFact) -> tuple[Amount, ...]:
    found = [
        Amount(LONG, lesion.long_mm, MM),
        Amount(SHORT, lesion.short_mm, MM),
        Amount(VOLUME, lesion.volume_ml * MM3_PER_ML, MM3),
    ]
    if lesion.hu is not None:
        found.append(Amount(ATTENUATION, lesion.hu[0], HU, MEAN))
    return tuple(found)


def _tracked(seg: bytes, findings: Sequence[Finding]) -> bytes:
    dataset: Dataset = dcmread(BytesIO(seg))
    for item, finding in zip(dataset.SegmentSequence, findings, strict=False):
        item.TrackingID, item.TrackingUID = finding.tracking, finding.tracking_uid
    out = BytesIO()
    dataset.save_as(out)
    return out.getvalue()
