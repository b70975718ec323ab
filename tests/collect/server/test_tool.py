"""The platform gives out the newest bundle of the hospital's tool and says what may send."""

import json
import zipfile

import pytest
from sqlalchemy import func, select
from tests.collect.conftest import Sending, ct_slice

from renkei.collect.server.tables import Batch
from renkei.server.actor import Role

TOOL = "/api/v1/collect/tool"


@pytest.fixture
def bundles(tmp_path, monkeypatch):
    monkeypatch.setenv("RENKEI_HOSPITAL_BUNDLES", str(tmp_path))
    for name, version in (("a", "0.9.0"), ("b", "0.10.0")):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            facts = {"format": "renkei.bundle/1", "version": version, "target": "win_amd64"}
            archive.writestr("bundle.json", json.dumps(facts))
    (tmp_path / "half.zip").write_bytes(b"PK")
    return tmp_path


async def test_the_newest_bundle_is_served_and_half_a_file_hides_nothing(
    client_for, site_a, bundles, monkeypatch
):
    monkeypatch.setenv("RENKEI_HOSPITAL_MINIMUM", "0.9.5")
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    told = (await hospital.get(TOOL)).json()
    size = (bundles / "b.zip").stat().st_size
    assert told == {
        "minimum": "0.9.5",
        "bundles": [{"target": "win_amd64", "version": "0.10.0", "bytes": size}],
    }
    answer = await hospital.get(f"{TOOL}/win_amd64")
    assert answer.content == (bundles / "b.zip").read_bytes()
    assert "renkei-hospital-0.10.0-win_amd64.zip" in answer.headers["Content-Disposition"]
    assert (await hospital.get(f"{TOOL}/linux_x86_64")).status_code == 404
    assert (await hospital.get(f"{TOOL}/..%2f..%2fetc")).status_code in {404, 422}


async def test_who_may_not_send_is_told_nothing(client_for, bundles):
    licensee = await client_for(Role.LICENSEE)
    assert (await licensee.get(TOOL)).status_code == 403
    assert (await licensee.get(f"{TOOL}/win_amd64")).status_code == 403


async def test_without_the_setting_every_version_may_send(client_for, site_a):
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    assert (await hospital.get(TOOL)).json() == {"minimum": None, "bundles": []}


@pytest.mark.parametrize(
    ("agent", "tool", "status"),
    [
        ("renkei/0.9.4", "renkei-hospital 0.9.4", 409),
        ("renkei/0.9.5", "renkei-hospital 0.9.4", 201),
        ("renkei/0.10.0", "renkei-hospital 0.10.0", 201),
        ("curl/8.0", "renkei-hospital 0.9.4", 409),
        ("curl/8.0", "renkei-hospital 0.9.5", 201),
        ("curl/8.0", "something", 409),
        ("renkei/9999999", "", 409),
    ],
)
async def test_a_tool_older_than_the_minimum_opens_no_batch(
    client_for, site_a, session, permitted, monkeypatch, agent, tool, status
):
    monkeypatch.setenv("RENKEI_HOSPITAL_MINIMUM", "0.9.5")
    sending = Sending(site_a.id, tool=tool or "-")
    sending.add(ct_slice())
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    answer = await hospital.post(
        "/api/v1/collect/batches",
        content=sending.manifest().to_bytes(),
        headers={"User-Agent": agent},
    )
    assert answer.status_code == status, answer.text
    opened = await session.scalar(select(func.count()).select_from(Batch))
    assert opened == (1 if status == 201 else 0)
    if status == 409:
        assert answer.json()["title"] == "tool_too_old"
        assert "install the bundle" in answer.json()["detail"]
