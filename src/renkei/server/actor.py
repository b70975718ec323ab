"""Who acts, and what each role may do: the one table of rights."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What somebody is on the platform."""

    HOSPITAL = "hospital"
    CURATOR = "curator"
    READER = "reader"
    LICENSEE = "licensee"
    OPERATOR = "operator"
    SYSTEM = "system"


class Permission(StrEnum):
    """What a route may ask for, named `<folder>.<verb>`."""

    # server
    JOBS_VIEW = "jobs.view"
    JOBS_CONTROL = "jobs.control"
    EVENTS_FOLLOW = "events.follow"
    AUDIT_VIEW = "audit.view"
    # people
    PEOPLE_VIEW = "people.view"
    PEOPLE_INVITE = "people.invite"
    PEOPLE_MANAGE = "people.manage"
    # subjects
    SUBJECTS_VIEW = "subjects.view"
    SUBJECTS_GENOME = "subjects.genome"
    # consent
    CONSENT_VIEW = "consent.view"
    CONSENT_MANAGE = "consent.manage"
    CONSENT_RECALL = "consent.recall"
    CONSENT_SHARE = "consent.share"
    # collect
    COLLECT_VIEW = "collect.view"
    COLLECT_SEND = "collect.send"
    COLLECT_DECIDE = "collect.decide"
    # dicomweb
    DICOMWEB_VIEW = "dicomweb.view"
    DICOMWEB_STORE = "dicomweb.store"
    # select
    SELECT_VIEW = "select.view"
    SELECT_JUDGE = "select.judge"
    SELECT_OVERRIDE = "select.override"
    # annotate
    ANNOTATE_READ = "annotate.read"
    ANNOTATE_ASSIGN = "annotate.assign"
    ANNOTATE_LABEL = "annotate.label"
    ANNOTATE_ADJUDICATE = "annotate.adjudicate"
    ANNOTATE_SIGN = "annotate.sign"
    ANNOTATE_REPORT = "annotate.report"
    ANNOTATE_RECEIVE = "annotate.receive"
    # preprocess
    PREPROCESS_VIEW = "preprocess.view"
    PREPROCESS_RUN = "preprocess.run"
    # publish
    PUBLISH_VIEW = "publish.view"
    PUBLISH_DRAFT = "publish.draft"
    PUBLISH_FREEZE = "publish.freeze"
    PUBLISH_EXPORT = "publish.export"
    # train
    TRAIN_VIEW = "train.view"
    TRAIN_RUN = "train.run"
    TRAIN_LOOK = "train.look"
    # synthesize
    SYNTHESIZE_VIEW = "synthesize.view"
    SYNTHESIZE_RUN = "synthesize.run"
    # ledger
    LEDGER_VIEW = "ledger.view"
    LEDGER_CHECK = "ledger.check"
    # market
    MARKET_VIEW = "market.view"
    MARKET_LIST = "market.list"
    MARKET_ORDER = "market.order"
    MARKET_DECIDE = "market.decide"
    MARKET_DOWNLOAD = "market.download"
    MARKET_MONEY = "market.money"
    MARKET_SETTLE = "market.settle"


_EVERYONE = frozenset(
    {
        Permission.JOBS_VIEW,
        Permission.JOBS_CONTROL,
        Permission.EVENTS_FOLLOW,
        Permission.PEOPLE_VIEW,
    }
)
# Facts, governance and intake, which every role that works with cases reads.
_INTAKE = frozenset(
    {
        Permission.SUBJECTS_VIEW,
        Permission.CONSENT_VIEW,
        Permission.CONSENT_SHARE,
        Permission.COLLECT_VIEW,
        Permission.DICOMWEB_VIEW,
    }
)

# Work on cases: everybody at the hospital sees what became of them, curators do it.
_CASES_SEEN = frozenset({Permission.SELECT_VIEW, Permission.PREPROCESS_VIEW})
_CASES_DONE = _CASES_SEEN | {
    Permission.SELECT_JUDGE,
    Permission.SELECT_OVERRIDE,
    Permission.PREPROCESS_RUN,
}

