"""The table of transitions."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from renkei.market.states import (
    TRANSITIONS,
    Mover,
    NoSuchMoveError,
    NotYourMoveError,
    State,
    check_move,
)


class Workflow(RuleBasedStateMachine):
    """Try every move by everybody in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.DRAFT
        self.seen = [State.DRAFT]

    @rule(to=st.sampled_from(State), mover=st.sampled_from(Mover))
    def move(self, to: State, mover: Mover) -> None:
        try:
            self.state = check_move(self.state, to, mover)
        except (NoSuchMoveError, NotYourMoveError):
            return
        self.seen.append(to)

    @invariant()
    def nothing_is_active_that_was_not_approved_ordered_and_signed(self) -> None:
        if State.ACTIVE in self.seen:
            before = self.seen[: self.seen.index(State.ACTIVE)]
            wanted = [State.APPROVED, State.QUOTED, State.ORDERED, State.SIGNED]
            assert [s for s in before if s in wanted] == wanted

    @invariant()
    def what_was_revoked_never_comes_back(self) -> None:
        if State.REVOKED in self.seen:
            assert State.ACTIVE not in self.seen[self.seen.index(State.REVOKED) :]


Workflow.TestCase.settings = settings(max_examples=60, stateful_step_count=60)
TestWorkflow = Workflow.TestCase


def test_every_state_but_the_ends_leads_on_and_every_one_is_reached() -> None:
    ends = {State.REFUSED, State.ABANDONED, State.CLOSED}
    assert set(TRANSITIONS) == set(State) - ends
    assert {to for ways in TRANSITIONS.values() for to in ways} == set(State) - {State.DRAFT}


def test_a_licensee_cannot_approve_its_own_request() -> None:
    with pytest.raises(NotYourMoveError):
        check_move(State.SUBMITTED, State.APPROVED, Mover.LICENSEE)
    with pytest.raises(NoSuchMoveError):
        check_move(State.DRAFT, State.ACTIVE, Mover.CURATOR)
