"""Whole slides as DICOM: label and overview never go, the tissue goes without barcode or names."""

import io

import numpy as np
import pytest
from pydicom import Dataset, FileMetaDataset, dcmread
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEGBaseline8Bit
from tests.deid import slides_made

from renkei.deid import PseudonymKey, State, deidentify, load_profile

KEY = PseudonymKey({1: bytes(range(32))})
SM = "1.2.840.10008.5.1.4.1.1.77.1.6"
MARKERS = ("ZContainer", "ZBarcode", "ZLabel", "ZSpecimen", "ZIssuer", "ZPath",
           "ZFrame", "ZIcc", "ZPatient", "ZAccession", "ZSerial", "ZPrep")  # fmt: skip


def items(*datasets):
    made = []
    for values in datasets:
        one = Dataset()
        for name, value in values.items():
            setattr(one, name, value)
        made.append(one)
    return made


def code(value, scheme, meaning):
    return {"CodeValue": value, "CodingSchemeDesignator": scheme, "CodeMeaning": meaning}


def whole_slide(flavour="VOLUME", **more):
    """Return a tiled object of 320 x 200 pixels with a marker in every place for words."""
    rgb = slides_made.tissue(200, 320)
    frames = list(slides_made.tiles_of(rgb))
    frames[4] = slides_made.with_comment(frames[4], "ZFrame")
    found, kind = Dataset(), ["ORIGINAL", "PRIMARY", flavour, "NONE"]
    values = {
        "SOPClassUID": SM, "SOPInstanceUID": "1.2.3.1", "StudyInstanceUID": "1.2.3",
        "SeriesInstanceUID": "1.2.3.4", "FrameOfReferenceUID": "1.2.3.5", "Modality": "SM",
        "PatientID": "ZPatient1", "PatientName": "ZPatient^A", "AccessionNumber": "ZAccession",
        "StudyDate": "20190102", "ContentDate": "20190102", "ContentTime": "101112",
        "AcquisitionDateTime": "20190102101112", "Manufacturer": "Maker",
        "ManufacturerModelName": "Model", "DeviceSerialNumber": "ZSerial",
        "SoftwareVersions": "1", "InstanceNumber": "1",
        "ImageType": kind,
        "ImagedVolumeWidth": 0.16, "ImagedVolumeHeight": 0.1, "ImagedVolumeDepth": 1.0,
        "TotalPixelMatrixColumns": 320, "TotalPixelMatrixRows": 200,
        "TotalPixelMatrixFocalPlanes": 1, "NumberOfOpticalPaths": 1, "SpecimenLabelInImage": "NO",
        "FocusMethod": "AUTO", "ExtendedDepthOfField": "NO", "BurnedInAnnotation": "NO",
        "DimensionOrganizationType": "TILED_FULL", "ContainerIdentifier": "ZContainer",
        "BarcodeValue": "ZBarcode", "LabelText": "ZLabel", "VolumetricProperties": "VOLUME",
        "LossyImageCompression": "01", "LossyImageCompressionRatio": "10",
        "LossyImageCompressionMethod": "ISO_10918_1", "PresentationLUTShape": "IDENTITY",
        "RescaleIntercept": "0", "RescaleSlope": "1", "PositionReferenceIndicator": "SLIDE_CORNER",
        "ImageOrientationSlide": [0, 1, 0, 1, 0, 0],
        "Rows": 64, "Columns": 64, "NumberOfFrames": len(frames), "SamplesPerPixel": 3,
        "PhotometricInterpretation": "YBR_FULL_422", "PlanarConfiguration": 0, "BitsAllocated": 8,
        "BitsStored": 8, "HighBit": 7, "PixelRepresentation": 0,
        "TotalPixelMatrixOriginSequence": items(
            {"XOffsetInSlideCoordinateSystem": "1", "YOffsetInSlideCoordinateSystem": "2"}
        ),
        "DimensionOrganizationSequence": items({"DimensionOrganizationUID": "1.2.3.6"}),
        "ContainerTypeCodeSequence": items(code("433466003", "SCT", "Microscope slide")),
        "IssuerOfTheContainerIdentifierSequence": items({"LocalNamespaceEntityID": "ZIssuer"}),
        "SharedFunctionalGroupsSequence": items({
            "PixelMeasuresSequence": items(
                {"PixelSpacing": ["0.0005", "0.0005"], "SliceThickness": "0.001"}
            ),
            "WholeSlideMicroscopyImageFrameTypeSequence": items({"FrameType": kind}),
            "OpticalPathIdentificationSequence": items({"OpticalPathIdentifier": "1"}),
        }),
        "OpticalPathSequence": items({
            "OpticalPathIdentifier": "1", "OpticalPathDescription": "ZPath",
            "IlluminationTypeCodeSequence": items(
                code("111744", "DCM", "Brightfield illumination")
            ),
            "IlluminationColorCodeSequence": items(code("11744", "SCT", "White")),
            "ICCProfile": slides_made.icc(),
        }),
        "SpecimenDescriptionSequence": items({
            "SpecimenIdentifier": "ZSpecimen", "SpecimenUID": "1.2.3.7",
            "IssuerOfTheSpecimenIdentifierSequence": [],
            "SpecimenShortDescription": "biopsy ZPatient1",
            "SpecimenDetailedDescription": "of ZPatient1",
            "SpecimenPreparationSequence": items({
                "SpecimenPreparationStepContentItemSequence": items({
                    "ValueType": "TEXT", "TextValue": "ZPrep",
                    "ConceptNameCodeSequence": items(code("121041", "DCM", "Specimen Identifier")),
                }),
            }),
        }),
    }  # fmt: skip
    for name, value in (values | more).items():
        setattr(found, name, value)
    found.PixelData = encapsulate(frames)
    found.file_meta = FileMetaDataset()
    found.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    out = io.BytesIO()
    found.save_as(out, enforce_file_format=True)
    return out.getvalue()


