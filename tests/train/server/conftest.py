"""A frozen version of patients with a liver that a forest can find."""

from collections.abc import Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.publish.server.conftest import add_case, govern, plan
from tests.train.conftest import patient

from renkei.publish.server.dataset import open_dataset, open_draft
from renkei.publish.server.fill import add_ready_cases
from renkei.publish.server.freeze import freeze_version
from renkei.publish.server.tables import Version

__all__ = ["add_case", "govern", "plan"]


@pytest.fixture
async def frozen(
    session: AsyncSession,
    govern: Callable,
    add_case: Callable,
    site_a,
) -> Version:
    """Freeze ten patients of one hospital."""
    governance = await govern(site_a)
    for n in range(10):
        await add_case(site_a, governance, n, files=patient(n))
    dataset = await open_dataset(session, name="liver", title_en="Liver", title_ja="肝臓")
    draft = await open_draft(session, dataset_id=dataset.id)
    await add_ready_cases(session, version_id=draft.id)
    return await freeze_version(session, version_id=draft.id)