# Annotating: readers draw, decide, sign and report; curators hand out the tasks.
_READING = frozenset(
    {
        Permission.ANNOTATE_READ,
        Permission.ANNOTATE_LABEL,
        Permission.ANNOTATE_ADJUDICATE,
        Permission.ANNOTATE_SIGN,
        Permission.ANNOTATE_REPORT,
    }
)
_READING_SEEN = frozenset({Permission.ANNOTATE_READ, Permission.ANNOTATE_ASSIGN})

# Products: hospitals see what their cases became, curators make it.
_PRODUCTS_SEEN = frozenset(
    {Permission.PUBLISH_VIEW, Permission.TRAIN_VIEW, Permission.SYNTHESIZE_VIEW}
)
_PRODUCTS_MADE = _PRODUCTS_SEEN | {
    Permission.PUBLISH_DRAFT,
    Permission.PUBLISH_FREEZE,
    Permission.PUBLISH_EXPORT,
    Permission.TRAIN_RUN,
    Permission.TRAIN_LOOK,
    Permission.SYNTHESIZE_RUN,
}

# The ledger and the market: hospitals see what was done and earned, licensees buy.
_MARKET_SEEN = frozenset({Permission.LEDGER_VIEW, Permission.MARKET_VIEW})
_MARKET_RUN = _MARKET_SEEN | {
    Permission.MARKET_LIST,
    Permission.MARKET_DECIDE,
    Permission.MARKET_MONEY,
    Permission.MARKET_SETTLE,
}

# One block of permissions per role; a route names a permission, never a role.
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.HOSPITAL: _EVERYONE
    | {Permission.AUDIT_VIEW}
    | _INTAKE
    | _CASES_SEEN
    | _PRODUCTS_SEEN
    | _MARKET_SEEN
    | {Permission.MARKET_MONEY, Permission.ANNOTATE_READ, Permission.ANNOTATE_RECEIVE}
    | {Permission.PEOPLE_INVITE, Permission.CONSENT_RECALL}
    | {Permission.COLLECT_SEND, Permission.COLLECT_DECIDE, Permission.SUBJECTS_GENOME}
    | {Permission.DICOMWEB_STORE},
    Role.CURATOR: _EVERYONE
    | _MARKET_RUN
    | {Permission.AUDIT_VIEW}
    | _INTAKE
    | _CASES_DONE
    | _PRODUCTS_MADE
    | _READING_SEEN,
    Role.READER: _EVERYONE | _READING | {Permission.DICOMWEB_VIEW, Permission.DICOMWEB_STORE},
    Role.LICENSEE: _EVERYONE
    | _MARKET_SEEN
    | {Permission.MARKET_ORDER, Permission.MARKET_DOWNLOAD}
    | {Permission.PEOPLE_INVITE, Permission.CONSENT_SHARE},
    Role.OPERATOR: _EVERYONE
    | {Permission.AUDIT_VIEW}
    | _INTAKE
    | _CASES_DONE
    | _PRODUCTS_MADE
    | _READING_SEEN
    | _MARKET_RUN
    | {
        Permission.LEDGER_CHECK,
        Permission.PEOPLE_INVITE,
        Permission.PEOPLE_MANAGE,
        Permission.CONSENT_MANAGE,
        Permission.CONSENT_RECALL,
        Permission.COLLECT_DECIDE,
        Permission.SUBJECTS_GENOME,
    },
    Role.SYSTEM: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or the system with a reason; `id` is the user's UUID as text.

    A hospital's `site` is its organisation's id.
    """

    id: str
    role: Role
    organisation: UUID | None = None
    site: UUID | None = None

    def may(self, permission: Permission) -> bool:
        """Tell whether the role holds the permission."""
        return permission in PERMISSIONS[self.role]


def system(reason: str) -> Actor:
    """Return the platform itself, acting for a reason that the audit shows."""
    return Actor(id=f"system: {reason}", role=Role.SYSTEM)
