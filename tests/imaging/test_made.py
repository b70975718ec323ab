"""Cases made in code."""

import io

import numpy as np
import pydicom
import pytest

from renkei.imaging.dicom import instance_facts, read_header
from renkei.imaging.made import SHAPE, derived_uid, made_ct, made_person, write_ct_series
from renkei.imaging.synthetic import is_made
from renkei.imaging.volume import read_series

SEEDS = range(4)


@pytest.fixture(scope="module")
def cases():
    return [made_ct(seed) for seed in SEEDS]


def test_a_seed_gives_one_case_and_another_seed_another(cases):
    volume, labels = made_ct(0)
    assert np.array_equal(volume.voxels, cases[0][0].voxels)
    for one, two in zip(labels.segments, cases[0][1].segments, strict=True):
        assert np.array_equal(one.mask, two.mask)
    livers = [labels.named("liver").mask for _, labels in cases]
    for a in range(len(livers)):
        for b in range(a):
            shared = 2 * (livers[a] & livers[b]).sum() / (livers[a].sum() + livers[b].sum())
            assert shared < 0.95


# Millilitres and HU of adults in the portal venous phase, wide enough for everybody drawn.
ORGANS = {
    "liver": (700, 2300, 75, 135),
    "spleen": (40, 400, 85, 140),
    "kidney_right": (50, 260, 85, 175),
    "kidney_left": (50, 260, 85, 175),
    "aorta": (25, 140, 90, 190),
    "spine": (180, 600, 120, 400),
}


@pytest.mark.parametrize("name", ORGANS)
def test_organs_have_the_size_and_density_of_organs(cases, name):
    least, most, low, high = ORGANS[name]
    for volume, labels in cases:
        mask = labels.named(name).mask
        assert least < mask.sum() * volume.geometry.voxel_mm3 / 1000 < most
        assert low < volume.voxels[mask].mean() < high


def test_lesions_lie_in_the_liver_and_are_darker(cases):
    for volume, labels in cases:
        liver, lesion = labels.named("liver").mask, labels.named("lesion").mask
        assert lesion.any()
        assert not (lesion & ~liver).any()
        assert volume.voxels[lesion].mean() < volume.voxels[liver & ~lesion].mean() - 15


def test_right_is_on_the_patients_right(cases):
    for volume, labels in cases:
        side = {}
        for name in ("liver", "spleen", "kidney_right", "kidney_left"):
            z, y, x = np.argwhere(labels.named(name).mask).mean(0)
            side[name] = volume.geometry.point(z, y, x)[0]
        assert side["kidney_right"] < 0 < side["kidney_left"]
        assert side["liver"] < 0 < side["spleen"]


def test_noise_follows_its_factor():
    still, loud = made_ct(1, noise=0.0)[0].voxels, made_ct(1, noise=2.0)[0].voxels
    plain = made_ct(1)[0].voxels
    inside = made_ct(1)[1].named("liver").mask
    small, large = ((v - still)[inside].std() for v in (plain, loud))
    assert large == pytest.approx(2 * small, rel=0.05)
    assert 5 < small < 25


def test_people_differ():
    people = [made_person(seed) for seed in range(60)]
    assert {p.sex for p in people} == {"F", "M"}
    assert len({p.age for p in people}) > 20
    assert all(30 <= p.age <= 85 for p in people)


def test_the_files_are_a_ct_series_that_says_what_it_is(cases):
    volume, _ = cases[2]
    files = write_ct_series(volume, {"PatientID": "M-1", "StudyDate": "20240101"})
    assert len(files) == SHAPE[0]
    again = read_series(files[::-1])
    assert np.array_equal(again.voxels, volume.voxels)
    assert again.geometry.close_to(volume.geometry)
    assert again.facts.made
    assert not again.facts.synthetic
    header = read_header(files[0])
    assert is_made(header)
    assert header.SeriesDescription.startswith("MADE PHANTOM")
    assert header.ImageType[0] == "DERIVED"
    assert (header.PatientID, header.StudyDate) == ("M-1", "20240101")
    assert header.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    uids = [instance_facts(read_header(data)).sop_uid for data in files]
    assert len(set(uids)) == SHAPE[0]


def test_the_same_input_gives_the_same_files_and_another_patient_other_uids(small):
    first = write_ct_series(small, {"PatientID": "A"})
    assert write_ct_series(small, {"PatientID": "A"}) == first
    one, two = (
        pydicom.dcmread(io.BytesIO(files[0]))
        for files in (first, write_ct_series(small, {"PatientID": "B"}))
    )
    assert one.StudyInstanceUID != two.StudyInstanceUID
    assert one.SOPInstanceUID != two.SOPInstanceUID


def test_derived_uids_are_valid():
    uid = derived_uid("a", 1)
    assert uid == derived_uid("a", 1) != derived_uid("a1")
    assert uid.startswith("2.25.")
    assert len(uid) <= 64
