"""The search finds what is there, in every form and at every place."""

import base64
import hashlib
import os

import pytest
from tests.e2e.needles import Needles

NAME, NUMBER = "山田見本太郎左衛門之助", "00117001904037"


@pytest.fixture(scope="module")
def needles():
    return Needles([NAME, NUMBER])


FORMS = [
    NAME.encode("utf-8"),
    NAME.encode("utf-16-le"),
    NAME.encode("cp932"),
    NAME.encode("iso2022_jp"),
    NUMBER.encode(),
    NUMBER.lstrip("0").encode(),
    NUMBER.encode().hex().encode(),
    hashlib.md5(NUMBER.encode()).hexdigest().encode(),
    hashlib.sha256(NAME.encode()).digest(),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("before", [0, 1, 3, 6, 1000])
def test_a_form_is_found_wherever_it_stands(needles, form, before):
    assert needles.find(os.urandom(before) + form + os.urandom(9))


@pytest.mark.parametrize("before", range(5))
def test_base64_is_found_at_every_alignment(needles, before):
    assert needles.find(base64.b64encode(b"x" * before + NAME.encode() + b"yyyy"))


def test_noise_holds_nothing(needles):
    assert needles.find(os.urandom(1 << 22)) == set()
