"""The table of transitions: every walk ends, no move skips comparing or signing."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from renkei.annotate.assertion import (
    Assertion,
    AssertionContradictsError,
    NotAssertedError,
    Said,
    check_assertions,
)
from renkei.annotate.protocol import (
    ATTEMPT_MOVES,
    ENDED,
    TASK_MOVES,
    AttemptMove,
    AttemptState,
    AttemptStateError,
    Leaving,
    Move,
    NobodyDecidesError,
    NoSecondRoundError,
    ReadersMissingError,
    ReadersOutstandingError,
    ReasonMissingError,
    RolesMixedError,
    SignerIsAuthorError,
    SomethingDisputedError,
    Standing,
    TaskState,
    TaskStateError,
    UndecidedError,
    Unreadable,
    check_signer,
    check_team,
    move_attempt,
    move_task,
)
from renkei.annotate.protocols import load_protocol
from renkei.errors import RenkeiError

SIGNING = Standing(reason="a voxel too many")
LEAVING = Leaving(Unreadable.QUALITY)


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
            self.state = move_task(before, move, SIGNING)
            self.history.append(self.state)
        else:
            with pytest.raises(TaskStateError) as refused:
                move_task(before, move, SIGNING)
            assert refused.value.facts["state"] == before.value
            assert refused.value.sentence.endswith(".")

    @invariant()
    def nothing_is_signed_that_was_not_compared(self) -> None:
        if self.state is TaskState.SIGNED:
            assert TaskState.COMPARING in self.history
            assert self.history[-2] in {TaskState.REVIEW, TaskState.AMENDING}
            assert TaskState.REVIEW in self.history

    @invariant()
    def a_dispute_is_adjudicated_before_review(self) -> None:
        if self.state is TaskState.REVIEW:
            assert self.history[-2] in {
                TaskState.AGREED,
                TaskState.ADJUDICATING,
                TaskState.AMENDING,
            }

    @precondition(lambda self: self.state in ENDED)
    @rule(move=st.sampled_from([m for m in Move if m not in {Move.WITHDRAW, Move.AMEND}]))
    def what_ended_stays_ended(self, move: Move) -> None:
        with pytest.raises(TaskStateError):
            move_task(self.state, move, SIGNING)


class AttemptWalk(RuleBasedStateMachine):
    """Walk an attempt; what was accepted or released never opens again."""

    def __init__(self) -> None:
        super().__init__()
        self.state = AttemptState.ASSIGNED

    @rule(move=st.sampled_from(list(AttemptMove)))
    def try_a_move(self, move: AttemptMove) -> None:
        before = self.state
        if (before, move) in ATTEMPT_MOVES:
            self.state = move_attempt(before, move, LEAVING)
        else:
            with pytest.raises(AttemptStateError):
                move_attempt(before, move, LEAVING)
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
        for (before, _), step in TASK_MOVES.items():
            if before is state and step.after not in reached:
                reached.add(step.after)
                waiting.append(step.after)
    assert reached == set(TaskState)


def test_a_team_has_the_protocols_size_and_no_doubles() -> None:
    check_team(load_protocol("double"), ["a", "b"], "c")
    check_team(load_protocol("single"), ["a"], "c")
    with pytest.raises(ReadersMissingError):
        check_team(load_protocol("double"), ["a"], "c")
    for readers, judge in ((["a", "a"], "c"), (["a", "c"], "c")):
        with pytest.raises(RolesMixedError):
            check_team(load_protocol("double"), readers, judge)


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


DOUBLE, FOUR = load_protocol("double"), load_protocol("four")
S, M = TaskState, Move


@pytest.mark.parametrize(
    ("state", "move", "standing", "refusal"),
    [
        (S.READING, M.SUBMIT_LAST, Standing(readers_left=1), ReadersOutstandingError),
        (S.COMPARING, M.AGREE, Standing(DOUBLE, disputes=1), SomethingDisputedError),
        (S.COMPARING, M.DISPUTE, Standing(FOUR, disputes=1), NobodyDecidesError),
        (S.COMPARING, M.UNBLIND, Standing(DOUBLE), NoSecondRoundError),
        (S.COMPARING, M.UNBLIND, Standing(FOUR, rounds=2), NoSecondRoundError),
        (S.ADJUDICATING, M.PROPOSE, Standing(DOUBLE, undecided=1), UndecidedError),
        (S.REVIEW, M.SIGN, Standing(actor="a", authors=frozenset("ab")), SignerIsAuthorError),
        (S.SIGNED, M.AMEND, Standing(reason=" "), ReasonMissingError),
    ],
)
def test_each_guard_stands_in_the_way_with_a_sentence(
    state: TaskState, move: Move, standing: Standing, refusal: type[RenkeiError]
) -> None:
    with pytest.raises(refusal) as refused:
        move_task(state, move, standing)
    assert refused.value.sentence.endswith(".")


def test_four_readers_are_unblinded_once_and_keep_what_they_see_differently() -> None:
    state = move_task(S.COMPARING, M.UNBLIND, Standing(FOUR, rounds=1, disputes=3))
    state = move_task(state, M.SUBMIT_LAST, Standing(FOUR, rounds=2))
    assert move_task(state, M.AGREE, Standing(FOUR, rounds=2, disputes=3)) is S.AGREED


def test_what_was_signed_is_amended_through_review_or_kept() -> None:
    state = move_task(S.SIGNED, M.AMEND, SIGNING)
    assert move_task(state, M.KEEP) is S.SIGNED
    assert move_task(move_task(state, M.PROPOSE), M.SIGN) is S.SIGNED


def test_a_case_that_cannot_be_read_needs_a_reason_and_can_come_back() -> None:
    for leaving in (Leaving(), Leaving(Unreadable.OTHER, " ")):
        with pytest.raises(ReasonMissingError):
            move_attempt(AttemptState.OPEN, AttemptMove.CANNOT_READ, leaving)
    noted = Leaving(Unreadable.OTHER, "only the scout was sent")
    left = move_attempt(AttemptState.OPEN, AttemptMove.CANNOT_READ, noted)
    assert left is AttemptState.CANNOT_READ
    assert move_attempt(left, AttemptMove.RETURN) is AttemptState.RETURNED
    assert move_attempt(left, AttemptMove.RELEASE) is AttemptState.RELEASED
