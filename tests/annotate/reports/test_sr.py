"""The DICOM of a report: read back by our reader and by highdicom, without an error of dciodvfy."""

import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
from pydicom import dcmread

from renkei.annotate.compare import label_set
from renkei.annotate.facts import Facts, facts_of_volume
from renkei.annotate.files import read_dicom, read_image
from renkei.annotate.reports.sr import Objects, write_objects
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet
from renkei.imaging.made import write_ct_series
from renkei.imaging.measurements import read_measurements
from renkei.imaging.structured import Reader, StructuredRefusedError
from renkei.imaging.volume import Volume

CT = Path(__file__).parents[3] / "samples" / "ct_dicom"
WORDS = load_vocabulary("abdomen-ct")


@pytest.fixture(scope="module")
def made() -> tuple[Facts, Objects]:
    # The public copy lost class and name of its objects; what a hospital sends has both.
    real, _ = read_image(CT)
    cut = real.voxels[:8, 200:264, 100:164].astype(np.int16)
    ct = Volume(cut, Geometry(cut.shape, real.geometry.spacing), "CT")
    volume, sources = read_dicom(write_ct_series(ct, {"PatientID": "P1", "StudyID": "1"}))
    liver, lesion, none = (np.zeros(cut.shape, bool) for _ in range(3))
    liver[1:7, 5:60, 5:60] = True
    lesion[2:5, 20:40, 20:36] = True
    lesion[3:5, 45:50, 50:58] = True
    labels = label_set(
        LabelSet(volume.geometry, ()), {"liver": liver, "lesion": lesion, "spleen": none}, WORDS
    )
    facts = facts_of_volume(
        labels, WORDS, modality="CT", voxels=volume.voxels, sop_uids=volume.sop_uids
    )
    reader = Reader("R-1", "2025-02-11T10:00:00+00:00")
    return facts, write_objects(facts, labels, sources, report="ab" * 32, reader=reader)


def test_the_numbers_come_back_as_they_are_in_the_facts(made: tuple[Facts, Objects]) -> None:
    facts, objects = made
    groups = {g.tracking: g for g in read_measurements(objects.report).groups}
    assert list(groups) == ["Liver", "Lesion 1", "Lesion 2", "Spleen"]
    for lesion in facts.lesions:
        group = groups[f"Lesion {lesion.number}"]
        numbers = {(one.name.meaning, one.unit): one.value for one in group.numbers}
        assert numbers["Long Axis", "mm"] == pytest.approx(lesion.long_mm)
        assert numbers["Short Axis", "mm"] == pytest.approx(lesion.short_mm)
        assert numbers["Volume", "mm3"] == pytest.approx(lesion.volume_ml * 1000)
        assert group.site == WORDS.term("liver").code
        assert lesion.hu is not None
        assert numbers["Attenuation Coefficient", "[hnsf'U]"] == pytest.approx(lesion.hu[0])


def test_the_report_and_the_segments_name_each_other(made: tuple[Facts, Objects]) -> None:
    _, objects = made
    report, seg = (dcmread(BytesIO(data)) for data in (objects.report, objects.segmentation))
    assert report.SpecificCharacterSet == seg.SpecificCharacterSet == "ISO_IR 192"
    assert (report.CompletionFlag, report.VerificationFlag) == ("COMPLETE", "VERIFIED")
    observer = report.VerifyingObserverSequence[0]
    assert str(observer.VerifyingObserverName) == "R-1^"
    assert observer.VerificationDateTime == "20250211100000"
    groups = hd.sr.srread(BytesIO(objects.report)).content.get_volumetric_roi_measurement_groups()
    segments = {item.SegmentNumber: item.TrackingUID for item in seg.SegmentSequence}
    for group in groups:
        named = group.referenced_segment
        assert named.referenced_sop_instance_uid == seg.SOPInstanceUID
        assert (
            segments[named[0].ReferencedSOPSequence[0].ReferencedSegmentNumber]
            == group.tracking_uid
        )


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dicom3tools is not installed")
def test_dciodvfy_finds_no_error(made: tuple[Facts, Objects], tmp_path: Path) -> None:
    for name, data in (("sr", made[1].report), ("seg", made[1].segmentation)):
        path = tmp_path / f"{name}.dcm"
        path.write_bytes(data)
        said = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        lines = (said.stdout + said.stderr).splitlines()
        assert [line for line in lines if line.startswith("Error")] == []


def test_a_report_without_findings_is_refused_for_an_image_that_is_no_dicom(
    made: tuple[Facts, Objects],
) -> None:
    empty = replace(made[0], organs=(), lesions=(), absent=())
    none = LabelSet(Geometry((1, 4, 4), (1.0, 1.0, 1.0)), ())
    with pytest.raises(StructuredRefusedError):
        write_objects(empty, none, (), report="ab" * 32, reader=Reader("R-1"))
