"""Heads are told by words and size together; what lies before the plane becomes air."""

import io

import numpy as np
import pydicom
import pytest
from tests.deid.pictures import SAMPLES

from renkei.deid import PseudonymKey, State, deidentify, load_profile
from renkei.deid.face import HeadFacts, NoFaceFoundError, face_of, face_regions, shows_face
from renkei.deid.mask import Cover
from renkei.imaging.dicom import decode_pixels
from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume, read_series

KEY, PROFILE = PseudonymKey.new(), load_profile()
MR = sorted((SAMPLES / "mr_dicom").glob("*.dcm"))
LPS = (1.0, 0, 0, 0, 1, 0, 0, 0, 1)


@pytest.mark.parametrize(
    ("words", "field", "extent", "slices", "modality", "face"),
    [
        ("BRAIN AXIAL", 220, 140, 20, "MR", True),
        ("頭部 単純", 240, 160, 32, "CT", True),
        ("副鼻腔", 160, 90, 40, "CT", True),
        ("", 240, 160, 160, "MR", True),  # nobody said what it is; it has the size of a head
        ("BRAIN", 220, 20, 3, "MR", False),  # three slices draw no face
        ("BRAIN", 500, 900, 300, "CT", False),
        ("KNEE SAG", 160, 110, 30, "MR", False),
        ("膝関節", 180, 120, 30, "MR", False),
        ("CHEST CT", 350, 300, 300, "CT", False),
        ("HEAD", 220, 140, 20, "PT", False),
    ],
)
def test_a_head_is_told_by_words_and_size_together(words, field, extent, slices, modality, face):
    assert shows_face(HeadFacts(modality, words, field, extent, slices)) is face


def ball(*, nose=True, cut=0.0):
    """Return a head of a ball and a nose, 100 mm in radius, slices from the top: (z, y, x)."""
    z, y, x = np.mgrid[0:80, 0:100, 0:100].astype(float) * 3.0
    z += cut
    head = (z - 100) ** 2 + (y - 150) ** 2 + (x - 150) ** 2 < 100**2
    if nose:
        head |= (abs(z - 125) < 12) & (abs(x - 150) < 12) & (y > 30) & (y < 100)
    voxels = np.where(head, 40, -1000).astype(np.int16)[::-1]
    geometry = Geometry(shape=voxels.shape, spacing=(3.0, 3.0, 3.0), origin=(0, 0, 0),
                        direction=LPS)  # fmt: skip
    return Volume(voxels=np.ascontiguousarray(voxels), geometry=geometry, modality="CT")


def test_the_nose_goes_and_the_back_of_the_head_stays():
    volume = ball()
    region = face_of(volume)
    nose = (volume.voxels > 0) & ~(ball(nose=False).voxels > 0)
    assert nose.any()
    assert region[nose].all()
    assert not region[:, 70:, :].any()  # behind
    assert not region[-25:].any()  # above the brow: 75 mm from the vertex


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_the_orientation_of_the_slices_does_not_matter(axes):
    volume = ball()
    expected = face_of(volume)
    columns = np.eye(3)[:, ::-1]  # of z, y, x
    direction = columns[:, list(axes)][:, ::-1]
    turned = Volume(
        voxels=volume.voxels.transpose(axes),
        geometry=Geometry(
            shape=tuple(volume.voxels.shape[a] for a in axes), spacing=(3.0, 3.0, 3.0),
            origin=(0, 0, 0), direction=tuple(direction.ravel()),
        ),
        modality="CT",
    )  # fmt: skip
    assert np.array_equal(face_of(turned), expected.transpose(axes))


def test_a_top_that_is_a_little_cut_off_moves_nothing():
    whole, cut = face_of(ball()), face_of(ball(cut=15.0))
    edge, other = (np.flatnonzero(r[:, 40, 50])[-1] for r in (whole, cut))
    assert abs((80 - edge) * 3 - ((80 - other) * 3 + 15)) <= 9


def test_a_head_without_its_upper_half_cannot_be_placed():
    with pytest.raises(NoFaceFoundError):
        face_of(ball(cut=80.0))


@pytest.fixture(scope="module")
def regions():
    return face_regions(MR)


def test_the_face_of_a_real_head_becomes_air_and_the_rest_stays(regions):
    path = MR[2]
    before = pydicom.dcmread(path)
    result = deidentify(path.read_bytes(), PROFILE, KEY, cover=Cover(256, 256, faces=regions))
    assert (result.state, result.reasons[-1]) == (State.CLEAN, "face_covered")
    after = pydicom.dcmread(io.BytesIO(result.data))
    bits = np.frombuffer(regions[before.SOPInstanceUID], np.uint8)
    where = np.unpackbits(bits).reshape(256, 256).astype(bool)
    assert 0.1 < where.mean() < 0.7
    assert set(after.pixel_array[where].tolist()) == {before.pixel_array.min()}
    assert np.array_equal(after.pixel_array[~where], before.pixel_array[~where])
    codes = {item.CodeValue for item in after.DeidentificationMethodCodeSequence}
    assert "113102" in codes
    assert "113101" not in codes


def test_the_brain_stays_and_the_nose_goes(regions):
    volume = read_series(MR)
    where = np.stack([
        np.unpackbits(np.frombuffer(regions[uid], np.uint8)).reshape(256, 256).astype(bool)
        for uid in volume.sop_uids
    ])  # fmt: skip
    top, bottom = where[-7:], where[:6]
    assert not top.any()  # 49 mm below the vertex: brain alone
    lit = volume.voxels[:6, :90] > 200
    assert bottom[:, :90][lit].mean() > 0.9  # the front third of the lower slices


def test_a_slice_whose_face_was_not_placed_is_held(regions):
    result = deidentify(MR[2].read_bytes(), PROFILE, KEY, cover=Cover(256, 256, faces={}))
    assert (result.state, result.reasons) == (State.HELD, ("face_not_covered",))


def test_a_second_run_gives_the_same_bytes(regions):
    cover = Cover(256, 256, faces=regions)
    one, two = (deidentify(MR[1].read_bytes(), PROFILE, KEY, cover=cover).data for _ in range(2))
    assert one == two
    assert not np.array_equal(decode_pixels(one), decode_pixels(MR[1]))
