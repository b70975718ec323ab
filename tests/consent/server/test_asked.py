"""Consent is asked again where data leaves: export, listing, key release."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from tests.publish.server.conftest import add_case, draft, govern, plan, ready

from renkei.consent.server.allow import NotAllowedError
from renkei.consent.server.tables import Agreement
from renkei.market.server.listing import list_product
from renkei.market.server.permit import NotPermittedError
from renkei.publish.server.export import export_version
from renkei.publish.server.freeze import freeze_version
from renkei.publish.server.tables import Product

__all__ = ["add_case", "draft", "govern", "plan", "ready"]
YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)


async def test_an_ended_contract_stops_export_and_listing(session, draft):
    version_id = draft.id
    await freeze_version(session, version_id=version_id)
    await export_version(session, version_id=version_id, to="dicom")
    await session.execute(update(Agreement).values(ends=YESTERDAY))
    session.expire_all()
    with pytest.raises(NotAllowedError) as refused:
        await export_version(session, version_id=version_id, to="dicom")
    assert set(refused.value.facts) == {"agreement_expired"}
    product = (await session.scalars(select(Product.id))).one()
    with pytest.raises(NotPermittedError) as unlisted:
        await list_product(session, product_id=product, titles=("A", "あ"), price_yen=1)
    assert set(unlisted.value.facts) == {"agreement_expired"}
