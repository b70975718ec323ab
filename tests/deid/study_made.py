"""A study of one made patient: CT slices and all that refers to them, written by highdicom.

Every object carries the name, an age above 89 and true dates of somebody who never was.
"""

import io

import highdicom as hd
import numpy as np
import pydicom
from highdicom.pr import (
    GraphicAnnotation,
    GraphicLayer,
    GraphicObject,
    GrayscaleSoftcopyPresentationState,
    TextObject,
)
from highdicom.sr import (
    CodeContentItem,
    CodedConcept,
    ContainerContentItem,
    NumContentItem,
    ObserverContext,
    PersonObserverIdentifyingAttributes,
    UIDRefContentItem,
)
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

NAME, PATIENT, BIRTH, DAY = "Zstudy^Hanako=山寺^花子", "00812377", "19290405", "20240214"
DEVICE = {
    "manufacturer": "Zmaker",
    "manufacturer_model_name": "Model",
    "software_versions": "1",
    "device_serial_number": "SN-81237-X",
}
RTSTRUCT, RTPLAN, RTDOSE = (f"1.2.840.10008.5.1.4.1.1.481.{end}" for end in "352")
_ROOT = "1.2.392.5.812377.20240214"


def study():
    """Return the objects of one study by what they are, as bytes."""
    images = [_slice(number) for number in range(4)]
    seg = _segmentation(images)
    return {
        **{f"ct{number}": _packed(image) for number, image in enumerate(images)},
        "seg": _packed(seg),
        "sr": _packed(_report(images, seg)),
        "pr": _packed(_state(images)),
        "ko": _packed(_key_objects(images)),
        **{name: _packed(made) for name, made in _therapy(images).items()},
    }


def _packed(dataset):
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def _uid(number):
    return f"{_ROOT}.{number}"


def _common(sop_class, number, series):
    found = Dataset()
    found.file_meta = FileMetaDataset()
    found.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    found.SpecificCharacterSet = "ISO_IR 192"
    found.SOPClassUID, found.SOPInstanceUID = sop_class, _uid(number)
    found.PatientName, found.PatientID, found.PatientBirthDate = NAME, PATIENT, BIRTH
    found.PatientSex, found.PatientAge = "F", "094Y"
    found.StudyInstanceUID, found.SeriesInstanceUID = _uid(1), _uid(series)
    found.StudyID, found.AccessionNumber, found.SeriesNumber = "1", "ACC5512377", series
    found.ReferringPhysicianName, found.Manufacturer = "Zreferrer^Anna", "Zmaker"
    found.StudyDate, found.StudyTime = DAY, "101112"
    found.FrameOfReferenceUID, found.PositionReferenceIndicator = _uid(9), ""
    found.InstanceNumber = number
    return found


def _slice(number):
    found = _common(CTImageStorage, 100 + number, 2)
    found.ImageType, found.Modality = ["ORIGINAL", "PRIMARY", "AXIAL"], "CT"
    found.SeriesDate, found.AcquisitionDate, found.ContentDate = DAY, "20240215", "20240216"
    found.AcquisitionDateTime = "20240215235959.5+0900"
    found.SeriesTime = found.AcquisitionTime = found.ContentTime = "101500.25"
    found.DateOfLastCalibration = ["20231231", "20240101"]
    found.PatientPosition, found.KVP, found.SliceThickness = "HFS", "120", "2"
    found.ImagePositionPatient = ["-8", "-8", f"{2 * number}"]
    found.ImageOrientationPatient, found.PixelSpacing = ["1", "0", "0", "0", "1", "0"], ["2", "2"]
    found.Rows = found.Columns = 8
    found.SamplesPerPixel, found.PhotometricInterpretation = 1, "MONOCHROME2"
    found.BitsAllocated, found.BitsStored, found.HighBit = 16, 12, 11
    found.PixelRepresentation, found.RescaleIntercept, found.RescaleSlope = 0, "-1024", "1"
    found.PixelData = np.arange(64, dtype="<u2").tobytes()
    return found


def _place(number, series):
    return {
        "series_instance_uid": _uid(series),
        "series_number": series,
        "sop_instance_uid": _uid(number),
        "instance_number": 1,
    }


def _segmentation(images):
    # Two, because highdicom finds the frames of a segment only where each frame names its own.
    segments = [
        hd.seg.SegmentDescription(
            number, "Lesion", codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Lesion,
            hd.seg.SegmentAlgorithmTypeValues.MANUAL,
            tracking_uid=_uid(f"8{number}"), tracking_id="Zlesion-of-Hanako",
        )
        for number in (1, 2)
    ]  # fmt: skip
    mask = np.zeros((len(images), 8, 8, 2), bool)
    mask[:, 2:5, 2:5, 0] = mask[:, 6:7, 6:7, 1] = True
    kind = hd.seg.SegmentationTypeValues.BINARY
    made = hd.seg.Segmentation(images, mask, kind, segments, **_place(200, 3), **DEVICE)
    made.ContentCreatorName = "Zdrawer^Cord"
    return made


