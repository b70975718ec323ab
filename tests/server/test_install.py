"""What is there before the first table, when several begin at once."""

from concurrent.futures import ThreadPoolExecutor

import psycopg

from renkei.server import install
from renkei.server.install import create_role, plain_url


def test_those_who_begin_at_once_make_one_role(server_url: str, monkeypatch) -> None:
    role = "renkei_at_once"
    monkeypatch.setattr(install, "APP_ROLE", role)
    for _ in range(5):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(create_role, [server_url] * 4))
        with psycopg.connect(plain_url(server_url), autocommit=True) as connection:
            connection.execute(f"DROP ROLE {role}")
