"""May this be used for that? The written table, and what must hold for every question."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.consent.allow import (
    AgreementFact,
    ApprovalFact,
    Basis,
    ConsentFact,
    Facts,
    Question,
    Reason,
    Use,
    decide,
)

TODAY = date(2026, 11, 23)
CONSENT = ConsentFact(
    basis=Basis.OPT_IN,
    commercial=True,
    data_types=frozenset({"image"}),
    date_ok=True,
    in_approval_period=True,
    in_opt_out_window=True,
)
APPROVAL = ApprovalFact(
    data_types=frozenset({"image"}),
    modalities=frozenset({"CT"}),
    purposes=frozenset(Use),
    sites=frozenset({"a"}),
    commercial=True,
    expires=TODAY,
)
AGREEMENT = AgreementFact("a", frozenset({42}), True, TODAY, TODAY)
FACTS = Facts("a", False, CONSENT, APPROVAL, AGREEMENT)
FREE = Question(Use.INTAKE, TODAY, data_type="image", modality="CT")
SALE = replace(FREE, use=Use.LICENCE, commercial=True)
TRAIN = replace(FREE, use=Use.TRAIN)


def consent(**more):
    return replace(FACTS, consent=replace(CONSENT, **more))


def approval(**more):
    return replace(FACTS, approval=replace(APPROVAL, **more))


def agreement(**more):
    return replace(FACTS, agreement=replace(AGREEMENT, **more))


YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)

# facts · question · the one reason against it (None = allowed)
TABLE = [
    (FACTS, FREE, None),
    (FACTS, SALE, None),
    (FACTS, TRAIN, None),
    (None, FREE, Reason.UNKNOWN_SUBJECT),
    (replace(FACTS, withdrawn=True), FREE, Reason.WITHDRAWN),
    (replace(FACTS, consent=None), FREE, Reason.NO_CONSENT),
    (consent(date_ok=False), FREE, Reason.CONSENT_DATE_INVALID),
    (consent(in_approval_period=False), FREE, Reason.OUTSIDE_APPROVAL_PERIOD),
    (consent(in_opt_out_window=False), FREE, None),
    (consent(basis=Basis.OPT_OUT), FREE, None),
    (consent(basis=Basis.OPT_OUT, in_opt_out_window=False), FREE, Reason.OUTSIDE_OPT_OUT_WINDOW),
    (consent(basis=Basis.OPT_OUT), SALE, Reason.OPT_OUT_NOT_COMMERCIAL),
    (consent(data_types=frozenset()), FREE, Reason.CONSENT_DATA_TYPE),
    (consent(commercial=False), FREE, None),
    (consent(commercial=False), SALE, Reason.CONSENT_NOT_COMMERCIAL),
    (replace(FACTS, approval=None), FREE, Reason.NO_APPROVAL),
    (approval(expires=YESTERDAY), FREE, Reason.APPROVAL_EXPIRED),
    (approval(sites=frozenset({"b"})), FREE, Reason.APPROVAL_SITE),
    (approval(data_types=frozenset({"genes"})), FREE, Reason.APPROVAL_DATA_TYPE),
    (approval(modalities=frozenset({"MR"})), FREE, Reason.APPROVAL_MODALITY),
    (approval(modalities=frozenset()), FREE, None),
    (approval(purposes=frozenset({Use.FREEZE})), FREE, Reason.APPROVAL_PURPOSE),
    (approval(commercial=False), FREE, None),
    (approval(commercial=False), SALE, Reason.APPROVAL_NOT_COMMERCIAL),
    (replace(FACTS, agreement=None), FREE, Reason.NO_AGREEMENT),
    (agreement(starts=TOMORROW), FREE, Reason.AGREEMENT_EXPIRED),
    (agreement(ends=YESTERDAY), FREE, Reason.AGREEMENT_EXPIRED),
    (agreement(site="b"), FREE, Reason.AGREEMENT_SITE),
    (agreement(uses=frozenset()), FREE, Reason.AGREEMENT_USE),
    (agreement(uses=frozenset({43})), FREE, Reason.AGREEMENT_USE),
    (agreement(uses=frozenset({6})), FREE, None),
    (agreement(commercial=False), SALE, Reason.AGREEMENT_NOT_COMMERCIAL),
    (agreement(uses=frozenset({42, 18})), SALE, Reason.AGREEMENT_NOT_COMMERCIAL),
    (agreement(uses=frozenset({42, 45})), SALE, Reason.AGREEMENT_NOT_COMMERCIAL),
    (agreement(uses=frozenset({42, 46})), SALE, Reason.AGREEMENT_NOT_COMMERCIAL),
    (agreement(uses=frozenset({42, 46})), FREE, None),
    (agreement(uses=frozenset({42, 15})), TRAIN, Reason.AGREEMENT_NO_METHODS),
    (agreement(uses=frozenset({42, 15})), FREE, None),
]


@pytest.mark.parametrize(("facts", "question", "reason"), TABLE)
def test_each_row_of_the_table(facts, question, reason):
    decision = decide(facts, question)
    assert decision.reasons == (() if reason is None else (reason,))
    assert decision.allowed is (reason is None)


def test_every_reason_stands_in_the_table():
    assert {reason for _, _, reason in TABLE if reason} == set(Reason)


words = st.frozensets(st.sampled_from(["image", "genes", "slide"]))
days = st.integers(-3, 3).map(lambda n: TODAY + timedelta(days=n))
consents = st.builds(
    ConsentFact,
    basis=st.sampled_from(Basis),
    commercial=st.booleans(),
    data_types=words,
    date_ok=st.booleans(),
    in_approval_period=st.booleans(),
    in_opt_out_window=st.booleans(),
)
approvals = st.builds(
    ApprovalFact,
    data_types=words,
    modalities=st.frozensets(st.sampled_from(["CT", "MR"])),
    purposes=st.frozensets(st.sampled_from(Use)),
    sites=st.frozensets(st.sampled_from("ab")),
    commercial=st.booleans(),
    expires=days,
)
agreements = st.builds(
    AgreementFact,
    site=st.sampled_from("ab"),
    uses=st.frozensets(st.sampled_from([4, 6, 15, 18, 42, 43, 45, 46])),
    commercial=st.booleans(),
    starts=days,
    ends=days,
)
everything = st.builds(
    Facts,
    site=st.sampled_from("ab"),
    withdrawn=st.booleans(),
    consent=st.none() | consents,
    approval=st.none() | approvals,
    agreement=st.none() | agreements,
)
questions = st.builds(
    Question,
    use=st.sampled_from(Use),
    at=days,
    commercial=st.booleans(),
    data_type=st.sampled_from(["image", "genes"]),
    modality=st.sampled_from(["CT", "MR"]),
)


@given(everything, questions)
def test_a_sale_is_never_easier_than_the_same_use_without_money(facts, question):
    free = decide(facts, replace(question, commercial=False))
    sale = decide(facts, replace(question, commercial=True))
    assert set(free.reasons) <= set(sale.reasons)


@given(everything, questions)
def test_what_is_missing_or_withdrawn_is_never_allowed(facts, question):
    for poorer in (
        replace(facts, withdrawn=True),
        replace(facts, consent=None),
        replace(facts, approval=None),
        replace(facts, agreement=None),
    ):
        assert not decide(poorer, question).allowed


@given(everything, questions)
def test_narrower_consent_never_allows_more(facts, question):
    if facts.consent is None:
        return
    narrower = replace(
        facts, consent=replace(facts.consent, commercial=False, data_types=frozenset())
    )
    assert set(decide(facts, question).reasons) <= set(decide(narrower, question).reasons) | {
        Reason.OPT_OUT_NOT_COMMERCIAL
    }
