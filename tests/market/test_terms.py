"""ODRL agreements."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from renkei.market.terms import Action, Ask, Denied, Terms, evaluate, months_after, policy_hash

START = datetime(2026, 11, 23, tzinfo=UTC)
END = START + timedelta(days=365)
TERMS = Terms(
    uid="licence",
    target="0" * 64,
    assigner="operator",
    assignee="firm",
    purpose="product_development",
    country="JP",
    not_before=START,
    not_after=END,
    max_releases=3,
    fee_yen=1_000_000,
    duties=("return_results",),
)
POLICY = TERMS.to_odrl()
ASK = Ask(Action.USE, START, "product_development", "JP", "firm")


def test_what_was_agreed_is_permitted() -> None:
    assert evaluate(POLICY, ASK) == []
    assert evaluate(POLICY, replace(ASK, action=Action.TRAIN, used=3)) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"at": START - timedelta(seconds=1)}, Denied.NOT_YET_VALID),
        ({"at": END}, Denied.EXPIRED),
        ({"at": END + timedelta(seconds=1)}, Denied.EXPIRED),
        ({"purpose": "disease_research"}, Denied.PURPOSE),
        ({"country": "US"}, Denied.COUNTRY),
        ({"recipient": "other"}, Denied.RECIPIENT),
        ({"used": 4}, Denied.COUNT),
        ({"action": Action.SEALED}, Denied.NOT_PERMITTED),
        ({"action": Action.EXPORT}, Denied.NOT_PERMITTED),
        ({"action": "play"}, Denied.UNKNOWN_ACTION),
        ({"action": "distribute"}, Denied.UNKNOWN_ACTION),
    ],
)
def test_anything_else_is_denied_with_its_reason(change: dict[str, Any], reason: Denied) -> None:
    assert evaluate(POLICY, replace(ASK, **change)) == [reason]


def test_the_last_second_is_inside_and_the_sealed_part_only_when_agreed() -> None:
    assert evaluate(POLICY, replace(ASK, at=END - timedelta(seconds=1))) == []
    sealed = replace(TERMS, sealed_part=True).to_odrl()
    assert evaluate(sealed, replace(ASK, action=Action.SEALED)) == []


def first(policy: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = policy["permission"][0]["constraint"][0]
    return found


@pytest.mark.parametrize(
    "damage",
    [
        lambda p: first(p).update(leftOperand="moonPhase"),
        lambda p: first(p).update(operator="neq"),
        lambda p: first(p).update(rightOperand="tomorrow"),
        lambda p: first(p).update(rightOperand="2026-01-01T00:00:00"),
        lambda p: p["permission"][0].update(constraint="none"),
        lambda p: p["permission"][0]["constraint"][5].update(rightOperand=True),
        lambda p: p.pop("permission"),
        lambda p: p.update(permission=[]),
        lambda p: p["permission"][0].update(action="use_more"),
        lambda p: p["prohibition"].append({"action": "use"}),
        lambda p: p["prohibition"].append(
            {"action": "use", "constraint": [{"leftOperand": "moonPhase"}]}
        ),
    ],
)
def test_what_a_policy_says_unclearly_it_does_not_permit(
    damage: Callable[[dict[str, Any]], object],
) -> None:
    policy = copy.deepcopy(POLICY)
    damage(policy)
    assert evaluate(policy, ASK)


def test_a_prohibition_with_an_unmet_constraint_does_not_apply() -> None:
    elsewhere = {"leftOperand": "spatial", "operator": "eq", "rightOperand": "US"}
    policy = {**POLICY, "prohibition": [{"action": "use", "constraint": [elsewhere]}]}
    assert evaluate(policy, ASK) == []


def test_both_parties_sign_the_same_hash_of_the_same_terms() -> None:
    assert policy_hash(TERMS.to_odrl()) == policy_hash(POLICY)
    assert policy_hash(replace(TERMS, fee_yen=1).to_odrl()) != policy_hash(POLICY)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-11-23", 12, "2027-11-23"),
        ("2027-12-31", 2, "2028-02-29"),
    ],
)
def test_a_term_in_months_ends_on_a_day_that_there_is(start: str, months: int, end: str) -> None:
    assert months_after(datetime.fromisoformat(start), months) == datetime.fromisoformat(end)
