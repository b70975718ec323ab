"""`decide` answers exactly what the written table says, for every case that hypothesis makes up."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from renkei.consent.allow import (
    AgreementFact,
    AgreementKind,
    ApprovalFact,
    Basis,
    ConsentFact,
    Facts,
    Question,
    Reason,
    Use,
    decide,
)
from renkei.consent.bases import BASES

TODAY = date(2026, 11, 23)
# The words of the table: each case is one choice of every word.
WORDS: dict[str, tuple[str, ...]] = {
    "subject": ("yes", "no"),
    "withdrawn": ("no", "yes"),
    "consent": ("yes", "no"),
    "basis": ("opt_in", "opt_out", "broad", "proxy"),
    "consent_date": ("valid", "invalid"),
    "study": ("inside_approval", "outside_approval"),
    "window": ("inside", "outside"),
    "data_type": ("in_both", "not_in_consent", "not_in_approval", "in_neither", "left_open"),
    "consent_commercial": ("yes", "no"),
    "person": ("adult", "child", "grown_up", "child_of_unknown_age"),
    "approval": ("yes", "no"),
    "law": ("consent", "academic", "anonymised", "pseudonymised", "next_generation", "unknown"),
    "approval_term": ("runs", "first_day", "last_day", "over", "later"),
    "approval_site": ("own", "other"),
    "modality": ("named", "every", "not_named", "left_open"),
    "body_part": ("named", "every", "not_named", "left_open"),
    "purpose": ("named", "not_named"),
    "approval_commercial": ("yes", "no"),
    "approval_codes": ("yes", "no"),
    "agreement": ("yes", "no"),
    "agreement_term": ("runs", "first_day", "last_day", "over", "later"),
    "agreement_site": ("own", "other"),
    "duo": ("general", "health", "none", "clinical", "not_commercial", "no_methods"),
    "kind": ("joint_research", "provision", "processing"),
    "agreement_commercial": ("yes", "no"),
    "agreement_codes": ("yes", "no"),
    "use": ("intake", "freeze", "licence", "train"),
    "use_is": ("free", "sale"),
    "to": ("nowhere", "home", "kr", "us"),
    "genes": ("none", "codes"),
}
DAY = timedelta(days=1)
TERMS = {
    "runs": (TODAY - DAY, TODAY + DAY),
    "first_day": (TODAY, TODAY + DAY),
    "last_day": (TODAY - DAY, TODAY),
    "over": (TODAY - 2 * DAY, TODAY - DAY),
    "later": (TODAY + DAY, TODAY + 2 * DAY),
}
DUO = {
    "general": {42}, "health": {6}, "none": set(), "clinical": {43}, "not_commercial": {42, 18},
    "no_methods": {42, 15},
}  # fmt: skip
TABLE = [
    (row["reason"], [one.partition("=")[::2] for one in row["conditions"].split()])
    for row in csv.DictReader(Path(__file__).with_name("truth.csv").read_text("utf-8").splitlines())
]
BEST = {word: choices[0] for word, choices in WORDS.items()}
cases = st.fixed_dictionaries({word: st.sampled_from(choices) for word, choices in WORDS.items()})


def wanted(case: dict[str, str]) -> set[str]:
    """Return the reasons whose row in the table holds."""
    return {
        reason
        for reason, conditions in TABLE
        if all(case[word] in choices.split("|") for word, choices in conditions)
    }


def consent_of(case: dict[str, str]) -> ConsentFact | None:
    if case["consent"] == "no":
        return None
    types = {"genes"} if case["data_type"] in {"not_in_consent", "in_neither"} else {"image"}
    return ConsentFact(
        basis=Basis(case["basis"]),
        commercial=case["consent_commercial"] == "yes",
        data_types=frozenset(types),
        date_ok=case["consent_date"] == "valid",
        in_approval_period=case["study"] == "inside_approval",
        in_opt_out_window=case["window"] == "inside",
        adult=case["person"] == "adult",
    )


def approval_of(case: dict[str, str]) -> ApprovalFact | None:
    if case["approval"] == "no":
        return None
    types = {"genes"} if case["data_type"] in {"not_in_approval", "in_neither"} else {"image"}
    begins, expires = TERMS[case["approval_term"]]
    scope = {"named": {"CT"}, "every": set(), "not_named": {"MR"}, "left_open": {"MR"}}
    part = {"named": {"CHEST"}, "every": set(), "not_named": {"HEAD"}, "left_open": {"HEAD"}}
    uses = set(Use) - ({Use(case["use"])} if case["purpose"] == "not_named" else set())
    return ApprovalFact(
        data_types=frozenset(types),
        modalities=frozenset(scope[case["modality"]]),
        purposes=frozenset(uses),
        sites=frozenset({"a" if case["approval_site"] == "own" else "b"}),
        commercial=case["approval_commercial"] == "yes",
        begins=begins,
        expires=expires,
        body_parts=frozenset(part[case["body_part"]]),
        countries=frozenset({"KR"}),
        gene_codes=case["approval_codes"] == "yes",
        legal_basis=case["law"],
    )


def agreement_of(case: dict[str, str]) -> AgreementFact | None:
    if case["agreement"] == "no":
        return None
    starts, ends = TERMS[case["agreement_term"]]
    return AgreementFact(
        site="a" if case["agreement_site"] == "own" else "b",
        uses=frozenset(DUO[case["duo"]]),
        commercial=case["agreement_commercial"] == "yes",
        starts=starts,
        ends=ends,
        kind=AgreementKind(case["kind"]),
        countries=frozenset({"KR"}),
        gene_codes=case["agreement_codes"] == "yes",
    )


def facts_of(case: dict[str, str]) -> Facts | None:
    if case["subject"] == "no":
        return None
    majority = {"adult": 1999, "child": 2030, "grown_up": 2026, "child_of_unknown_age": None}
    return Facts(
        site="a",
        withdrawn=case["withdrawn"] == "yes",
        consent=consent_of(case),
        approval=approval_of(case),
        agreement=agreement_of(case),
        majority=majority[case["person"]],
        country="JP",
    )


def question_of(case: dict[str, str]) -> Question:
    to: dict[str, Any] = {"nowhere": None, "home": "JP", "kr": "KR", "us": "US"}
    return Question(
        Use(case["use"]),
        TODAY,
        commercial=case["use_is"] == "sale",
        data_type=None if case["data_type"] == "left_open" else "image",
        modality=None if case["modality"] == "left_open" else "CT",
        body_part=None if case["body_part"] == "left_open" else "CHEST",
        country=to[case["to"]],
        gene_codes=case["genes"] == "codes",
    )


def test_the_table_knows_every_reason_and_no_other_word() -> None:
    assert {reason for reason, _ in TABLE} == {reason.value for reason in Reason}
    for _, conditions in TABLE:
        for word, choices in conditions:
            assert set(choices.split("|")) <= set(WORDS[word]), word
    assert set(WORDS["law"]) - {"unknown"} == set(BASES)


@given(cases)
@example(BEST)
@settings(max_examples=400)
def test_the_answer_is_what_the_table_says(case: dict[str, str]) -> None:
    decision = decide(facts_of(case), question_of(case))
    assert {reason.value for reason in decision.reasons} == wanted(case)
    assert len(decision.reasons) == len(set(decision.reasons))
    assert decision.allowed is (not wanted(case))


def test_each_single_step_from_the_best_case_is_as_written() -> None:
    """Every choice of every word alone, and with a sale abroad: what hypothesis may miss."""
    for base in (BEST, {**BEST, "use_is": "sale", "to": "us"}, {**BEST, "genes": "codes"}):
        for word, choices in WORDS.items():
            for choice in choices:
                case = {**base, word: choice}
                found = decide(facts_of(case), question_of(case)).reasons
                assert {reason.value for reason in found} == wanted(case), (word, choice)
    assert wanted(BEST) == set()