def _report(images, seg):
    person = ObserverContext(
        CodedConcept("121006", "DCM", "Person"),
        PersonObserverIdentifyingAttributes("Zobserver^Berta", organization_name="Zhospital"),
    )
    reference = hd.sr.ReferencedSegment.from_segmentation(seg, segment_number=1)
    size = hd.sr.Measurement(codes.SCT.Volume, 7.5, codes.UCUM.CubicMillimeter)
    group = hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        hd.sr.TrackingIdentifier(_uid(81), "Zlesion-of-Hanako"), referenced_segment=reference,
        finding_type=codes.SCT.Lesion, measurements=[size],
    )  # fmt: skip
    content = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_person_context=person),
        procedure_reported=codes.LN.CTUnspecifiedBodyRegion, imaging_measurements=[group],
    )  # fmt: skip
    made = hd.sr.Comprehensive3DSR(
        [*images, seg], content[0], **_place(300, 4), manufacturer="Zmaker",
        is_complete=True, is_verified=True, verifying_observer_name="Zverifier^Dora",
        verifying_organization="Zhospital",
    )  # fmt: skip
    made.ContentSequence.append(_subject())
    return made


def _subject():
    contains = hd.sr.RelationshipTypeValues.HAS_OBS_CONTEXT
    box = ContainerContentItem(
        CodedConcept("121070", "DCM", "Findings"), relationship_type="CONTAINS"
    )
    age = NumContentItem(
        CodedConcept("121033", "DCM", "Subject Age"), 94, CodedConcept("a", "UCUM", "year"),
        relationship_type=contains,
    )  # fmt: skip
    sex = CodeContentItem(
        CodedConcept("121032", "DCM", "Subject Sex"), CodedConcept("F", "DCM", "Female"), contains
    )
    link = UIDRefContentItem(CodedConcept("121028", "DCM", "Subject UID"), _uid(7), contains)
    box.ContentSequence = [age, sex, link]
    return box


def _state(images):
    drawn = GraphicObject(hd.pr.GraphicTypeValues.POINT, np.array([[3.0, 3.0]]), units="PIXEL")
    said = TextObject("Zarrow Hanako", units="PIXEL", anchor_point=(2.0, 2.0))
    layer = GraphicLayer("LAYER", order=1)
    note = GraphicAnnotation(images, layer, graphic_objects=[drawn], text_objects=[said])
    return GrayscaleSoftcopyPresentationState(
        images, **_place(400, 5), **DEVICE, content_label="NOTES",
        graphic_annotations=[note], graphic_layers=[layer], content_creator_name="Zdrawer^Cord",
    )  # fmt: skip


def _key_objects(images):
    said = hd.ko.KeyObjectSelection(codes.DCM.OfInterest, images[:2], description="Zsee Hanako")
    return hd.ko.KeyObjectSelectionDocument(
        images[:2], said, **_place(500, 6), manufacturer="Zmaker"
    )


def _therapy(images):
    structures, plan, dose = (
        _common(sop_class, 600 + at, 10 + at)
        for at, sop_class in enumerate((RTSTRUCT, RTPLAN, RTDOSE))
    )
    structures.Modality, structures.StructureSetLabel = "RTSTRUCT", "Zset Hanako"
    structures.StructureSetDate, structures.StructureSetTime = "20240220", "120000"
    structures.ReferencedFrameOfReferenceSequence = [_frame(images)]
    structures.StructureSetROISequence = [
        _with(ROINumber=1, ROIName="PTV Hanako", ReferencedFrameOfReferenceUID=_uid(9))
    ]
    ring = _with(
        ContourGeometricType="CLOSED_PLANAR", NumberOfContourPoints=1, ContourData=["0", "0", "0"],
        ContourImageSequence=[_named(images[0])],
    )  # fmt: skip
    structures.ROIContourSequence = [_with(ReferencedROINumber=1, ContourSequence=[ring])]
    plan.Modality, plan.RTPlanLabel, plan.RTPlanGeometry = "RTPLAN", "Zplan", "PATIENT"
    plan.RTPlanDate, plan.RTPlanTime = "20240305", "120000"
    plan.ReferencedStructureSetSequence = [_named(structures)]
    dose.Modality, dose.DoseUnits, dose.DoseType = "RTDOSE", "GY", "PHYSICAL"
    dose.DoseSummationType, dose.DoseGridScaling = "PLAN", "0.01"
    dose.ReferencedRTPlanSequence = [_named(plan)]
    for keyword in ("Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation"):
        setattr(dose, keyword, images[0][keyword].value)
    dose.BitsAllocated = dose.BitsStored = 16
    dose.HighBit, dose.PixelRepresentation, dose.PixelData = 15, 0, bytes(128)
    return {"rtstruct": structures, "rtplan": plan, "rtdose": dose}


def _frame(images):
    series = _with(
        SeriesInstanceUID=images[0].SeriesInstanceUID,
        ContourImageSequence=[_named(image) for image in images],
    )
    study = _with(
        ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.1", ReferencedSOPInstanceUID=_uid(1),
        RTReferencedSeriesSequence=[series],
    )  # fmt: skip
    return _with(FrameOfReferenceUID=_uid(9), RTReferencedStudySequence=[study])


def _named(other):
    return _with(
        ReferencedSOPClassUID=other.SOPClassUID, ReferencedSOPInstanceUID=other.SOPInstanceUID
    )


def _with(**values):
    found = Dataset()
    for keyword, value in values.items():
        setattr(found, keyword, value)
    return found
