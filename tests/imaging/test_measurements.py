"""Measurement reports, written by highdicom after TID 1500, are read back."""

import copy
import io

import highdicom as hd
import numpy as np
import pydicom
import pytest
from highdicom.sr import CodedConcept
from pydicom.sr.codedict import codes
from tests.imaging.conftest import small_volume

from renkei.imaging.made import write_ct_series
from renkei.imaging.measurements import ReportRefusedError, read_measurements, regions_on
from renkei.imaging.volume import read_series

HEADER = {"PatientID": "P1", "PatientName": "", "PatientBirthDate": "", "PatientSex": ""}
HEADER |= {"AccessionNumber": "", "StudyID": "", "ReferringPhysicianName": "", "StudyTime": ""}
SEGMENTATION = "2.25.99"
CORNERS = np.array([(1, 1), (6, 1), (6, 4), (1, 4), (1, 1)]) + 0.4


@pytest.fixture(scope="module")
def files():
    return write_ct_series(small_volume(), HEADER)


@pytest.fixture(scope="module")
def image(files):
    return read_series(files)


def _references(item):
    for child in item.get("ContentSequence") or ():
        if "ReferencedSOPSequence" in child:
            yield child
        yield from _references(child)


def evidence(source, uid):
    """Return the image as if it were the object that a report refers to."""
    found = copy.deepcopy(source)
    found.SOPInstanceUID = uid
    if uid == SEGMENTATION:
        found.SOPClassUID = "1.2.840.10008.5.1.4.1.1.66.4"
    return found


def written(files, image, *, region=None, uid=None) -> bytes:
    source = pydicom.dcmread(io.BytesIO(files[0]))
    number = hd.sr.Measurement(name=codes.SCT.Diameter, value=12.5, unit=codes.UCUM.Millimeter)
    named = {"referenced_sop_class_uid": source.SOPClassUID}
    if region is not None:
        place = hd.sr.SourceImageForRegion(
            **named, referenced_sop_instance_uid=uid or image.sop_uids[1]
        )
        where = {"referenced_region": hd.sr.ImageRegion(*region, source_image=place)}
    else:
        frame = hd.sr.SourceImageForSegmentation(
            **named, referenced_sop_instance_uid=image.sop_uids[1]
        )
        where = {
            "referenced_segment": hd.sr.ReferencedSegmentationFrame(
                sop_class_uid="1.2.840.10008.5.1.4.1.1.66.4",
                sop_instance_uid=SEGMENTATION,
                frame_number=1,
                segment_number=3,
                source_image=frame,
            )
        }
    group = hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(hd.UID(), "lesion 1"),
        finding_type=CodedConcept("52988006", "SCT", "Lesion"),
        measurements=[number],
        **where,
    )
    observer = hd.sr.ObserverContext(
        observer_type=codes.DCM.Person,
        observer_identifying_attributes=hd.sr.PersonObserverIdentifyingAttributes(name="R^R"),
    )
    report = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_person_context=observer),
        procedure_reported=codes.LN.CTUnspecifiedBodyRegion,
        imaging_measurements=[group],
    )
    content = report[0]
    out = io.BytesIO()
    named = {i.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for i in _references(content)}
    hd.sr.ComprehensiveSR(
        evidence=[evidence(source, uid) for uid in sorted(named)],
        content=content,
        series_number=1,
        series_instance_uid="2.25.51",
        sop_instance_uid="2.25.52",
        instance_number=1,
        manufacturer="M",
        record_evidence=False,
    ).save_as(out)
    return out.getvalue()


def test_numbers_units_and_segments_are_read(files, image):
    report = read_measurements(written(files, image))
    (group,) = report.groups
    (number,) = group.numbers
    assert (group.tracking, group.finding.value) == ("lesion 1", "52988006")
    assert (number.value, number.unit, number.name.meaning) == (12.5, "mm", "Diameter")
    assert group.segments == ((SEGMENTATION, 3),)
    assert image.sop_uids[1] in report.images
    with pytest.raises(ReportRefusedError, match="outlines nothing"):
        regions_on(report, image)


def test_a_region_becomes_a_mask_on_its_slice(files, image):
    region = (hd.sr.GraphicTypeValues.POLYLINE, CORNERS)
    (segment,) = regions_on(read_measurements(written(files, image, region=region)), image).segments
    assert segment.mask.sum(axis=(1, 2)).tolist()[:3] == [0, 15, 0]
    # A pixel counts from its corner: the centres 1.5 to 5.5 lie between 1.4 and 6.4.
    assert segment.mask[1, 1:4, 1:6].all()
    assert segment.code.value == "52988006"


def test_a_circle_has_its_area(files, image):
    region = (hd.sr.GraphicTypeValues.CIRCLE, np.array([(4.0, 4.0), (7.0, 4.0)]))
    (segment,) = regions_on(read_measurements(written(files, image, region=region)), image).segments
    assert segment.mask.sum() == pytest.approx(np.pi * 9, abs=4)


def test_a_region_on_another_image_is_refused(files, image):
    region = (hd.sr.GraphicTypeValues.POLYLINE, CORNERS)
    data = written(files, image, region=region, uid="2.25.404")
    with pytest.raises(ReportRefusedError, match="not in this series"):
        regions_on(read_measurements(data), image)


def test_an_image_is_no_report(files):
    with pytest.raises(ReportRefusedError):
        read_measurements(files[0])
