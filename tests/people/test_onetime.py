"""One-time codes: the vectors of RFC 6238, drift of a step, and no code twice."""

import pytest

from renkei.people.onetime import SECONDS, address_of, code_at, step_of

SEED = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_vectors_of_appendix_b_in_six_digits(seconds, code):
    assert code_at(SEED, seconds) == code
    assert step_of(SEED, code, seconds) == seconds // SECONDS


def test_a_clock_may_differ_by_a_step_and_a_code_is_taken_once():
    code = code_at(SEED, 59)
    assert step_of(SEED, code, 59 + SECONDS) == 1
    assert step_of(SEED, code, 59 + 3 * SECONDS) is None
    assert step_of(SEED, code, 59, after=1) is None


def test_the_address_holds_the_seed_and_whose_it_is():
    address = address_of(SEED, "one@example.org")
    assert address.startswith("otpauth://totp/Renkei%3Aone%40example.org?secret=GEZDGNBV")
