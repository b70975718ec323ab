import io
import tarfile
from collections.abc import Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.publish.server.freeze import freeze_version
from renkei.publish.server.tables import Version
from renkei.server.actor import Role

ROOT = "/api/v1/publish"


@pytest.fixture
async def frozen(session: AsyncSession, draft: Version) -> str:
    version = await freeze_version(session, version_id=draft.id)
    found = str(version.id)
    await session.commit()
    return found


async def test_a_curator_reads_everything_about_a_version(
    client_for: Callable, frozen: str
) -> None:
    curator = await client_for(Role.CURATOR)
    (row,) = (await curator.get(f"{ROOT}/versions")).json()["items"]
    assert (row["dataset"], row["patients"], row["made"], row["state"]) == (
        "liver", 18, 4, "frozen",
    )  # fmt: skip
    detail = (await curator.get(f"{ROOT}/versions/{frozen}")).json()
    assert sum(detail["sides"].values()) == 18
    assert "split_key" not in str(detail["header"]).replace("split_key_sha256", "")
    cases = (await curator.get(f"{ROOT}/versions/{frozen}/cases?limit=5")).json()
    assert (cases["total"], len(cases["items"])) == (18, 5)
    page = await curator.get(f"{ROOT}/versions/{frozen}/card?lang=ja")
    assert "データセットカード" in page.text
    document = (await curator.get(f"{ROOT}/versions/{frozen}/card.json")).json()
    assert document["identifier"] == f"sha256:{row['version_hash']}"
    found = (await curator.get(f"{ROOT}/versions/{frozen}/represent")).json()
    assert found["patients"] == 14
    continent = next(a for a in found["axes"] if a["name"] == "continent")
    assert continent["chart"]["layer"]
    flow = (await curator.get(f"{ROOT}/versions/{frozen}/flow")).json()
    assert flow["boxes"][-1]["cases"] == 18


async def test_an_export_is_a_tar_without_the_sealed_part(
    client_for: Callable, frozen: str
) -> None:
    curator = await client_for(Role.CURATOR)
    answer = await curator.get(f"{ROOT}/versions/{frozen}/export?to=nnunet")
    assert answer.status_code == 200, answer.text
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        names = archive.getnames()
    assert "dataset.json" in names
    assert not [name for name in names if "Ts/" in name]


async def test_a_hospital_sees_its_own_cases_and_no_small_count_of_others(
    client_for: Callable, frozen: str, site_b
) -> None:
    hospital = await client_for(Role.HOSPITAL, site=site_b)
    cases = (await hospital.get(f"{ROOT}/versions/{frozen}/cases")).json()
    assert cases["total"] == 8
    assert {row["site_id"] for row in cases["items"]} == {str(site_b.id)}
    found = (await hospital.get(f"{ROOT}/versions/{frozen}/represent")).json()
    counts = [row["patients"] for axis in found["axes"] for row in axis["rows"]]
    assert all(count is None or count >= 10 for count in counts)
    refused = await hospital.post(f"{ROOT}/versions/{frozen}/freeze")
    assert refused.status_code == 403


@pytest.mark.parametrize("role", [Role.READER, Role.LICENSEE])
async def test_readers_and_licensees_see_no_version(
    client_for: Callable, frozen: str, role: Role
) -> None:
    client = await client_for(role)
    assert (await client.get(f"{ROOT}/versions/{frozen}")).status_code == 403


async def test_a_dataset_is_opened_drafted_and_filled_by_its_routes(
    client_for: Callable, session: AsyncSession, ready: list
) -> None:
    await session.commit()
    curator = await client_for(Role.CURATOR)
    body = {"name": "liver-ct", "title_en": "Liver", "title_ja": "肝臓"}
    dataset = (await curator.post(f"{ROOT}/datasets", json=body)).json()
    assert (await curator.post(f"{ROOT}/datasets", json=body)).status_code == 409
    draft = (await curator.post(f"{ROOT}/datasets/{dataset['id']}/drafts", json={})).json()
    filled = await curator.post(f"{ROOT}/versions/{draft['id']}/cases", json={"limit": 10})
    assert filled.json() == {"asked": 18, "added": 10, "rejected": {"over_the_limit": 8}}
    bad = {"train": 0.5, "validation": 0.1, "test": 0.1}
    refused = await curator.post(f"{ROOT}/datasets/{dataset['id']}/drafts", json=bad)
    assert refused.status_code == 400
    assert (await curator.get(f"{ROOT}/versions/{draft['id']}/card")).status_code == 409
