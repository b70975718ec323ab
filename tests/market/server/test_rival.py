"""A licensee that asks for another's data finds nothing, and the attempt stays on record."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from tests.committed import connection
from tests.market.server.test_routes import API, delivery, firm

from renkei.market.server.tables import Delivery, DeliveryFile, Licence, Order
from renkei.server.actor import Role
from renkei.server.audit import AuditRow

__all__ = ["connection", "delivery", "firm"]
DATA = ("/deliveries/{delivery}/manifest", "/deliveries/{delivery}/files/0/body")
PAGES = ("/licences/{licence}", "/orders/{order}", "/deliveries/{delivery}")


@pytest.fixture
async def places(session: Any, delivery: Any) -> dict[str, Any]:
    """Return the ids of what belongs to the firm."""
    tables = {"delivery": Delivery, "licence": Licence, "order": Order, "file": DeliveryFile}
    return {name: (await session.scalars(select(t.id))).first() for name, t in tables.items()}


async def test_a_rival_finds_nothing_and_every_attempt_on_data_is_audited(
    session: Any, client_for: Callable, firm: Any, places: dict[str, Any]
) -> None:
    rival = await client_for(Role.LICENSEE)
    for path in (*PAGES, *DATA):
        address = API + path.format(**places)
        assert (await rival.get(address)).status_code == 404, path
        assert (await firm.get(address)).status_code == 200, path
    key = f"{API}/deliveries/{places['delivery']}/files/0/key"
    assert (await rival.post(key, json={"request": "1"})).status_code == 404
    me = (await rival.get("/api/v1/people/me")).json()["id"]
    query = select(AuditRow.actor_id, AuditRow.row_id, AuditRow.why)
    rows = list(await session.execute(query.where(AuditRow.action == "market.refuse")))
    assert rows == [(me, places["delivery"], "not_yours")] * 4
