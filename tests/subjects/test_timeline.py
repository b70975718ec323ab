"""The timeline: by date, undated last, the same whatever came first."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from renkei.subjects import Entry, in_order

entries = st.builds(
    Entry,
    date=st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 9)),
    kind=st.sampled_from(["series", "record"]),
    id=st.integers(0, 99).map(lambda n: UUID(int=n)),
    title=st.just("t"),
)


@given(st.lists(entries, max_size=8))
def test_any_arrival_gives_one_order_with_the_undated_last(found):
    ordered = in_order(found)
    assert in_order(found[::-1]) == ordered
    assert in_order(sorted(found, key=lambda e: e.id)) == ordered
    dated = [e.date for e in ordered if e.date]
    assert dated == sorted(dated)
    assert [e.date for e in ordered[len(dated) :]] == [None] * (len(ordered) - len(dated))
