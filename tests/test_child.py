"""A child is ended in time, kept small, and its refusals come back as themselves."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from tests.shape.source import ROOT

from renkei import child
from renkei.errors import DataRefusedError


class OddError(DataRefusedError):
    """Odd."""


def double(array):
    return array * 2


def refuse():
    raise OddError("This is odd.", count=3)


def quote(text):
    raise ValueError(text)


def sleep():
    time.sleep(30)


def spin():
    while True:
        pass


def die():
    os._exit(9)


def eat():
    return np.ones(1 << 30).sum()


def test_arrays_go_there_and_back():
    assert (child.call(double, np.arange(9)) == np.arange(9) * 2).all()


def test_a_refusal_comes_back_with_its_facts():
    with pytest.raises(OddError, match="This is odd") as caught:
        child.call(refuse)
    assert caught.value.facts == {"count": 3}


def test_another_error_does_not_quote_the_file():
    with pytest.raises(child.ChildCrashedError) as caught:
        child.call(quote, "YAMADA^TARO")
    assert "YAMADA" not in repr((caught.value.sentence, caught.value.facts))


@pytest.mark.parametrize("work", [sleep, spin])
def test_it_is_ended_in_time(work):
    started = time.monotonic()
    with pytest.raises(child.ChildTimeoutError):
        child.call(work, seconds=0.5)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("work", [die, eat])
def test_a_dead_child_is_a_refusal(work):
    with pytest.raises(child.ChildCrashedError):
        child.call(work, memory_mb=256)


CALLER = """
import sys
from renkei import child
from tests.test_child import linger
if __name__ == "__main__":
    child.call(linger, sys.argv[1], seconds=60)
"""


def linger(note):
    Path(note).write_text(str(os.getpid()))
    time.sleep(60)


def test_a_child_does_not_outlive_a_caller_that_is_killed(tmp_path):
    note = tmp_path / "pid"
    caller = subprocess.Popen([sys.executable, "-c", CALLER, note], cwd=ROOT)
    deadline = time.monotonic() + 40
    while not (note.exists() and note.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    number = int(note.read_text())
    assert psutil.pid_exists(number)
    caller.kill()
    caller.wait()
    while psutil.pid_exists(number):
        assert time.monotonic() < deadline
        time.sleep(0.05)
