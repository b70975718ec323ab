"""The licensee's programs against the real app: order, download, resume, decrypt, verify."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.client import Client
from renkei.market.commands import decrypt_delivery, fetch_delivery
from renkei.proof.crypt4gh import (
    HEADER_BYTES,
    decrypt_body,
    format_public_key,
    new_key_pair,
    open_header,
)
from renkei.server.actor import Role

ClientFor = Callable[..., Awaitable[Any]]
Drain = Callable[[], Awaitable[int]]
PRIVATE, PUBLIC = new_key_pair()
API = "/api/v1/market"


async def post(client: Any, path: str, body: object = None, *, status: int = 200) -> Any:
    answer = await client.post(f"{API}{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
async def firm(client_for: ClientFor) -> Any:
    return await client_for(Role.LICENSEE)


@pytest.fixture
async def delivery(
    session: AsyncSession, client_for: ClientFor, firm: Any, frozen: Any, run_jobs: Drain
) -> Any:
    curator, operator = await client_for(Role.CURATOR), await client_for(Role.OPERATOR)
    await session.commit()
    offer = {
        "product_id": str(frozen.product.id),
        "title_en": "Liver",
        "title_ja": "肝臓",
        "price_yen": 1_000_000,
    }
    listing = await post(curator, "/listings", offer, status=201)
    request = {
        "listing_id": listing["id"],
        "purpose": "product_development",
        "country": "JP",
        "commercial_use": True,
        "develops_methods": True,
        "key": format_public_key(PUBLIC),
    }
    order = await post(firm, "/orders", request, status=201)
    await post(firm, f"/orders/{order['id']}/move", {"to": "submitted"})
    await post(curator, f"/orders/{order['id']}/decide", {"to": "approved"})
    await post(curator, f"/orders/{order['id']}/quote", {})
    licence = await post(firm, f"/orders/{order['id']}/accept", status=201)
    signed = {"terms_sha256": licence["terms_sha256"]}
    await post(firm, f"/licences/{licence['id']}/sign", signed)
    await post(operator, f"/licences/{licence['id']}/countersign", signed)
    paid = await post(operator, f"/licences/{licence['id']}/payment")
    assert (paid["state"], len(paid["signatures"])) == ("active", 2)
    made = await post(firm, f"/licences/{licence['id']}/deliveries", {}, status=202)
    await run_jobs()
    settled = await post(curator, "/settlements", {"licence_id": licence["id"]}, status=201)
    assert sum(settled["parts"].values()) == 1_000_000
    return made


async def test_a_file_is_fetched_in_two_pieces_and_opened(firm: Any, delivery: Any) -> None:
    path = f"{API}/deliveries/{delivery['id']}"
    shown = (await firm.get(path)).json()
    assert shown["ready"]
    files = (await firm.get(f"{path}/files?sort=n")).json()["items"]
    file = files[0]
    key = await post(firm, f"/deliveries/{delivery['id']}/files/0/key", {"request": "1"})
    body = f"{path}/files/0/body"
    first = await firm.get(body, headers={"Range": "bytes=0-99"})
    rest = await firm.get(body, headers={"Range": "bytes=100-"})
    assert (first.status_code, rest.status_code, len(first.content)) == (206, 206, 100)
    whole = (await firm.get(body)).content
    assert first.content + rest.content == whole
    beyond = await firm.get(body, headers={"Range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416
    header = base64.b64decode(key["header"])
    assert len(header) == HEADER_BYTES
    assert len(decrypt_body(whole, open_header(header, PRIVATE))) == file["size"]


async def test_manifest_receipt_and_statement_are_served(
    firm: Any, delivery: Any, client_for: ClientFor, site_a: Any
) -> None:
    path = f"{API}/deliveries/{delivery['id']}"
    manifest = json.loads((await firm.get(f"{path}/manifest")).content)
    receipt = (await firm.get(f"{path}/receipt")).json()
    assert receipt["payload"]["version"] == manifest["version"]
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    statements = (await hospital.get(f"{API}/statements")).json()["items"]
    assert [s["yen"] for s in statements] == [466_667]
    pdf = await hospital.get(f"{API}/statements/{statements[0]['id']}/pdf")
    assert pdf.content.startswith(b"%PDF-")
    earned = (await hospital.get(f"{API}/earnings")).json()
    assert [row["yen"] for row in earned] == [466_667]


async def test_a_hospital_cannot_download_and_a_rival_finds_nothing(
    delivery: Any, client_for: ClientFor, site_a: Any
) -> None:
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    rival = await client_for(Role.LICENSEE)
    path = f"{API}/deliveries/{delivery['id']}/files/0/key"
    assert (await hospital.post(path, json={"request": "1"})).status_code == 403
    refused = await rival.post(path, json={"request": "1"})
    assert (refused.status_code, refused.json()["title"]) == (404, "not_found")
    assert (await rival.get(f"{API}/licences")).json()["total"] == 0


@pytest.mark.parametrize(
    "path", ["listings", "orders", "licences", "deliveries", "releases", "notices"]
)
async def test_every_list_is_also_csv(firm: Any, delivery: Any, path: str) -> None:
    del delivery
    answer = await firm.get(f"{API}/{path}?format=csv")
    assert answer.status_code == 200
    assert answer.text.startswith("id,")


async def test_the_journal_sums_to_zero_for_the_operator_only(
    firm: Any, delivery: Any, client_for: ClientFor
) -> None:
    del delivery
    operator = await client_for(Role.OPERATOR)
    rows = (await operator.get(f"{API}/journal?limit=500")).json()["items"]
    assert len(rows) == 10
    assert sum(row["amount"] for row in rows) == 0
    assert (await firm.get(f"{API}/journal")).status_code == 403


async def test_the_commands_download_resume_and_decrypt(
    firm: Any, delivery: Any, tmp_path: Path
) -> None:
    loop = asyncio.get_running_loop()
    token = {"authorization": firm.headers["authorization"]}

    class Bridge(httpx2.BaseTransport):
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            async def send() -> tuple[int, Any, bytes]:
                answer = await firm.request(
                    request.method,
                    str(request.url).replace("http://platform", ""),
                    content=request.read(),
                    headers=dict(request.headers) | token,
                )
                return answer.status_code, answer.headers, answer.content

            status, headers, content = asyncio.run_coroutine_threadsafe(send(), loop).result(60)
            return httpx2.Response(status, headers=headers, content=content, request=request)

    def run() -> tuple[int, int, int]:
        folder = tmp_path / "in"
        with Client("http://platform", "t", transport=Bridge()) as client:
            first = fetch_delivery(client, delivery["id"], folder)
            sealed = sorted(folder.rglob("*.c4gh"))
            cut = sealed[0]
            whole = cut.read_bytes()
            part = cut.with_name(cut.name + ".part")
            part.write_bytes(whole[:5000])
            cut.unlink()
            fetch_delivery(client, delivery["id"], folder)
            assert cut.read_bytes() == whole
        return first, len(sealed), decrypt_delivery(folder, tmp_path / "plain", PRIVATE)

    files, sealed, plain = await asyncio.to_thread(run)
    assert files == sealed == plain == 10 + 5
    used = (await firm.get(f"{API}/releases")).json()["total"]
    assert used == 15
