"""What is written: exact for every kind of grid, sound by dciodvfy, readable by other programs."""

import io
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from scipy import ndimage
from tests.imaging.conftest import small_volume

from renkei.imaging.codes import LESION, LIVER, SPLEEN
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, OverlapError, Segment, label_hash
from renkei.imaging.made import write_ct_series
from renkei.imaging.rtstruct import StructuresRefusedError, read_rtstruct, write_rtstruct
from renkei.imaging.seg import SegRefusedError, read_seg, write_seg
from renkei.imaging.volume import read_series

DCIODVFY = shutil.which("dciodvfy")
TURN = np.deg2rad(20)
OBLIQUE = (np.cos(TURN), 0.0, np.sin(TURN), 0.0, 1.0, 0.0, -np.sin(TURN), 0.0, np.cos(TURN))
UPSIDE_DOWN = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, -1.0)
GRIDS = {"plain": None, "oblique": OBLIQUE, "reversed": UPSIDE_DOWN}


@pytest.fixture(scope="module", params=GRIDS)
def series(request):
    """Return a series as a volume with its objects in z order."""
    volume = small_volume()
    if GRIDS[request.param]:
        place = volume.geometry
        turned = Geometry(place.shape, place.spacing, place.origin, GRIDS[request.param])
        volume = replace(volume, geometry=turned)
    files = write_ct_series(volume, {"PatientID": "P1", "StudyID": "1"})
    image = read_series(files)
    objects = {d.SOPInstanceUID: d for d in (pydicom.dcmread(io.BytesIO(f)) for f in files)}
    return image, [objects[uid] for uid in image.sop_uids]


def apart(image) -> LabelSet:
    """Return three labels without overlap; one was looked for and is not there."""
    noise = ndimage.gaussian_filter(np.random.default_rng(2).random(image.geometry.shape), 1)
    liver, none = noise > np.quantile(noise, 0.6), np.zeros(image.geometry.shape, bool)
    lesion = noise < np.quantile(noise, 0.1)
    rows = ((2, "肝臓", LIVER, liver), (7, "脾臓", SPLEEN, none), (300, "病変", LESION, lesion))
    return LabelSet(image.geometry, tuple(Segment(*row) for row in rows))


def counted(labels: LabelSet) -> LabelSet:
    """Return the labels numbered from 1, as a binary segmentation needs them."""
    rows = (replace(s, number=n) for n, s in enumerate(labels.segments, start=1))
    return replace(labels, segments=tuple(rows))


def errors_of(data: bytes, path) -> list[str]:
    """Return what dciodvfy of Debian's dicom3tools calls an error."""
    path.write_bytes(data)
    said = subprocess.run([DCIODVFY, str(path)], capture_output=True, text=True, check=False)
    return [line for line in said.stderr.splitlines() if line.startswith("Error")]


def test_a_binary_segmentation_is_exact(series):
    image, sources = series
    labels = counted(apart(image))
    assert label_hash(read_seg(write_seg(labels, sources), image)) == label_hash(labels)


def test_a_label_map_is_exact_and_keeps_its_numbers(series):
    image, sources = series
    labels = apart(image)
    data = write_seg(labels, sources, label_map=True)
    assert label_hash(read_seg(data, image)) == label_hash(labels)


def test_structures_are_exact_but_for_what_is_absent(series):
    image, sources = series
    labels = apart(image)
    again = read_rtstruct(write_rtstruct(labels, sources), image)
    assert [s.name for s in again.segments] == ["肝臓", "病変"]
    for segment in again.segments:
        mine = labels.named(segment.name)
        assert segment.code == mine.code
        assert (segment.mask == mine.mask).all()


@pytest.mark.skipif(DCIODVFY is None, reason="apt-get install dicom3tools")
def test_dciodvfy_finds_no_error(series, tmp_path):
    image, sources = series
    labels = apart(image)
    assert errors_of(write_rtstruct(labels, sources), tmp_path / "rs.dcm") == []
    assert errors_of(write_seg(counted(labels), sources), tmp_path / "seg.dcm") == []


