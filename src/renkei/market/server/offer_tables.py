"""Offers, requests, licences, deliveries and what of them was used."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, false, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from renkei.market.states import State
from renkei.people.server.tables import Organisation
from renkei.publish.server.tables import Product, Version
from renkei.server.actor import Actor, Role
from renkei.server.db import Big, Table
from renkei.server.storage import StoredObject

SEES_ALL = frozenset({Role.CURATOR, Role.OPERATOR, Role.SYSTEM})


def of_licensee(column: InstrumentedAttribute[UUID], actor: Actor) -> ColumnElement[bool]:
    """Return the condition for rows of one licensee."""
    if actor.role in SEES_ALL:
        return true()
    return column == actor.organisation if actor.role is Role.LICENSEE else false()


class Listing(Table):
    """An offer of one product, with everything that outsiders may know of it.

    `aggregates` are the safe counts; `sites` the hospitals behind it, which licensees never see.
    """

    __tablename__ = "listing"

    product_id: Mapped[UUID] = mapped_column(ForeignKey(Product.id), unique=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id), index=True)
    version_hash: Mapped[str]
    title_en: Mapped[str]
    title_ja: Mapped[str]
    description_en: Mapped[str]
    description_ja: Mapped[str]
    price_yen: Mapped[int] = mapped_column(Big)
    months: Mapped[int]
    max_releases: Mapped[int]
    readers_bp: Mapped[int]
    counts_made: Mapped[bool]
    sealed_part: Mapped[bool]
    aggregates: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sites: Mapped[list[str]] = mapped_column(JSONB)
    open: Mapped[bool] = mapped_column(default=True)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show open offers to licensees, and a hospital those with its cases."""
        if actor.role in SEES_ALL:
            return true()
        if actor.role is Role.LICENSEE:
            return cls.open.is_(True)
        if actor.role is Role.HOSPITAL:
            return cls.sites.contains([str(actor.site)])
        return false()


class RoundingKey(Table):
    """The secret of the catalogue's rounding, one per dataset family, wrapped."""

    __tablename__ = "rounding_key"

    dataset_id: Mapped[UUID] = mapped_column(unique=True)
    wrapped: Mapped[bytes] = mapped_column(repr=False)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to the platform itself: with the key the steps would be known."""
        return true() if actor.role is Role.SYSTEM else false()


class Order(Table):
    """A licensee's request for an offer, from draft to ordered."""

    __tablename__ = "licence_order"

    listing_id: Mapped[UUID] = mapped_column(ForeignKey(Listing.id), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id), index=True)
    purpose: Mapped[str]
    country: Mapped[str]
    commercial_use: Mapped[bool]
    develops_methods: Mapped[bool]
    wants_sealed: Mapped[bool]
    message: Mapped[str]
    key_public: Mapped[str]
    asked_by: Mapped[str]
    state: Mapped[State] = mapped_column(default=State.DRAFT, index=True)
    why: Mapped[str | None] = mapped_column(default=None)
    approved_by: Mapped[str | None] = mapped_column(default=None)
    quote_yen: Mapped[int | None] = mapped_column(Big, default=None)
    tax_percent: Mapped[int | None] = mapped_column(default=None)
    quoted_until: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a licensee its own requests."""
        return of_licensee(cls.organisation_id, actor)


class Licence(Table):
    """What both parties signed: an ODRL agreement under one hash, for one public key."""

    __tablename__ = "licence"

    order_id: Mapped[UUID] = mapped_column(ForeignKey(Order.id), unique=True)
    listing_id: Mapped[UUID] = mapped_column(ForeignKey(Listing.id))
    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id), index=True)
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    terms_sha256: Mapped[str]
    key_public: Mapped[str]
    purpose: Mapped[str]
    country: Mapped[str]
    not_before: Mapped[datetime]
    not_after: Mapped[datetime]
    max_releases: Mapped[int]
    sealed_part: Mapped[bool]
    fee_yen: Mapped[int] = mapped_column(Big)
    tax_yen: Mapped[int] = mapped_column(Big)
    tax_percent: Mapped[int]
    sites: Mapped[list[str]] = mapped_column(JSONB)
    state: Mapped[State] = mapped_column(default=State.ORDERED, index=True)
    paid_at: Mapped[datetime | None] = mapped_column(default=None)
    why: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to the licensee, and to each hospital whose cases it covers."""
        if actor.role is Role.HOSPITAL:
            return cls.sites.contains([str(actor.site)])
        return of_licensee(cls.organisation_id, actor)


