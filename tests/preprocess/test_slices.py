"""Results as DICOM lie where the result lies, and name their sources, method and noise."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from typer.testing import CliRunner

from renkei.imaging.made import made_ct, write_ct_series
from renkei.imaging.nifti import read_nifti, write_nifti
from renkei.imaging.volume import read_series
from renkei.preprocess.commands import app

HEAD = """
schema = "renkei.plan/1"
name = "{name}"
version = "1"
results = ["{result}"]
[inputs.ct]
modality = "CT"
"""
STEP = """
[[step]]
name = "{0}"
input = "{1}"
output = "{2}"
params = {3}
"""
DENOISED = (
    HEAD.format(name="quiet", result="c")
    + STEP.format("orient", "ct", "b", "{}")
    + STEP.format("denoise", "b", "c", '{ method = "tv", strength = 0.25 }')
)
EVEN = HEAD.format(name="even", result="b") + STEP.format(
    "resample", "ct", "b", "{ spacing = [4.0, 4.0, 5.0] }"
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in" / "one" / "ct"
    folder.mkdir(parents=True)
    files = write_ct_series(made_ct(5)[0], {"PatientID": "P1", "StudyDate": "20200102"})[20:36]
    for n, data in enumerate(files):
        (folder / f"{n}.dcm").write_bytes(data)
    return tmp_path / "in"


def run(plan: str, source: Path, form: str = "dicom"):
    (source.parent / "plan.toml").write_text(plan)
    words = [str(source.parent / "plan.toml"), str(source), str(source.parent / form)]
    return CliRunner().invoke(app, ["run", *words, "--format", form])


def slices(folder: Path) -> list[pydicom.Dataset]:
    return [pydicom.dcmread(path) for path in sorted(folder.iterdir())]


def test_a_denoised_copy_says_so(source: Path) -> None:
    assert run(DENOISED, source).exit_code == 0
    assert run(DENOISED, source, "nifti").exit_code == 0
    folder = source.parent / "dicom" / "one" / "c"
    plain = read_nifti(source.parent / "nifti" / "one" / "c.nii.gz", modality="CT")
    again = read_series(sorted(folder.iterdir()))
    assert np.array_equal(again.voxels, plain.voxels)
    assert again.geometry.close_to(plain.geometry)
    places = {h.SOPInstanceUID: h.ImagePositionPatient for h in slices(source / "one" / "ct")}
    for made in slices(folder):
        assert made.ImageType[0] == "DERIVED"
        assert (
            "Total variation, strength 0.25 of the noise, which was" in made.DerivationDescription
        )
        assert [code.CodeValue for code in made.DerivationCodeSequence] == ["113087"]
        (origin,) = made.SourceImageSequence
        assert origin.SpatialLocationsPreserved == "YES"
        assert places[origin.ReferencedSOPInstanceUID] == made.ImagePositionPatient
        assert not made.StudyDate


def test_a_resampled_copy_names_the_nearest_slices(source: Path) -> None:
    assert run(EVEN, source).exit_code == 0
    folder = source.parent / "dicom" / "one" / "b"
    heights = {h.SOPInstanceUID: h.ImagePositionPatient[2] for h in slices(source / "one" / "ct")}
    found = slices(folder)
    assert read_series(sorted(folder.iterdir())).geometry.spacing == pytest.approx((5, 4, 4))
    for made in found:
        (origin,) = made.SourceImageSequence
        assert origin.SpatialLocationsPreserved == "NO"
        assert abs(heights[origin.ReferencedSOPInstanceUID] - made.ImagePositionPatient[2]) <= 1.5
        assert [code.CodeValue for code in made.DerivationCodeSequence] == ["113085"]
        assert made.DerivationDescription.startswith("resample (")


def test_what_came_as_nifti_is_refused_and_nothing_is_left(source: Path, made) -> None:
    for path in (source / "one" / "ct").iterdir():
        path.unlink()
    (source / "one" / "ct").rmdir()
    write_nifti(made.image, source / "one" / "ct.nii.gz")
    done = run(EVEN, source)
    assert done.exit_code == 3
    assert "not_derivable" in done.stdout
    assert not [p for p in (source.parent / "dicom").iterdir() if "one" in p.name]
