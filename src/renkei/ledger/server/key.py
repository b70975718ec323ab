"""The key that signs checkpoints and recall lists: drawn once, wrapped by the platform's key."""

import secrets

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from renkei.ledger.server.tables import LedgerKey
from renkei.proof.note import SigningKey
from renkei.server import vault
from renkei.server.actor import system
from renkei.server.db import transaction

PURPOSE = "ledger"
OWNER = "ledger:signing"


async def signing_key() -> SigningKey:
    """Return the key; the first call draws it, with a name that no other platform has.

    Raises:
        VaultNotOpenError: The platform's key file is not open.
        KeyDoesNotFitError: The key file is another one.
    """
    platform = vault.current().platform_key
    query = select(LedgerKey).where(LedgerKey.purpose == PURPOSE)
    async with transaction(system("key of the ledger")) as session:
        row = await session.scalar(query)
        if row is None:
            key = SigningKey.new(f"renkei-{secrets.token_hex(4)}")
            sealed = vault.wrap(key.seed, platform, owner=OWNER)
            made = insert(LedgerKey).values(purpose=PURPOSE, name=key.name, wrapped=sealed)
            await session.execute(made.on_conflict_do_nothing())
            row = (await session.scalars(query)).one()
        return SigningKey(row.name, vault.unwrap(row.wrapped, platform, owner=OWNER))
