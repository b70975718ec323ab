"""Offer a product: what outsiders may know is computed once, from counts that are safe."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError, DataRefusedError, NotFoundError
from renkei.ledger.server.anchor import anchor
from renkei.market.catalogue import Counts, Shown, safe_table
from renkei.market.server.permit import check_listing
from renkei.market.server.tables import Listing, RoundingKey
from renkei.proof.commitment import new_salt
from renkei.publish.server.files import frozen_version
from renkei.publish.server.tables import Product, Version, VersionCase
from renkei.server import vault
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import transaction

# At most two axes are crossed.
TABLES: Mapping[str, tuple[str, str]] = {
    "sex_by_age": ("sex", "age_band"),
    "maker_by_sex": ("maker", "sex"),
}
UNKNOWN = "unknown"


class AlreadyListedError(ConflictError):
    """The product has an offer."""


class NotListableError(DataRefusedError):
    """The product was kept from the market, with a reason."""


async def list_product(
    session: AsyncSession,
    *,
    product_id: UUID,
    titles: tuple[str, str],
    descriptions: tuple[str, str] = ("", ""),
    price_yen: int,
    months: int = 12,
    max_releases: int = 100_000,
    readers_bp: int = 500,
    counts_made: bool = False,
    sealed_part: bool = False,
) -> Listing:
    """Offer a product at a price net of tax; titles and descriptions are (English, Japanese).

    `counts_made` says whether made cases earn for the hospital that brought them.

    Raises:
        NotFoundError: There is no such product.
        NotListableError: It must not be offered.
        NotPermittedError: Consent or contract of a case forbids it.
        AlreadyListedError: It has an offer.
        NotFrozenError: Its version is a draft.
    """
    product = await session.get(Product, product_id)
    if product is None:
        raise NotFoundError("There is no such product; choose one from the list.")
    if not product.listable:
        raise NotListableError("This product was kept from the market; see its reason.")
    version = await frozen_version(session, version_id=product.version_id)
    await check_listing(session, version_id=version.id)
    cases = await _cases(session, version.id)
    row = insert(Listing).values(
        product_id=product_id,
        version_id=version.id,
        version_hash=str(version.version_hash),
        title_en=titles[0],
        title_ja=titles[1],
        description_en=descriptions[0],
        description_ja=descriptions[1],
        price_yen=price_yen,
        months=months,
        max_releases=max_releases,
        readers_bp=readers_bp,
        counts_made=counts_made,
        sealed_part=sealed_part,
        aggregates=await _aggregates(session, version, cases),
        sites=sorted({str(case.site_id) for case in cases}),
    )
    listing: Listing | None = await session.scalar(row.on_conflict_do_nothing().returning(Listing))
    if listing is None:
        raise AlreadyListedError("This product has an offer; change that one.")
    await record(session, "market.list", listing)
    offer = {"version": listing.version_hash, "price_yen": price_yen, "months": months}
    await anchor(session, kind="listing", key=f"offer/{listing.id}", payload=offer)
    return listing


async def close_listing(session: AsyncSession, *, listing_id: UUID) -> Listing:
    """Take an offer off the catalogue; licences go on.

    Raises:
        NotFoundError: There is no such offer.
    """
    listing = await session.get(Listing, listing_id)
    if listing is None:
        raise NotFoundError("There is no such offer; choose one from the catalogue.")
    listing.open = False
    await record(session, "market.close_listing", listing)
    return listing


async def _cases(session: AsyncSession, version_id: UUID) -> list[VersionCase]:
    rows = await session.scalars(select(VersionCase).where(VersionCase.version_id == version_id))
    return list(rows)


async def _aggregates(
    session: AsyncSession, version: Version, cases: list[VersionCase]
) -> dict[str, Any]:
    before = await session.scalar(
        select(Listing)
        .join(Version, Version.id == Listing.version_id)
        .where(Version.dataset_id == version.dataset_id)
        .order_by(Listing.id.desc())
        .limit(1)
    )
    old_cases = await _cases(session, before.version_id) if before is not None else []
    key = await _rounding_key(version.dataset_id)
    tables: dict[str, Any] = {}
    for name, axes in TABLES.items():
        previous = None
        if before is not None and name in before.aggregates["tables"]:
            shown = _from_json(before.aggregates["tables"][name])
            previous = (count_patients(old_cases, axes), shown)
        table = safe_table(count_patients(cases, axes), key, name=name, previous=previous)
        tables[name] = _to_json(axes, table)
    # Nobody stands behind a made or synthetic case, so its number may be told as it is.
    return {
        "tables": tables,
        "made": len({c.subject_id for c in cases if c.made}),
        "synthetic": len({c.subject_id for c in cases if c.synthetic}),
    }


def count_patients(cases: list[VersionCase], axes: tuple[str, str]) -> Counts:
    """Return the patients per cell; made and synthetic cases are nobody."""
    patients: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    for case in cases:
        if not case.made and not case.synthetic:
            cell = (
                str(case.facts.get(axes[0]) or UNKNOWN),
                str(case.facts.get(axes[1]) or UNKNOWN),
            )
            patients[cell].add(case.subject_id)
    return {cell: len(subjects) for cell, subjects in patients.items()}


def _to_json(axes: tuple[str, str], shown: Shown) -> dict[str, Any]:
    cells = [[row, column, value] for (row, column), value in sorted(shown.items())]
    return {"axes": list(axes), "cells": cells}


def _from_json(table: Mapping[str, Any]) -> Shown:
    return {(row, column): value for row, column, value in table["cells"]}


async def _rounding_key(dataset_id: UUID) -> bytes:
    platform, owner = vault.current().platform_key, f"rounding:{dataset_id}"
    query = select(RoundingKey.wrapped).where(RoundingKey.dataset_id == dataset_id)
    async with transaction(system("rounding of the catalogue")) as session:
        wrapped = await session.scalar(query)
        if wrapped is None:
            sealed = vault.wrap(new_salt(), platform, owner=owner)
            row = insert(RoundingKey).values(dataset_id=dataset_id, wrapped=sealed)
            await session.execute(row.on_conflict_do_nothing())
            wrapped = (await session.scalars(query)).one()
        return vault.unwrap(wrapped, platform, owner=owner)
