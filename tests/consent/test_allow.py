"""May this be used for that? What must hold for every question; the table is in test_truth."""

from dataclasses import replace
from datetime import date, timedelta

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