class LicenceSignature(Table):
    """One party's signature of the licence's hash."""

    __tablename__ = "licence_signature"
    __table_args__ = (UniqueConstraint("licence_id", "party"),)

    licence_id: Mapped[UUID] = mapped_column(ForeignKey(Licence.id), index=True)
    party: Mapped[str]
    terms_sha256: Mapped[str]
    signed_by: Mapped[str]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the licence."""
        return cls.licence_id.in_(select(Licence.id).where(Licence.visible_to(actor)))


class Delivery(Table):
    """One delivery under a licence: its manifest, and until when keys are released."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("licence_id", "number"),)

    licence_id: Mapped[UUID] = mapped_column(ForeignKey(Licence.id), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id), index=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id), index=True)
    number: Mapped[int]
    expires_at: Mapped[datetime]
    ready: Mapped[bool] = mapped_column(default=False)
    root: Mapped[str | None] = mapped_column(default=None)
    anchor_key: Mapped[str | None] = mapped_column(default=None)
    files: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(Big, default=0)
    # Up to hundreds of MB: never read along with the row.
    manifest: Mapped[bytes | None] = mapped_column(default=None, deferred=True, repr=False)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a licensee its own deliveries."""
        return of_licensee(cls.organisation_id, actor)


class DeliveryFile(Table):
    """One file of a delivery and the stored object with its bytes; `subject_id` None = shared."""

    __tablename__ = "delivery_file"
    __table_args__ = (UniqueConstraint("delivery_id", "n"),)

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey(Delivery.id), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id))
    n: Mapped[int]
    path: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(Big)
    object_id: Mapped[UUID] = mapped_column(ForeignKey(StoredObject.id))
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    site_id: Mapped[UUID | None]
    case_root: Mapped[str | None]
    withdrawn: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the delivery; a hospital sees which of its files went out."""
        if actor.role is Role.HOSPITAL:
            return cls.site_id == actor.site
        return of_licensee(cls.organisation_id, actor)


class Release(Table):
    """One key release: what is metered; the same request again is the same release."""

    __tablename__ = "key_release"
    __table_args__ = (UniqueConstraint("licence_id", "request"),)

    licence_id: Mapped[UUID] = mapped_column(ForeignKey(Licence.id), index=True)
    delivery_file_id: Mapped[UUID] = mapped_column(ForeignKey(DeliveryFile.id), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id))
    request: Mapped[str]
    size: Mapped[int] = mapped_column(Big)
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    site_id: Mapped[UUID | None] = mapped_column(index=True)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a licensee its own use, and a hospital the use of its cases."""
        if actor.role is Role.HOSPITAL:
            return cls.site_id == actor.site
        return of_licensee(cls.organisation_id, actor)


class RecallNotice(Table):
    """What a holder is told when a subject was recalled: which delivered files to destroy."""

    __tablename__ = "recall_notice"
    __table_args__ = (UniqueConstraint("recall_id", "licence_id"),)

    recall_id: Mapped[UUID] = mapped_column(index=True)
    licence_id: Mapped[UUID] = mapped_column(ForeignKey(Licence.id), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id), index=True)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    site_id: Mapped[UUID]
    files: Mapped[list[Any]] = mapped_column(JSONB)
    destroyed_by: Mapped[str | None] = mapped_column(default=None)
    destroyed_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to the holder, and to the hospital of the subject."""
        if actor.role is Role.HOSPITAL:
            return cls.site_id == actor.site
        return of_licensee(cls.organisation_id, actor)
