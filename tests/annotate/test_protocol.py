"""The table of transitions: every walk ends, no move skips comparing or signing."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from renkei.annotate.protocol import (
    ATTEMPT_MOVES,
    ENDED,
    TASK_MOVES,
    Assertion,
    AssertionContradictsError,
    AttemptMove,
    AttemptState,
    AttemptStateError,
    Move,
    NotAssertedError,
    Protocol,
    ReadersMissingError,
    RolesMixedError,
    Said,
    SignerIsAuthorError,
    TaskState,
    TaskStateError,
    check_assertions,
    check_signer,
    check_team,
    move_attempt,
    move_task,
)


class TaskWalk(RuleBasedStateMachine):
    """Walk by any moves; the table decides, and the history must make sense."""

    def __init__(self) -> None:
        super().__init__()
        self.state = TaskState.DRAFT
        self.history = [self.state]

    @rule(move=st.sampled_from(list(Move)))
    def try_a_move(self, move: Move) -> None:
        before = self.state
        if (before, move) in TASK_MOVES:
            self.state = move_task(before, move)
            self.history.append(self.state)
        else:
            with pytest.raises(TaskStateError) as refused:
                move_task(before, move)
            assert refused.value.facts["state"] == before.value
            assert refused.value.sentence.endswith(".")

    @invariant()
    def nothing_is_signed_that_was_not_compared(self) -> None:
        if self.state is TaskState.SIGNED:
            assert TaskState.COMPARING in self.history
            assert self.history[-2] is TaskState.REVIEW

    @invariant()
    def a_dispute_is_adjudicated_before_review(self) -> None:
        if self.state is TaskState.REVIEW:
            assert self.history[-2] in {TaskState.AGREED, TaskState.ADJUDICATING}

    @precondition(lambda self: self.state in ENDED)
    @rule(move=st.sampled_from([m for m in Move if m is not Move.WITHDRAW]))
    def what_ended_stays_ended(self, move: Move) -> None:
        with pytest.raises(TaskStateError):
            move_task(self.state, move)


class AttemptWalk(RuleBasedStateMachine):
    """Walk an attempt; what was accepted or released never opens again."""

    def __init__(self) -> None:
        super().__init__()
        self.state = AttemptState.ASSIGNED

    @rule(move=st.sampled_from(list(AttemptMove)))
    def try_a_move(self, move: AttemptMove) -> None:
        before = self.state
        if (before, move) in ATTEMPT_MOVES:
            self.state = move_attempt(before, move)
        else:
            with pytest.raises(AttemptStateError):
                move_attempt(before, move)
        if before in {AttemptState.ACCEPTED, AttemptState.RELEASED}:
            assert self.state is before


TestTaskWalk = TaskWalk.TestCase
TestTaskWalk.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestAttemptWalk = AttemptWalk.TestCase
TestAttemptWalk.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)


def test_every_state_of_a_task_can_be_reached_and_left_by_withdrawal() -> None:
    reached, waiting = {TaskState.DRAFT}, [TaskState.DRAFT]
    while waiting:
        state = waiting.pop()
        for (before, _), after in TASK_MOVES.items():
            if before is state and after not in reached:
                reached.add(after)
                waiting.append(after)
    assert reached == set(TaskState)


def test_a_team_has_the_protocols_size_and_no_doubles() -> None:
    check_team(Protocol.DOUBLE, ["a", "b"], "c")
    check_team(Protocol.SINGLE, ["a"], "c")
    with pytest.raises(ReadersMissingError):
        check_team(Protocol.DOUBLE, ["a"], "c")
    for readers, judge in ((["a", "a"], "c"), (["a", "c"], "c")):
        with pytest.raises(RolesMixedError):
            check_team(Protocol.DOUBLE, readers, judge)


def test_an_empty_required_label_needs_a_word() -> None:
    with pytest.raises(NotAssertedError):
        check_assertions({"liver"}, {"liver": False}, {})
    with pytest.raises(NotAssertedError):
        check_assertions({"liver"}, {}, {"liver": Assertion(Said.NOT_ASSESSED)})
    check_assertions({"liver"}, {"liver": False}, {"liver": Assertion(Said.ABSENT)})
    check_assertions({"liver"}, {"liver": True}, {})


def test_what_is_said_must_be_what_is_drawn() -> None:
    with pytest.raises(AssertionContradictsError):
        check_assertions(set(), {"liver": True}, {"liver": Assertion(Said.ABSENT)})
    with pytest.raises(AssertionContradictsError):
        check_assertions(set(), {"liver": False}, {"liver": Assertion(Said.PRESENT)})
    with pytest.raises(NotAssertedError):
        check_assertions({"liver"}, {}, {"liver": Assertion(Said.CANNOT_ASSESS)})
    check_assertions({"liver"}, {}, {"liver": Assertion(Said.CANNOT_ASSESS, "motion")})


def test_nobody_signs_what_they_drew() -> None:
    check_signer("c", ["a", "b"])
    with pytest.raises(SignerIsAuthorError):
        check_signer("a", ["a", "b"])
