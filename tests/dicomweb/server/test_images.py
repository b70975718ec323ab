"""Search, retrieve, render, slabs and tiles, by the routes."""

import io
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from tests.dicomweb.conftest import hold_files, small_ct

from renkei.dicomweb.server.metadata import HEADERS
from renkei.imaging.dicom import read_header
from renkei.imaging.made import write_ct_series
from renkei.server.actor import Role
from renkei.server.storage import erase_subject
from renkei.subjects.server.tables import Series

JPEG2000 = Path("samples/ct_dicom/slice_01.dcm").read_bytes()


def parts_of(answer) -> list[tuple[str, bytes]]:
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message: Message = BytesParser().parsebytes(head + answer.content)
    return [(p["Content-Type"], p.get_payload(decode=True)) for p in message.get_payload()]


def exact_parts(answer) -> list[bytes]:
    boundary = answer.headers["content-type"].partition("boundary=")[2].encode()
    raw = answer.content.split(b"--" + boundary)[1:-1]
    return [part.partition(b"\r\n\r\n")[2][:-2] for part in raw]


@pytest.fixture
async def viewer(client_for, site_a, ct, open_root):
    client = await client_for(Role.HOSPITAL, site=site_a)
    return client, await open_root(client, series=[ct.series_id])


async def test_a_study_is_found_as_ohif_asks_for_it(viewer, ct):
    client, path = viewer
    asked = (
        "limit=101&offset=0&fuzzymatching=false&includefield=00081030,00080060,00080090,00100030"
    )
    answer = await client.get(f"{path}/studies?{asked}")
    assert answer.headers["content-type"] == "application/dicom+json"
    assert "warning" not in answer.headers
    (study,) = answer.json()
    needed = "0020000D 00100010 00100020 00080020 00080030 00080050 00080061 00201206 00201208"
    assert set(needed.split()) <= set(study)
    assert study["00201208"]["Value"] == [20]
    assert study["00080061"]["Value"] == ["CT"]
    series = (await client.get(f"{path}/studies/{ct.study_uid}/series")).json()
    assert series[0]["0020000E"]["Value"] == [ct.series_uid]
    instances = (await client.get(f"{path}/{ct.address}/instances")).json()
    assert [one["00080018"]["Value"][0] for one in instances] == list(ct.sop_uids)


@pytest.mark.parametrize(
    ("asked", "hits"),
    [
        ({"PatientID": "P-0001-SECRET"}, 1),
        ({"PatientID": "P-0001*"}, 1),
        ({"PatientID": "P_0001-SECRET"}, 0),
        ({"ModalitiesInStudy": "CT"}, 1),
        ({"00080061": "MR"}, 0),
        ({"StudyDescription": "abd?men"}, 1),
        ({"StudyInstanceUID": "1.2.3"}, 0),
        ({"StudyDate": "20200101-20260101"}, 0),
        ({"offset": "1"}, 0),
        ({"StudyInstanceUID": "1.2.3,{study}"}, 1),
        ({"StudyInstanceUID": "1.2.3\\{study}"}, 1),
        ({"StudyDescription": ""}, 1),
        ({"StudyDescription": "*"}, 1),
        ({"PatientName": "p-0001-secret"}, 1),
        ({"PatientName": "p-0001"}, 0),
        ({"PatientName": "p-0001*^^"}, 1),
        ({"PatientName": "secret", "fuzzymatching": "true"}, 0),
        ({"PatientName": "P-00 P-0001", "fuzzymatching": "true"}, 1),
        ({"PatientName": "p-00", "fuzzymatching": "true"}, 1),
        ({"PatientName": "p-00", "fuzzymatching": "false"}, 0),
        ({"PatientName": "p.0", "fuzzymatching": "true"}, 0),
    ],
)
async def test_only_what_matches_is_found(viewer, ct, asked, hits):
    client, path = viewer
    asked = {name: value.replace("{study}", ct.study_uid) for name, value in asked.items()}
    answer = await client.get(f"{path}/studies", params=asked)
    assert answer.status_code == (200 if hits else 204)
    assert hits == 0 or len(answer.json()) == hits


