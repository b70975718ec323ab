"""The output's own check, without pydicom: what is not on the list is named."""

import pytest

from renkei.deid import encode, load_profile
from renkei.deid.verify import unlisted

PROFILE = load_profile()
GOOD = encode.element(0x00080060, "CS", b"CT")
CODE = encode.element(0x00080100, "SH", b"113100")


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (GOOD, ()),
        (GOOD + encode.sequence(0x00082218, [CODE]), ()),
        (encode.element(0x00291010, "LO", b"x"), ("unlisted_element",)),
        (encode.element(0x00101040, "LO", b"x"), ("unlisted_element",)),
        (encode.element(0x00080060, "LO", b"CT"), ("vr_differs",)),
        (encode.sequence(0x00082218, [encode.element(0x00291010, "LO", b"x")]),
         ("unlisted_element",)),
        (GOOD + GOOD, ("not_readable",)),
        (GOOD[:-1], ("not_readable",)),
        (GOOD[:5], ("not_readable",)),
        (encode.element(0x00082218, "SQ", b"\0" * 12), ("not_readable",)),
    ],
)  # fmt: skip
def test_what_is_not_on_the_list_is_named(data, codes):
    assert unlisted(data, PROFILE) == codes
