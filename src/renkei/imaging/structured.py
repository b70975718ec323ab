"""Facts → DICOM structured report: TID 1500 in Comprehensive 3D SR, over the segments of a SEG."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pydicom import Dataset, dcmread
from pydicom.uid import UID, ExplicitVRLittleEndian

from renkei import __version__
from renkei.errors import DataRefusedError
from renkei.imaging.codes import SNOMED, Code
from renkei.plugins import need_extra

NUMBER_OF_SERIES = 901
LONG = Code(SNOMED, "103339001", "Long Axis")
SHORT = Code(SNOMED, "103340004", "Short Axis")
VOLUME = Code(SNOMED, "118565006", "Volume")
ATTENUATION = Code("DCM", "112031", "Attenuation Coefficient")
MEAN = Code(SNOMED, "373098007", "Mean")
PRESENCE = Code(SNOMED, "705057003", "Presence")
ABSENT = Code(SNOMED, "2667000", "Absent")
LEFT = Code(SNOMED, "7771000", "Left")
RIGHT = Code(SNOMED, "24028007", "Right")
MM, MM3 = Code("UCUM", "mm", "mm"), Code("UCUM", "mm3", "mm3")
HU = Code("UCUM", "[hnsf'U]", "Hounsfield unit")
PROCEDURES = {
    "CT": Code(SNOMED, "77477000", "Computed tomography"),
    "MR": Code(SNOMED, "113091000", "Magnetic resonance imaging"),
}


class StructuredRefusedError(DataRefusedError):
    """No structured report can be written of this image."""


@dataclass(frozen=True, slots=True)
class Amount:
    """One number of a finding; `derivation` such as the mean of many."""

    name: Code
    value: float
    unit: Code
    derivation: Code | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One group: its name and UID, what it is, where, its numbers, and its segment in the SEG.

    Without a segment it was looked for and is absent.
    """

    tracking: str
    tracking_uid: str
    kind: Code
    amounts: tuple[Amount, ...] = ()
    site: Code | None = None
    side: Code | None = None
    segment: int | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reports, by a code and never a name; `verified_at` in DICOM's DT when signed."""

    code: str
    verified_at: str = ""


def write_structured(
    findings: Sequence[Finding],
    *,
    sources: Sequence[Dataset],
    segmentation: bytes,
    reader: Reader,
    organisation: str,
    sop_uid: str,
    series_uid: str,
) -> bytes:
    """Return the report of findings on the images `sources`, in z order, and their SEG, if any.

    Raises:
        StructuredRefusedError: The images lack what a report must repeat of them.
    """
    need_extra("imaging", "highdicom")
    import highdicom as hd

    if not sources or not all(source.get("SOPClassUID") for source in sources):
        raise StructuredRefusedError("A structured report needs the DICOM image that was read.")
    made = dcmread(BytesIO(segmentation)) if segmentation else None
    return write_groups(
        [_group(hd, one, made, sources) for one in findings],
        evidence=[*sources, *([] if made is None else [made])],
        reader=reader,
        organisation=organisation,
        sop_uid=sop_uid,
        series_uid=series_uid,
    )


def write_groups(
    groups: Sequence[Any],
    *,
    evidence: Sequence[Dataset],
    reader: Reader,
    organisation: str,
    sop_uid: str,
    series_uid: str,
) -> bytes:
    """Return the report of highdicom's measurement groups; the first of `evidence` is an image."""
    import highdicom as hd

    report = hd.sr.MeasurementReport(
        observation_context=_context(hd, reader),
        procedure_reported=coded(_procedure(evidence[0])),
        imaging_measurements=groups,
        title=hd.sr.CodedConcept("126000", "DCM", "Imaging Measurement Report"),
        language_of_content_item_and_descendants=hd.sr.LanguageOfContentItemAndDescendants(
            hd.sr.CodedConcept("en", "RFC5646", "English")
        ),
    )
    signed = bool(reader.verified_at)
    document = hd.sr.Comprehensive3DSR(
        evidence=evidence,
        content=report[0],
        series_instance_uid=series_uid,
        series_number=NUMBER_OF_SERIES,
        sop_instance_uid=sop_uid,
        instance_number=1,
        manufacturer="Renkei",
        manufacturer_model_name="Renkei",
        software_versions=__version__,
        device_serial_number="0",
        is_complete=True,
        is_final=signed,
        is_verified=signed,
        verifying_observer_name=f"{reader.code}^" if signed else None,
        verifying_organization=organisation if signed else None,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        # Else the source's own character set is taken over, and Japanese is lost in it.
        specific_character_set="ISO_IR 192",
    )
    document.SeriesDescription = "Reading report"
    if signed:
        document.VerifyingObserverSequence[0].VerificationDateTime = _time(reader.verified_at)
    out = BytesIO()
    document.save_as(out)
    return out.getvalue()


def _time(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)[:14]


def coded(code: Code) -> Any:
    """Return a code as highdicom has it."""
    import highdicom as hd

    return hd.sr.CodedConcept(code.value, code.scheme, code.meaning)


def _procedure(source: Dataset) -> Code:
    modality = str(source.get("Modality", ""))
    return PROCEDURES.get(modality, Code(SNOMED, "363679005", "Imaging"))


def _context(hd: Any, reader: Reader) -> Any:
    person = hd.sr.PersonObserverIdentifyingAttributes(name=f"{reader.code}^")
    kind = hd.sr.CodedConcept("121006", "DCM", "Person")
    return hd.sr.ObservationContext(
        observer_person_context=hd.sr.ObserverContext(kind, person), subject_context=None
    )


def _group(hd: Any, finding: Finding, made: Dataset | None, sources: Sequence[Dataset]) -> Any:
    tracking = hd.sr.TrackingIdentifier(uid=UID(finding.tracking_uid), identifier=finding.tracking)
    if finding.segment is None or made is None:
        return hd.sr.MeasurementsAndQualitativeEvaluations(
            tracking_identifier=tracking,
            finding_type=coded(finding.kind),
            qualitative_evaluations=[hd.sr.QualitativeEvaluation(coded(PRESENCE), coded(ABSENT))],
        )
    segment = hd.sr.ReferencedSegment(
        sop_class_uid=str(made.SOPClassUID),
        sop_instance_uid=str(made.SOPInstanceUID),
        segment_number=finding.segment,
        source_series=hd.sr.SourceSeriesForSegmentation(str(sources[0].SeriesInstanceUID)),
    )
    sites = []
    if finding.site is not None:
        side = None if finding.side is None else coded(finding.side)
        sites = [hd.sr.FindingSite(coded(finding.site), laterality=side)]
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking,
        referenced_segment=segment,
        finding_type=coded(finding.kind),
        finding_sites=sites or None,
        measurements=[measurement(amount) for amount in finding.amounts],
    )


def measurement(amount: Amount, places: Sequence[Any] | None = None) -> Any:
    """Return an amount as highdicom has it; `places` are the coordinates that it was taken at."""
    import highdicom as hd

    derived = None if amount.derivation is None else coded(amount.derivation)
    return hd.sr.Measurement(
        name=coded(amount.name),
        value=float(amount.value),
        unit=coded(amount.unit),
        derivation=derived,
        referenced_coordinates=places,
    )