@pytest.mark.parametrize(
    ("asked", "status", "warned"),
    [
        ({"RequestAttributesSequence.ScheduledProcedureStepID": "7"}, 200, "00400275.00400009"),
        ({"00400275.00400009": "7"}, 200, "00400275.00400009"),
        ({"fuzzymatching": "perhaps"}, 400, ""),
        ({"PatientName": "^", "fuzzymatching": "true"}, 400, ""),
        ({"includefield": "NoSuchThing"}, 400, ""),
        ({"limit": "-1"}, 400, ""),
    ],
)
async def test_a_search_that_cannot_be_answered_in_full_says_so(viewer, asked, status, warned):
    client, path = viewer
    answer = await client.get(f"{path}/studies", params=asked)
    assert answer.status_code == status
    assert warned in answer.headers.get("warning", "")


async def test_a_page_says_that_more_follows(viewer, ct):
    client, path = viewer
    for limit, more in ((19, True), (20, False), (21, False)):
        answer = await client.get(f"{path}/{ct.address}/instances", params={"limit": str(limit)})
        assert ("additional results" in answer.headers.get("warning", "")) is more


async def test_includefield_tells_more(session, viewer, ct):
    client, path = viewer
    series = await session.get_one(Series, ct.series_id)
    series.kernel, series.thickness_mm = "Br38f", 2.5
    await session.commit()
    for asked in ("ConvolutionKernel", "00181210", "all", "PatientSex,00181210"):
        (told,) = (await client.get(f"{path}/series", params={"includefield": asked})).json()
        assert told["00181210"]["Value"] == ["Br38f"]
        assert ("00180050" in told) is (asked == "all")
    (told,) = (await client.get(f"{path}/series")).json()
    assert "00181210" not in told


async def test_metadata_are_read_once_and_never_after_the_key_is_gone(session, viewer, ct):
    client, path = viewer
    first = await client.get(f"{path}/{ct.address}/metadata")
    made = HEADERS._weight
    assert made > 0
    again = await client.get(f"{path}/{ct.address}/metadata")
    assert again.json() == first.json()
    assert HEADERS._weight == made
    await erase_subject(session, ct.subject_id)
    await session.commit()
    assert (await client.get(f"{path}/{ct.address}/metadata")).status_code == 410


async def test_bulk_and_thumbnails(client_for, session, site_a, open_root):
    header = read_header(write_ct_series(small_ct(1), {"PatientID": "P-5"})[0])
    curve = bytes(range(256)) * 8
    header.add_new(0x00420011, "OB", curve)
    out = io.BytesIO()
    header.save_as(out, enforce_file_format=True)
    held = await hold_files(session, site_a, [out.getvalue()], "P-5")
    client = await client_for(Role.HOSPITAL, site=site_a)
    path = await open_root(client, series=[held.series_id])
    (told,) = (await client.get(f"{path}/{held.address}/metadata")).json()
    where = told["00420011"]["BulkDataURI"]
    assert parts_of(await client.get(where))[0][1] == curve
    alone = await client.get(where, headers={"accept": "application/octet-stream"})
    assert alone.content == curve
    assert (await client.get(where.replace("00420011", "00420010"))).status_code == 404
    assert (await client.get(where.replace("00420011", "x"))).status_code == 422
    for place in (f"studies/{held.study_uid}", held.address):
        answer = await client.get(f"{path}/{place}/thumbnail", params={"viewport": "8,8"})
        assert Image.open(io.BytesIO(answer.content)).size[0] <= 8


async def test_what_cannot_be_matched_is_said(viewer):
    client, path = viewer
    answer = await client.get(f"{path}/studies", params={"AccessionNumber": "1"})
    assert "00080050" in answer.headers["warning"]
    assert (await client.get(f"{path}/studies", params={"NoSuchThing": "1"})).status_code == 400
    assert (await client.get(f"{path}/studies", params={"StudyDate": "soon"})).status_code == 400


