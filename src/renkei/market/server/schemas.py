"""What crosses the wire of the market."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from renkei.market.duo import Purpose
from renkei.market.server.tables import EntryKind, SettlementState
from renkei.market.states import State
from renkei.server.web import In, Out

Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Long = Annotated[str, StringConstraints(max_length=4000)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Yen = Annotated[int, Field(ge=0, le=10**12)]


class ListingIn(In):
    """An offer of a product."""

    product_id: UUID
    title_en: Short
    title_ja: Short
    description_en: Long = ""
    description_ja: Long = ""
    price_yen: Yen
    months: Annotated[int, Field(ge=1, le=120)] = 12
    max_releases: Annotated[int, Field(ge=1, le=10**9)] = 100_000
    readers_bp: Annotated[int, Field(ge=0, le=10_000)] = 500
    counts_made: bool = False
    sealed_part: bool = False


class ListingOut(Out):
    """An offer as everybody sees it; hospitals stay unnamed."""

    id: UUID
    created_at: datetime
    product_id: UUID
    version_id: UUID
    version_hash: str
    title_en: str
    title_ja: str
    description_en: str
    description_ja: str
    price_yen: int
    months: int
    max_releases: int
    counts_made: bool
    sealed_part: bool
    aggregates: dict[str, Any]
    open: bool


class OrderIn(In):
    """A request for a licence; `key` is the text of a Crypt4GH public key."""

    listing_id: UUID
    purpose: Purpose
    country: Country
    commercial_use: bool
    develops_methods: bool
    key: Annotated[str, StringConstraints(min_length=40, max_length=400)]
    wants_sealed: bool = False
    message: Long = ""


class OrderOut(Out):
    """A request."""

    id: UUID
    created_at: datetime
    listing_id: UUID
    organisation_id: UUID
    purpose: str
    country: str
    commercial_use: bool
    develops_methods: bool
    wants_sealed: bool
    message: str
    state: State
    why: str | None
    quote_yen: int | None
    tax_percent: int | None
    quoted_until: datetime | None


class MoveIn(In):
    """A move of a request or licence."""

    to: State
    why: Annotated[str, StringConstraints(max_length=1000)] | None = None


class QuoteIn(In):
    """A price net of tax; without one, the offer's."""

    quote_yen: Yen | None = None
    tax_percent: Annotated[int, Field(ge=0, le=30)] = 10


class SignIn(In):
    """The hash of the terms that are signed."""

    terms_sha256: Hash


class LicenceOut(Out):
    """A licence."""

    id: UUID
    created_at: datetime
    order_id: UUID
    listing_id: UUID
    version_id: UUID
    organisation_id: UUID
    terms_sha256: str
    purpose: str
    country: str
    not_before: datetime
    not_after: datetime
    max_releases: int
    sealed_part: bool
    fee_yen: int
    tax_yen: int
    tax_percent: int
    state: State
    paid_at: datetime | None
    why: str | None


class SignatureOut(Out):
    """Who signed for a party, and when."""

    party: str
    terms_sha256: str
    created_at: datetime


class LicenceDetail(LicenceOut):
    """A licence with its ODRL agreement and signatures."""

    terms: dict[str, Any]
    signatures: list[SignatureOut]
    released: int


class DeliveryIn(In):
    """How long keys are released for a delivery."""

    days: Annotated[int, Field(ge=1, le=90)] = 14


class DeliveryOut(Out):
    """A delivery."""

    id: UUID
    created_at: datetime
    licence_id: UUID
    version_id: UUID
    number: int
    expires_at: datetime
    ready: bool
    root: str | None
    files: int
    size: int


class DeliveryFileOut(Out):
    """A file of a delivery; `size` is that of the plain bytes."""

    id: UUID
    n: int
    path: str
    sha256: str
    size: int
    case_root: str | None
    withdrawn: bool


class KeyIn(In):
    """A request for a key; the same text again is the same release."""

    request: Short


class KeyOut(Out):
    """A Crypt4GH header for the licence's key, in base64."""

    header: str


class ReleaseOut(Out):
    """One metered key release."""

    id: UUID
    created_at: datetime
    licence_id: UUID
    delivery_file_id: UUID
    size: int


class NoticeOut(Out):
    """What a holder has to destroy."""

    id: UUID
    created_at: datetime
    licence_id: UUID
    files: list[Any]
    destroyed_at: datetime | None


class EntryOut(Out):
    """A posting of the journal with the entry that it belongs to."""

    id: UUID
    created_at: datetime
    entry_id: UUID
    kind: EntryKind
    period: str
    licence_id: UUID
    account: str
    amount: int
    currency: str


class SettleIn(In):
    """A licence to settle."""

    licence_id: UUID


class SettlementOut(Out):
    """A distribution; parts are yen by payee."""

    id: UUID
    created_at: datetime
    licence_id: UUID
    period: str
    currency: str
    net: int
    rule: dict[str, Any]
    rule_sha256: str
    weights: dict[str, Any]
    parts: dict[str, int]
    state: SettlementState
    paid_at: datetime | None


class StatementOut(Out):
    """What one hospital earned by one settlement."""

    id: UUID
    created_at: datetime
    settlement_id: UUID
    licence_id: UUID
    site_id: UUID
    period: str
    patients: int
    weight: int
    share_bp: int
    yen: int
    withdrawn_yen: int
    lines: list[Any]
    pdf_sha256: str


class EarningOut(Out):
    """What each hospital earned in a period, for the chart."""

    site_id: UUID
    site: str
    period: str
    yen: int
