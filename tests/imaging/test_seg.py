"""DICOM segmentations both ways."""

import io
from dataclasses import replace

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from tests.imaging.conftest import small_volume

from renkei.imaging.codes import LESION, LIVER, SPLEEN
from renkei.imaging.labels import LabelSet, Segment, label_hash
from renkei.imaging.made import write_ct_series
from renkei.imaging.nifti import read_nifti
from renkei.imaging.seg import SegRefusedError, read_seg, write_seg
from renkei.imaging.volume import read_series

HEADER = {"PatientID": "P1", "PatientName": "山田^太郎"}


@pytest.fixture(scope="module")
def files() -> list[bytes]:
    return write_ct_series(small_volume(), HEADER)


@pytest.fixture(scope="module")
def image(files):
    return read_series(files)


@pytest.fixture(scope="module")
def sources(files) -> list[Dataset]:
    return [pydicom.dcmread(io.BytesIO(data)) for data in files]


def labels_on(image) -> LabelSet:
    random = np.random.default_rng(3)
    liver = random.random(image.geometry.shape) < 0.4
    lesion = liver & (random.random(image.geometry.shape) < 0.3)
    nothing = np.zeros(image.geometry.shape, bool)
    only_first = nothing.copy()
    only_first[0, 2:5, 2:5] = True
    return LabelSet(
        image.geometry,
        (
            Segment(1, "liver", LIVER, liver),
            Segment(2, "spleen", SPLEEN, nothing),
            Segment(3, "lesion", LESION, lesion),
            Segment(4, "corner", LESION, only_first),
        ),
        "abdomen-ct@1",
    )


def test_overlaps_and_absences_come_back(image, sources):
    labels = labels_on(image)
    again = read_seg(write_seg(labels, sources), image, vocabulary="abdomen-ct@1")
    assert label_hash(again) == label_hash(labels)
    assert not again.named("spleen").mask.any()
    assert (again.named("liver").mask & again.named("lesion").mask).any()


def test_one_segment_comes_back(image, sources):
    labels = replace(labels_on(image), segments=labels_on(image).segments[:1])
    again = read_seg(write_seg(labels, sources), image, vocabulary="abdomen-ct@1")
    assert label_hash(again) == label_hash(labels)


def test_frames_are_placed_by_the_image_they_name_not_by_their_order(image, sources):
    labels = labels_on(image)
    dataset = pydicom.dcmread(io.BytesIO(write_seg(labels, sources)))
    groups = list(dataset.PerFrameFunctionalGroupsSequence)
    rows, columns = image.geometry.shape[1:]
    bits = np.unpackbits(np.frombuffer(dataset.PixelData, np.uint8), bitorder="little")
    frames = bits[: len(groups) * rows * columns].reshape(len(groups), rows, columns)
    order = np.random.default_rng(0).permutation(len(groups))
    dataset.PerFrameFunctionalGroupsSequence = [groups[i] for i in order]
    dataset.PixelData = np.packbits(frames[order].ravel(), bitorder="little").tobytes()
    out = io.BytesIO()
    dataset.save_as(out)
    again = read_seg(out.getvalue(), image, vocabulary="abdomen-ct@1")
    assert label_hash(again) == label_hash(labels)


def test_another_series_labels_are_refused(image, sources):
    other = read_series(write_ct_series(small_volume(seed=1), {"PatientID": "P2"}))
    with pytest.raises(SegRefusedError):
        read_seg(write_seg(labels_on(image), sources), other)


def test_an_image_is_no_segmentation(image, files):
    with pytest.raises(SegRefusedError):
        read_seg(files[0], image)


def test_japanese_names_survive(image, sources):
    labels = labels_on(image)
    named = replace(labels, segments=(replace(labels.segments[0], name="肝臓 読影"),))
    written = write_seg(named, sources)
    assert read_seg(written, image).segments[0].name == "肝臓 読影"
    assert str(pydicom.dcmread(io.BytesIO(written)).PatientName) == "山田^太郎"


def test_the_number_of_slices_must_fit(image, sources):
    with pytest.raises(SegRefusedError):
        write_seg(labels_on(image), sources[:-1])


def test_the_sample_labels_lie_on_the_sample_ct_by_geometry_and_not_by_index(ct_files):
    image = read_series(ct_files)
    labels = read_nifti(open_labels())
    # Liver is 5 in this file; by index it lies on air, by place on the organ.
    liver = labels.voxels == 5
    assert image.voxels[liver].std() > 200
    assert labels.geometry.orientation != image.geometry.orientation
    flips = tuple(
        slice(None, None, -1) if a != b else slice(None)
        for a, b in zip(
            labels.geometry.orientation[::-1], image.geometry.orientation[::-1], strict=True
        )
    )
    placed = liver[flips]
    assert image.voxels[placed].mean() == pytest.approx(89, abs=3)
    assert image.voxels[placed].std() == pytest.approx(22, abs=3)


def open_labels() -> bytes:
    with open("samples/seg/example_seg_dicom.nii.gz", "rb") as file:  # noqa: PTH123
        return file.read()


def rewritten(data: bytes, change) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(data))
    change(dataset)
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def unnamed(dataset) -> None:
    """Take away which images the frames were drawn on."""
    for groups in dataset.PerFrameFunctionalGroupsSequence:
        groups.DerivationImageSequence = []


def test_frames_that_name_no_image_are_placed_by_geometry(image, sources):
    labels = labels_on(image)
    data = rewritten(write_seg(labels, sources), unnamed)
    assert label_hash(read_seg(data, image)) == label_hash(replace(labels, vocabulary=""))


@pytest.mark.parametrize("change", ["frame", "place", "steps"])
def test_frames_off_the_grid_are_refused(image, sources, change):
    def move(dataset) -> None:
        unnamed(dataset)
        shared = dataset.SharedFunctionalGroupsSequence[0]
        if change == "frame":
            dataset.FrameOfReferenceUID = "2.25.404"
        elif change == "steps":
            shared.PixelMeasuresSequence[0].PixelSpacing = [9.0, 9.0]
        else:
            groups = dataset.PerFrameFunctionalGroupsSequence[0]
            place = groups.PlanePositionSequence[0]
            x, y, z = place.ImagePositionPatient
            place.ImagePositionPatient = [x + 1, y, z]

    with pytest.raises(SegRefusedError):
        read_seg(rewritten(write_seg(labels_on(image), sources), move), image)


@pytest.mark.parametrize(("full", "least"), [(255, 128), (100, 50), (1, 1)])
def test_a_fractional_segment_holds_what_it_covers_by_half(image, sources, full, least):
    values = np.arange(np.prod(image.geometry.shape)).reshape(image.geometry.shape) % (full + 1)

    def fractions(dataset) -> None:
        dataset.SegmentationType = "FRACTIONAL"
        dataset.SegmentationFractionalType = "OCCUPANCY"
        dataset.MaximumFractionalValue = full
        dataset.BitsAllocated = dataset.BitsStored = 8
        dataset.HighBit = 7
        named = [
            groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
            for groups in dataset.PerFrameFunctionalGroupsSequence
        ]
        order = [image.sop_uids.index(uid) for uid in named]
        dataset.PixelData = values[order].astype(np.uint8).tobytes()

    one = LabelSet(image.geometry, (Segment(1, "a", LIVER, values > 0),))
    found = read_seg(rewritten(write_seg(one, sources), fractions), image)
    assert np.array_equal(found.segments[0].mask, values >= least)