def clean(data, **more):
    return deidentify(data, load_profile("basic"), KEY, **more)


def test_the_tissue_goes_with_its_geometry_and_without_a_word():
    data = whole_slide()
    assert [word for word in MARKERS if word.encode() not in data] == []
    result = clean(data)
    assert result.state is State.CLEAN, result.reasons
    assert [word for word in MARKERS if word.encode() in result.data] == []
    before, after = dcmread(io.BytesIO(data)), dcmread(io.BytesIO(result.data))
    for name in (
        "TotalPixelMatrixColumns", "TotalPixelMatrixRows", "ImagedVolumeWidth", "ImageType",
        "NumberOfFrames", "DimensionOrganizationType", "ImageOrientationSlide",
    ):  # fmt: skip
        assert after[name].value == before[name].value, name
    shared = after.SharedFunctionalGroupsSequence[0]
    assert shared.PixelMeasuresSequence[0].PixelSpacing == [0.0005, 0.0005]
    assert after.FrameOfReferenceUID != "1.2.3.5"
    assert after.OpticalPathSequence[0].IlluminationTypeCodeSequence[0].CodeValue == "111744"
    frames = [list(generate_frames(one.PixelData, number_of_frames=20)) for one in (before, after)]
    assert [a for n, a in enumerate(frames[0]) if n != 4] == [
        b for n, b in enumerate(frames[1]) if n != 4
    ]


def test_containers_and_specimens_are_other_names_that_stay_the_same():
    after = [
        dcmread(io.BytesIO(clean(whole_slide(SOPInstanceUID=uid)).data))
        for uid in ("1.2.9.1", "1.2.9.2")
    ]
    names = [found.ContainerIdentifier for found in after]
    assert names[0] == names[1] != "ZContainer"
    other_glass = dcmread(io.BytesIO(clean(whole_slide(ContainerIdentifier="ZOther")).data))
    assert other_glass.ContainerIdentifier not in {"ZOther", *names}
    one, other = (found.SpecimenDescriptionSequence[0] for found in after)
    assert one.SpecimenIdentifier == other.SpecimenIdentifier != "ZSpecimen"
    assert one.SpecimenUID == other.SpecimenUID != "1.2.3.7"
    assert after[0].SOPInstanceUID != after[1].SOPInstanceUID


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"flavour": "LABEL"}, "slide_label"),
        ({"flavour": "OVERVIEW"}, "slide_overview"),
        ({"SpecimenLabelInImage": "YES"}, "slide_label"),
    ],
)
def test_label_and_overview_are_held_whatever_a_person_says_of_text(more, reason):
    for said in (False, True):
        result = clean(whole_slide(**more), accept_pixels=said)
        assert (result.state, result.reasons) == (State.HELD, (reason,))


def test_openslide_reads_the_clean_object_as_before(tmp_path):
    openslide = pytest.importorskip("openslide")
    seen = []
    for n, data in enumerate((whole_slide(), clean(whole_slide()).data)):
        path = tmp_path / f"{n}" / "slide.dcm"
        path.parent.mkdir()
        path.write_bytes(data)
        with openslide.OpenSlide(str(path)) as slide:
            seen.append(np.asarray(slide.read_region((0, 0), 0, (320, 200))))
            assert slide.properties["openslide.vendor"] == "dicom"
            assert not [v for v in slide.properties.values() if n and any(w in v for w in MARKERS)]
    assert np.array_equal(*seen)
