"""A label is bound to its image by UIDs, frame of reference or grid; what fits nothing is held."""

import io
import json

import numpy as np
import pydicom
import pytest
from shapely import box
from sqlalchemy import select
from tests.collect.conftest import subject
from tests.imaging.conftest import small_volume
from tests.imaging.test_rtstruct import BIG, contour, structures

from renkei.collect.server.intake import take_dicoms
from renkei.collect.server.tables import FileState
from renkei.collect.server.upload import take_upload
from renkei.imaging.codes import LIVER
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.made import write_ct_series
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.seg import write_seg
from renkei.imaging.volume import Volume, read_series
from renkei.subjects.server.tables import Record, Slide, Subject


@pytest.fixture(scope="module")
def files():
    return write_ct_series(small_volume(), {"PatientID": "P1"})


@pytest.fixture(scope="module")
def image(files):
    return read_series(files)


def nifti(image, *, turned=False, moved=0.0) -> bytes:
    mask = np.zeros(image.geometry.shape, np.uint8)
    mask[1, 2:4, 2:4] = 1
    grid = image.geometry
    if turned:
        mask = mask[::-1]
        grid = type(grid)(
            grid.shape,
            grid.spacing,
            grid.point(grid.shape[0] - 1, 0, 0),
            tuple((grid.axes * (1, 1, -1)).ravel()),
        )
    x, y, z = grid.origin
    grid = type(grid)(grid.shape, grid.spacing, (x + moved, y, z), grid.direction)
    return nifti_bytes(Volume(np.ascontiguousarray(mask), grid, "SEG"))


def forget(dataset, element) -> None:
    """Take away which images a frame was drawn on."""
    if element.keyword == "ReferencedSOPInstanceUID":
        del dataset.ReferencedSOPInstanceUID


def seg(files, image, *, frame=None, unnamed=False) -> bytes:
    sources = [pydicom.dcmread(io.BytesIO(data)) for data in files]
    labels = LabelSet(
        image.geometry, (Segment(1, "liver", LIVER, np.ones(image.geometry.shape, bool)),)
    )
    dataset = pydicom.dcmread(io.BytesIO(write_seg(labels, sources)))
    if unnamed:
        dataset.walk(forget)
    if frame:
        dataset.FrameOfReferenceUID = frame
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


@pytest.fixture
def take(session, sending, opened, files):
    """Return a function that sends a series and a label, and says what became of the label."""

    async def call(data: bytes, refers=None):
        for one in files:
            sending.add(one, sop_uid=str(pydicom.dcmread(io.BytesIO(one)).SOPInstanceUID))
        n = sending.add(data, "label", refers=refers)
        batch = (await opened(sending)).batch
        await take_dicoms(session, batch_id=batch.id, files=files)
        return await take_upload(session, batch_id=batch.id, n=n, data=data)

    return call


@pytest.mark.parametrize(
    ("make", "form"),
    [
        (seg, "seg"),
        (lambda f, i: seg(f, i, frame="2.25.5"), "seg"),
        (lambda f, i: seg(f, i, unnamed=True), "seg"),
        (lambda _, i: structures(i, {"肝": [contour(i, 1, BIG)]}), "rtstruct"),
        (lambda _, i: nifti(i), "nifti"),
        (lambda _, i: nifti(i, turned=True), "nifti"),
    ],
)
async def test_a_label_finds_its_image_by_itself(session, take, files, image, make, form):
    taken = await take(make(files, image))
    assert taken.state is FileState.STORED, taken.reason
    row = (await session.scalars(select(Record))).one()
    assert row.format == form
    assert row.refers == {"series_uid": image.facts.series_uid}


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda f, i: seg(f, i, unnamed=True, frame="2.25.5"), "image_not_found"),
        (
            lambda _, i: structures(i, {"a": [contour(i, 1, BIG, uid="2.25.6")]}, frame="2.25.5"),
            "image_not_found",
        ),
        (lambda _, i: nifti(i, moved=1.0), "image_differs"),
        (lambda f, _: f[0], "nothing_marked"),
    ],
)
async def test_a_label_that_fits_no_image_is_held(session, take, files, image, make, reason):
    taken = await take(make(files, image))
    assert (taken.state, taken.reason) == (FileState.QUARANTINED, reason)
    assert (await session.scalars(select(Record))).all() == []


async def test_what_the_sender_says_does_not_make_a_label_fit(take, files, image):
    taken = await take(seg(files, image), {"series_uid": "2.25.404"})
    assert taken.reason == "image_differs"


def outlines(*corners) -> bytes:
    features = [
        {"type": "Feature", "geometry": box(*c).__geo_interface__, "properties": {}}
        for c in corners
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def coco(width: int, height: int) -> bytes:
    note = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 9, 1, 9, 9]]}
    image = {"id": 1, "width": width, "height": height}
    root = {"images": [image], "annotations": [note], "categories": [{"id": 1, "name": "a"}]}
    return json.dumps(root).encode()


@pytest.mark.parametrize(
    ("data", "said", "reason"),
    [
        (outlines((1, 1, 90, 40)), "a" * 64, None),
        (outlines((1, 1, 90, 51)), "a" * 64, "image_differs"),
        (outlines((1, 1, 90, 40)), "c" * 64, "image_not_found"),
        (outlines((1, 1, 90, 40)), None, "image_not_named"),
        (outlines((-1, 1, 90, 40)), "a" * 64, "nothing_marked"),
        (coco(100, 50), None, None),
        (coco(100, 51), None, "image_differs"),
        (coco(200, 80), None, "image_ambiguous"),
        (coco(200, 80), "b" * 64, None),
    ],
)
async def test_outlines_lie_on_the_slide_that_they_are_of(
    session, sending, opened, site_a, data, said, reason
):
    sending.subjects = [subject("P1")]
    n = sending.add(data, "label", refers=said and {"sha256": said})
    batch = (await opened(sending)).batch
    owner = (await session.scalars(select(Subject))).one()
    for sha256, width, height in (("a", 100, 50), ("b", 200, 80), ("d", 200, 80)):
        session.add(
            Slide(
                subject_id=owner.id,
                site_id=site_a.id,
                sha256=sha256 * 64,
                object_id=owner.id,
                width=width,
                height=height,
            )
        )
    await session.flush()
    taken = await take_upload(session, batch_id=batch.id, n=n, data=data)
    assert taken.reason == reason