def test_more_than_255_segments_come_back(series):
    image, sources = series
    shape = image.geometry.shape
    masks = np.zeros((260, *shape), bool)
    for n in range(260):
        masks[n, n % shape[0], n % shape[1], n % shape[2]] = True
    rows = (Segment(n + 1, f"点{n}", LESION, mask) for n, mask in enumerate(masks))
    labels = LabelSet(image.geometry, tuple(rows))
    assert label_hash(read_seg(write_seg(labels, sources), image)) == label_hash(labels)


def test_nothing_found_at_all_comes_back_as_absence(series):
    image, sources = series
    labels = counted(apart(image))
    none = tuple(replace(s, mask=np.zeros_like(s.mask)) for s in labels.segments)
    labels = replace(labels, segments=none)
    assert label_hash(read_seg(write_seg(labels, sources), image)) == label_hash(labels)


def test_what_the_formats_cannot_hold_is_refused(series):
    image, sources = series
    labels = apart(image)
    both = replace(labels.segments[1], mask=labels.segments[0].mask)
    overlapping = replace(labels, segments=(labels.segments[0], both))
    with pytest.raises(OverlapError):
        write_seg(overlapping, sources, label_map=True)
    with pytest.raises(SegRefusedError, match="no label"):
        write_seg(replace(labels, segments=()), sources)
    with pytest.raises(StructuresRefusedError, match="numbers of slices"):
        write_rtstruct(labels, sources[1:])


def test_a_contour_of_more_than_64_kb_comes_back():
    volume = replace(small_volume(), voxels=np.zeros((2, 400, 400), np.int16))
    grid = Geometry((2, 400, 400), (2.5, 0.8, 0.7), (0.0, 0.0, 0.0))
    files = write_ct_series(replace(volume, geometry=grid), {"PatientID": "P1"})
    image = read_series(files)
    comb = np.zeros(grid.shape, bool)
    comb[0, ::2, 1:], comb[0, :, 1] = True, True
    labels = LabelSet(grid, (Segment(1, "comb", LIVER, comb),))
    data = write_rtstruct(labels, [pydicom.dcmread(io.BytesIO(f)) for f in files])
    (roi,) = pydicom.dcmread(io.BytesIO(data)).ROIContourSequence
    longest = max(len("\\".join(map(str, c.ContourData))) for c in roi.ContourSequence)
    assert longest > 65_534
    assert (read_rtstruct(data, image).segments[0].mask == comb).all()


def test_other_programs_read_the_same_voxels(series, tmp_path):
    import highdicom as hd

    image, sources = series
    labels = counted(apart(image))
    path = tmp_path / "seg.dcm"
    path.write_bytes(write_seg(labels, sources))
    liver = labels.segments[0].mask
    uids = list(image.sop_uids)
    read = hd.seg.segread(path).get_pixels_by_source_instance(
        uids, segment_numbers=[1], assert_missing_frames_are_empty=True
    )
    assert (read[..., 0].astype(bool) == liver).all()
    stack = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    assert np.count_nonzero(stack) == sum(np.count_nonzero(s.mask) for s in labels.segments)
    if dump := shutil.which("dcmdump"):
        said = subprocess.run([dump, "-q", str(path)], capture_output=True, text=True, check=True)
        assert said.stdout.count("(0062,0004)") == 3


def test_what_a_program_proposed_is_said_of_the_segment(series, tmp_path):
    image, sources = series
    labels = counted(apart(image))
    data = write_seg(labels, sources, assisted=["肝臓"])
    kinds = [s.SegmentAlgorithmType for s in pydicom.dcmread(io.BytesIO(data)).SegmentSequence]
    assert kinds == ["SEMIAUTOMATIC", "MANUAL", "MANUAL"]
    if DCIODVFY:
        assert errors_of(data, tmp_path / "seg.dcm") == []
