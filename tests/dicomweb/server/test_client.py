"""The services as `dicomweb-client` uses them, a client that others wrote."""

import asyncio
from typing import Any

import numpy as np
import pydicom
import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from requests.adapters import BaseAdapter
from tests.collect.conftest import ct_slice
from tests.dicomweb.server.test_stow import opened

from renkei.server.actor import Role


class OnTheLoop(BaseAdapter):
    """Sends a blocking client's requests to the platform on the test's own loop."""

    def __init__(self, client: Any) -> None:
        super().__init__()
        self.client = client
        self.loop = asyncio.get_running_loop()

    def send(self, request: Any, **_: Any) -> requests.Response:
        sent = self.client.request(
            request.method, request.url, content=request.body, headers=dict(request.headers)
        )
        answer = asyncio.run_coroutine_threadsafe(sent, self.loop).result(60)
        found = requests.Response()
        found.status_code, found._content = answer.status_code, answer.content
        found.headers.update(answer.headers)
        found.url, found.request = request.url, request
        return found

    def close(self) -> None:
        """Nothing is held."""


def dicomweb(client: Any, path: str) -> DICOMwebClient:
    session = requests.Session()
    session.mount("http://test", OnTheLoop(client))
    return DICOMwebClient(url=f"http://test{path}", session=session)


@pytest.fixture
async def peer(client_for, site_a, ct, open_root):
    client = await client_for(Role.HOSPITAL, site=site_a)
    return dicomweb(client, await open_root(client, series=[ct.series_id]))


async def test_it_searches_and_retrieves(peer, ct):
    def use() -> None:
        (study,) = peer.search_for_studies(search_filters={"PatientID": "P-0001*"}, limit=5)
        assert study["0020000D"]["Value"] == [ct.study_uid]
        assert peer.search_for_studies(search_filters={"PatientID": "nobody"}) == []
        (series,) = peer.search_for_series(ct.study_uid, fields=["ConvolutionKernel"])
        assert series["0020000E"]["Value"] == [ct.series_uid]
        found = peer.search_for_instances(ct.study_uid, ct.series_uid, get_remaining=True, limit=7)
        assert [one["00080018"]["Value"][0] for one in found] == list(ct.sop_uids)
        place = (ct.study_uid, ct.series_uid, ct.sop_uids[3])
        told = pydicom.Dataset.from_json(
            peer.retrieve_instance_metadata(*place), bulk_data_uri_handler=lambda _uri: b""
        )
        assert told.PatientID == "P-0001-SECRET"
        stored = peer.retrieve_instance(*place)
        (frame,) = peer.retrieve_instance_frames(*place, frame_numbers=[1])
        assert np.frombuffer(frame, "<i2").tobytes() == stored.PixelData
        rendered = peer.retrieve_instance_rendered(*place, media_types=("image/png",))
        assert rendered.startswith(b"\x89PNG")
        whole = peer.retrieve_series(ct.study_uid, ct.series_uid)
        assert [one.SOPInstanceUID for one in whole] == list(ct.sop_uids)

    await asyncio.to_thread(use)


async def test_it_stores(client_for, session, site_a):
    files = [ct_slice(number=n, fill=n) for n in (1, 2)]
    batch_id = await opened(session, site_a, files)
    client = await client_for(Role.HOSPITAL, site=site_a)
    peer = dicomweb(client, f"/dicom-web/{batch_id}")
    datasets = [pydicom.dcmread(pydicom.filebase.DicomBytesIO(data)) for data in files]

    def use() -> None:
        answer = peer.store_instances(datasets)
        assert len(answer.ReferencedSOPSequence) + len(answer.get("FailedSOPSequence", [])) == 2

    await asyncio.to_thread(use)