async def test_pages_of_any_size_hold_each_instance_once(viewer, ct):
    client, path = viewer
    for size in (3, 7, 20):
        seen = []
        for offset in range(0, 20, size):
            asked = {"limit": str(size), "offset": str(offset)}
            page = (await client.get(f"{path}/instances", params=asked)).json()
            seen += [one["00080018"]["Value"][0] for one in page]
        assert seen == list(ct.sop_uids)


async def test_metadata_is_whole_without_pixels(viewer, ct):
    client, path = viewer
    found = (await client.get(f"{path}/{ct.address}/metadata")).json()
    assert len(found) == 20
    first = Dataset.from_json(
        {key: value for key, value in found[0].items() if "BulkDataURI" not in value}
    )
    stored = read_header(ct.files[0], with_pixels=False)
    assert first.ImagePositionPatient == stored.ImagePositionPatient
    assert found[0]["00083002"]["Value"] == ["1.2.840.10008.1.2.1"]
    assert found[0]["7FE00010"]["BulkDataURI"].endswith(f"{ct.sop_uids[0]}/frames")


async def test_an_object_comes_back_byte_for_byte(viewer, ct):
    client, path = viewer
    answer = await client.get(f"{path}/{ct.address}/instances/{ct.sop_uids[3]}")
    assert exact_parts(answer) == [ct.files[3]]
    series = await client.get(f"{path}/{ct.address}")
    assert exact_parts(series) == list(ct.files)


async def test_a_frame_comes_back_value_for_value(viewer, ct):
    client, path = viewer
    place = f"{path}/{ct.address}/instances/{ct.sop_uids[4]}/frames/1"
    accept = {"accept": "multipart/related; type=application/octet-stream; transfer-syntax=*"}
    answer = await client.get(place, headers=accept)
    assert "transfer-syntax=1.2.840.10008.1.2.1" in parts_of(answer)[0][0]
    plane = np.frombuffer(exact_parts(answer)[0], "<u2").reshape(12, 10)
    assert np.array_equal(plane.astype(int) - 1024, ct.volume.voxels[4])
    alone = await client.get(place, headers={"accept": "application/octet-stream"})
    assert alone.content == exact_parts(answer)[0]
    assert (await client.get(place[:-1] + "2")).status_code == 404
    assert (await client.get(place[:-1] + "x")).status_code == 400


async def test_a_picture_shows_the_window(viewer, ct):
    client, path = viewer
    place = f"{path}/{ct.address}/instances/{ct.sop_uids[0]}/rendered"
    answer = await client.get(place, params={"window": "0,1000"}, headers={"accept": "image/png"})
    grey = np.asarray(Image.open(io.BytesIO(answer.content)))
    plane = ct.volume.voxels[0]
    assert (grey[plane <= -501] == 0).all()
    assert (grey[plane >= 500] == 255).all()
    assert abs(int(grey[np.abs(plane) == np.abs(plane).min()][0]) - 128) < 5
    small = await client.get(place, params={"viewport": "5,5"})
    assert small.headers["content-type"] == "image/jpeg"
    assert max(Image.open(io.BytesIO(small.content)).size) == 5
    for bad in ({"window": "1"}, {"window": "0,-1"}, {"viewport": "0,9"}, {"window": "nan,1"}):
        assert (await client.get(place, params=bad)).status_code == 400


async def test_slabs_make_up_the_volume(viewer, ct):
    client, path = viewer
    place = f"{path}/series/{ct.series_id}"
    head = (await client.get(f"{place}/volume")).json()
    assert head["shape"] == [20, 12, 10]
    assert head["sop_uids"] == list(ct.sop_uids)
    assert head["spacing"] == pytest.approx(ct.volume.geometry.spacing)
    assert head["origin"] == pytest.approx(ct.volume.geometry.origin)
    answers = [await client.get(f"{place}/slab/{first}") for first in (0, 16)]
    # The client has already unpacked what came as Content-Encoding: gzip.
    raw = b"".join(answer.content for answer in answers)
    voxels = np.frombuffer(raw, "<i2").reshape(head["shape"])
    assert np.array_equal(voxels, ct.volume.voxels)
    assert (await client.get(f"{place}/slab/8")).status_code == 404
    assert (await client.get(f"{place}/slab/32")).status_code == 404


