"""An expired token: what the command says, and with which status it ends."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update
from tests.committed import address, connection
from tests.shape.source import ROOT

from renkei.errors import UnauthenticatedError
from renkei.people.server.tables import ApiToken
from renkei.server.actor import Role, system
from renkei.server.db import transaction

__all__ = ["address", "connection"]


async def test_a_command_with_an_expired_token_says_what_to_do(
    address: str, client_for: Callable, tmp_path: Path
) -> None:
    operator = await client_for(Role.OPERATOR)
    token = operator.headers["Authorization"].removeprefix("Bearer ")

    def command() -> subprocess.CompletedProcess[str]:
        environment = {"RENKEI_SERVER": address, "RENKEI_TOKEN": token, "HOME": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-m", "renkei", "people", "users"],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    done = await asyncio.to_thread(command)
    assert done.returncode == 0, done.stderr
    async with transaction(system("test")) as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(ApiToken).values(expires_at=past))
    refused = await asyncio.to_thread(command)
    assert refused.returncode == UnauthenticatedError.exit_code
    assert "make a new one" in refused.stderr
    assert token not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr
