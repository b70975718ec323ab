"""A licence as an ODRL 2.2 Agreement: built, hashed, and evaluated; what is not known is denied."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from renkei.proof import canonical, digest

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
PROFILE = "urn:renkei:odrl:1"
PROHIBITED = ("distribute", "renkei:reidentify", "renkei:contact_subjects")


class Action(StrEnum):
    """What the platform asks about; any other action of a policy grants nothing."""

    USE = "use"
    TRAIN = "renkei:train"
    EXPORT = "renkei:export"
    SEALED = "renkei:sealed_test_part"


class Denied(StrEnum):
    """Why a policy does not permit it."""

    UNKNOWN_ACTION = "unknown_action"
    UNKNOWN_OPERAND = "unknown_operand"
    MALFORMED = "malformed_policy"
    PROHIBITED = "prohibited"
    NOT_PERMITTED = "not_permitted"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "licence_expired"
    PURPOSE = "purpose"
    COUNTRY = "country"
    RECIPIENT = "recipient"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants to do now; `used` counts releases, this one included."""

    action: str
    at: datetime
    purpose: str
    country: str
    recipient: str
    used: int = 1


@dataclass(frozen=True, slots=True)
class Terms:
    """The facts of a licence."""

    uid: str
    target: str
    assigner: str
    assignee: str
    purpose: str
    country: str
    not_before: datetime
    not_after: datetime
    max_releases: int
    fee_yen: int
    sealed_part: bool = False
    duties: tuple[str, ...] = ()

    def to_odrl(self) -> dict[str, Any]:
        """Return the Agreement that both parties sign."""
        limits = [
            _constraint("dateTime", "gteq", self.not_before.isoformat()),
            _constraint("dateTime", "lt", self.not_after.isoformat()),
            _constraint("purpose", "eq", self.purpose),
            _constraint("spatial", "eq", self.country),
            _constraint("recipient", "eq", self.assignee),
            _constraint("count", "lteq", self.max_releases),
        ]
        actions = [Action.USE, Action.TRAIN, *([Action.SEALED] if self.sealed_part else [])]
        pay = {
            "action": "compensate",
            "constraint": [_constraint("payAmount", "eq", self.fee_yen) | {"unit": "JPY"}],
        }
        duty = [pay, *({"action": f"renkei:{name}"} for name in self.duties)]
        return {
            "@context": CONTEXT,
            "@type": "Agreement",
            "uid": f"urn:uuid:{self.uid}",
            "profile": PROFILE,
            "target": f"urn:renkei:version:{self.target}",
            "assigner": f"urn:uuid:{self.assigner}",
            "assignee": f"urn:uuid:{self.assignee}",
            "permission": [
                {"action": action.value, "constraint": limits, "duty": duty} for action in actions
            ],
            "prohibition": [{"action": action} for action in PROHIBITED],
        }


def months_after(start: datetime, months: int) -> datetime:
    """Return the same time of day so many months later, on the month's last day at most."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))


def policy_hash(policy: Mapping[str, Any]) -> str:
    """Return the hash that both parties sign and the ledger holds."""
    return digest(canonical(policy))


def evaluate(policy: Mapping[str, Any], ask: Ask) -> list[Denied]:
    """Return why the policy denies it; an empty list permits.

    A permission counts only when every one of its constraints is understood and met; a prohibition
    counts unless one of its constraints is understood and not met.
    """
    if ask.action not in set(Action):
        return [Denied.UNKNOWN_ACTION]
    permissions, prohibitions = policy.get("permission"), policy.get("prohibition", [])
    if not _rules(permissions) or not _rules(prohibitions):
        return [Denied.MALFORMED]
    for rule in prohibitions:
        unmet = [d for d in _unmet(rule, ask) if d is not Denied.UNKNOWN_OPERAND]
        if rule.get("action") == ask.action and not unmet:
            return [Denied.PROHIBITED]
    fitting = [rule for rule in permissions or [] if rule.get("action") == ask.action]
    if not fitting:
        return [Denied.NOT_PERMITTED]
    answers = [_unmet(rule, ask) for rule in fitting]
    return min(answers, key=len)


def _rules(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(rule, dict) for rule in value)


def _constraint(left: str, operator: str, right: object) -> dict[str, Any]:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def _unmet(rule: Mapping[str, Any], ask: Ask) -> list[Denied]:
    constraints = rule.get("constraint", [])
    if not _rules(constraints):
        return [Denied.MALFORMED]
    answers = (_check(c, ask) for c in constraints)
    return [answer for answer in answers if answer is not None]


def _check(constraint: Mapping[str, Any], ask: Ask) -> Denied | None:
    left, operator = constraint.get("leftOperand"), constraint.get("operator")
    right = constraint.get("rightOperand")
    if left == "dateTime":
        return _date(operator, right, ask.at)
    if left == "count":
        return _count(operator, right, ask.used)
    values = {
        "purpose": (ask.purpose, Denied.PURPOSE),
        "spatial": (ask.country, Denied.COUNTRY),
        "recipient": (ask.recipient, Denied.RECIPIENT),
    }
    if left not in values:
        return Denied.UNKNOWN_OPERAND
    value, reason = values[str(left)]
    allowed = [right] if operator == "eq" else right if operator == "isAnyOf" else None
    if not isinstance(allowed, list):
        return Denied.UNKNOWN_OPERAND
    return None if value in allowed else reason


def _count(operator: object, right: object, used: int) -> Denied | None:
    if operator != "lteq" or not isinstance(right, int) or isinstance(right, bool):
        return Denied.UNKNOWN_OPERAND
    return None if used <= right else Denied.COUNT


def _date(operator: object, right: object, at: datetime) -> Denied | None:
    try:
        limit = datetime.fromisoformat(str(right))
        met = {
            "gteq": at >= limit,
            "gt": at > limit,
            "lt": at < limit,
            "lteq": at <= limit,
        }[str(operator)]
    except (KeyError, ValueError, TypeError):  # no such operator, no date, or one without zone
        return Denied.UNKNOWN_OPERAND
    if met:
        return None
    return Denied.NOT_YET_VALID if operator in {"gteq", "gt"} else Denied.EXPIRED