async def test_a_slice_is_shown_small_and_the_middle_one_without_a_number(viewer, ct):
    client, path = viewer
    place = f"{path}/series/{ct.series_id}/thumbnail"
    middle = await client.get(place)
    assert middle.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(middle.content)).size == (10, 12)
    assert (await client.get(place, params={"number": 10})).content == middle.content
    assert (await client.get(place, params={"number": 0})).content != middle.content
    assert (await client.get(place, params={"number": 20})).status_code == 404


async def test_a_nifti_series_is_seen_by_the_viewer_and_not_by_dicom(
    client_for, site_a, ct, nifti, open_root
):
    client = await client_for(Role.HOSPITAL, site=site_a)
    path = await open_root(client, series=[nifti])
    assert (await client.get(f"{path}/studies")).status_code == 204
    head = (await client.get(f"{path}/series/{nifti}/volume")).json()
    assert head["shape"] == [20, 12, 10]
    slab = await client.get(f"{path}/series/{nifti}/slab/16")
    assert np.array_equal(
        np.frombuffer(slab.content, "<i2").reshape(4, 12, 10), ct.volume.voxels[16:]
    )


async def test_tiles_make_up_the_slide(client_for, site_a, slide, open_root):
    client = await client_for(Role.HOSPITAL, site=site_a)
    path = await open_root(client, slides=[slide])
    head = (await client.get(f"{path}/slides/{slide}/info")).json()
    assert (head["width"], head["height"]) == (2220, 2967)
    assert (head["min_level"], head["max_level"]) == (8, 12)
    top = head["max_level"]
    tile = await client.get(f"{path}/slides/{slide}/tiles/{top}/8_11.jpeg")
    assert Image.open(io.BytesIO(tile.content)).size == (2220 - 8 * 256, 2967 - 11 * 256)
    tag = tile.headers["etag"]
    again = await client.get(tile.url, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = await open_root(client, slides=[slide])
    elsewhere = await client.get(f"{other}/slides/{slide}/tiles/{top}/8_11.jpeg")
    assert elsewhere.content == tile.content
    assert elsewhere.headers["etag"] != tag
    one = await client.get(f"{path}/slides/{slide}/tiles/0/0_0.jpeg")
    assert Image.open(io.BytesIO(one.content)).size == (1, 1)
    for gone in (f"{top}/9_0", f"{top}/0_12", f"{top + 1}/0_0", "0/1_0"):
        assert (await client.get(f"{path}/slides/{slide}/tiles/{gone}.jpeg")).status_code == 404


async def test_a_compressed_frame_is_sent_as_it_is_stored(client_for, site_a, session, open_root):
    held = await hold_files(session, site_a, [JPEG2000])
    client = await client_for(Role.HOSPITAL, site=site_a)
    path = await open_root(client, series=[held.series_id])
    place = f"{path}/{held.address}/instances/{held.sop_uids[0]}/frames/1"
    stored = await client.get(place, headers={"accept": "multipart/related; transfer-syntax=*"})
    kind = parts_of(stored)[0][0]
    assert kind == "image/jp2; transfer-syntax=1.2.840.10008.1.2.4.90"
    # A codestream, not a JP2 file: PS3.18 Table 8.7.3-5.
    assert exact_parts(stored)[0][:4] == b"\xff\x4f\xff\x51"
    asked = (
        'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1'
    )
    plain = await client.get(place, headers={"accept": asked})
    assert len(exact_parts(plain)[0]) == 512 * 512 * 2
