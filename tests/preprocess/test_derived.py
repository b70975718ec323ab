"""A denoised copy says that it is one, of what and by what; DICOM's own checker finds no error."""

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from renkei.imaging.made import derived_uid, made_ct, write_ct_series
from renkei.imaging.volume import Volume, read_series
from renkei.preprocess.derived import NotDerivableError, derived_slices
from renkei.preprocess.held import Scan
from renkei.preprocess.steps import orient
from renkei.preprocess.steps.denoise import STEP, description

DCIODVFY = shutil.which("dciodvfy")
Source = tuple[Volume, list[pydicom.Dataset]]


def _renamed(path: Path) -> bytes:
    """Return the file under UIDs of a legal root, as de-identification leaves it."""
    dataset = pydicom.dcmread(path)
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        setattr(dataset, keyword, derived_uid(keyword))
    dataset.SOPInstanceUID = derived_uid(path.name)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def sources() -> dict[str, Source]:
    """A made CT and a real oblique MR, whose headers hold dates and an operator."""
    files = write_ct_series(made_ct(5)[0], {"PatientID": "P1", "StudyDate": "20200102"})[20:26]
    mr = [_renamed(p) for p in sorted(Path("samples/mr_dicom").glob("*.dcm"))[5:11]]
    return {
        kind: (read_series(some), [pydicom.dcmread(io.BytesIO(one)) for one in some])
        for kind, some in {"CT": files, "MR": mr}.items()
    }


@pytest.fixture(scope="module", params=["CT", "MR"])
def copy(request: pytest.FixtureRequest, sources) -> tuple[Volume, list, list[bytes]]:
    volume, headers = sources[request.param]
    image = orient.STEP.run(Scan(volume), {}).scan.image
    done = STEP.run(Scan(image), STEP.settle({"method": "tv", "strength": 0.25}))
    text = description(done.measures)
    assert "Total variation, strength 0.25" in text
    return done.scan.image, headers, derived_slices(done.scan.image, headers, description=text)


def test_it_reads_back_in_its_place(copy) -> None:
    image, _, files = copy
    again = read_series(files)
    assert again.geometry.close_to(image.geometry, 1e-3)
    assert np.array_equal(again.voxels, image.voxels)
    assert again.modality == image.modality


def test_each_slice_names_its_source_and_how_it_was_made(copy) -> None:
    image, headers, files = copy
    known = {h.SOPInstanceUID for h in headers}
    for uid, data in zip(image.sop_uids, files, strict=True):
        made = pydicom.dcmread(io.BytesIO(data))
        assert list(made.ImageType[:2]) == ["DERIVED", "SECONDARY"]
        assert made.DerivationCodeSequence[0].CodeValue == "113087"
        assert "of the noise" in made.DerivationDescription
        assert made.SourceImageSequence[0].ReferencedSOPInstanceUID == uid
        assert made.SOPInstanceUID not in known
        assert made.SeriesInstanceUID != headers[0].SeriesInstanceUID
        assert made.StudyInstanceUID == headers[0].StudyInstanceUID


def test_names_dates_and_free_text_stay_behind(copy) -> None:
    for data in copy[2]:
        made = pydicom.dcmread(io.BytesIO(data))
        assert not any(e.value for e in made if e.VR in {"DA", "TM", "PN"})
        for keyword in ("StationName", "OperatorsName", "StudyDescription", "PatientAge"):
            assert keyword not in made
        assert made.SeriesDescription == "Smoothing"


def test_a_phantom_stays_marked(sources) -> None:
    volume, headers = sources["CT"]
    made = pydicom.dcmread(io.BytesIO(derived_slices(volume, headers, description="x")[0]))
    assert read_series([derived_slices(volume, headers, description="x")[0]]).facts.made
    assert made.ImageType[-1] == headers[0].ImageType[-1]


def test_the_same_copy_has_the_same_bytes_and_another_has_others(sources) -> None:
    volume, headers = sources["CT"]
    one = derived_slices(volume, headers, description="one")
    assert derived_slices(volume, headers[::-1], description="one") == one
    two = derived_slices(volume, headers, description="two")
    uids = {pydicom.dcmread(io.BytesIO(f)).SOPInstanceUID for f in (*one, *two)}
    assert len(uids) == len(one) + len(two)


@pytest.mark.skipif(DCIODVFY is None, reason="apt-get install dicom3tools")
def test_dciodvfy_finds_no_error(copy, tmp_path: Path) -> None:
    path = tmp_path / "derived.dcm"
    path.write_bytes(copy[2][0])
    said = subprocess.run([DCIODVFY, str(path)], capture_output=True, text=True, check=False)
    assert [line for line in said.stderr.splitlines() if line.startswith("Error")] == []


def test_what_cannot_be_derived_is_refused(sources) -> None:
    volume, headers = sources["MR"]
    real = replace(volume, voxels=volume.voxels.astype(np.float32))
    for image, given in ((real, headers), (volume, headers[1:]), (volume, [])):
        with pytest.raises(NotDerivableError):
            derived_slices(image, given, description="x")
