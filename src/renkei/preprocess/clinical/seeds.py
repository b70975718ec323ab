"""The small tables that come with Renkei; every row names where it stands."""

from functools import cache
from importlib import resources

import polars as pl

from renkei.proof import digest


@cache
def seed(name: str) -> pl.DataFrame:
    """Return a seed table as text columns."""
    return pl.read_csv(_bytes(name), infer_schema=False)


@cache
def seed_version(*names: str) -> str:
    """Return the version of seed tables: the start of the hash of their bytes."""
    return "seed-" + digest(b"".join(_bytes(name) for name in names))[:12]


def _bytes(name: str) -> bytes:
    return (resources.files("renkei.preprocess.clinical") / "seed" / f"{name}.csv").read_bytes()
