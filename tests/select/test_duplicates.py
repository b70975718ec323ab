"""Equal pixels under other names are found; a chance slice in common is no duplicate."""

from hypothesis import given
from hypothesis import strategies as st

from renkei.select.duplicates import find_duplicates, overlap


def test_a_copy_under_another_name_is_found_and_one_shared_slice_is_not() -> None:
    cases = {"a": ["1", "2", "3", "4"], "b": ["4", "3", "2", "1"], "c": ["4", "7", "8", "9"]}
    assert [(d.first, d.second, d.share) for d in find_duplicates(cases)] == [("a", "b", 1.0)]


def test_a_part_of_a_series_is_found_in_the_whole() -> None:
    assert find_duplicates({"whole": list("abcdef"), "part": list("abc")})[0].share == 1.0


@given(a=st.sets(st.integers(0, 9)), b=st.sets(st.integers(0, 9)))
def test_overlap_is_even_handed_and_bounded(a: set[int], b: set[int]) -> None:
    one, two = [str(x) for x in a], [str(x) for x in b]
    assert overlap(one, two) == overlap(two, one)
    assert 0 <= overlap(one, two) <= 1
