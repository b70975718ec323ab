"""Equal pixels count by their share; a chance slice in common is no duplicate."""

from hypothesis import given
from hypothesis import strategies as st

from renkei.select.duplicates import LEAST_SHARE, overlap


def test_a_part_of_a_series_lies_in_the_whole_and_one_shared_slice_is_little() -> None:
    assert overlap([b"1", b"2", b"3", b"4"], [b"4", b"3"]) == 1.0
    assert overlap([b"1", b"2", b"3", b"4"], [b"4", b"7", b"8", b"9"]) < LEAST_SHARE


@given(a=st.sets(st.binary(max_size=1)), b=st.sets(st.binary(max_size=1)))
def test_overlap_is_even_handed_and_bounded(a: set[bytes], b: set[bytes]) -> None:
    assert overlap(a, b) == overlap(b, a)
    assert 0 <= overlap(a, b) <= 1
