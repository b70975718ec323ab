"""A file that another program cuts short while it is read: a reason, never a dead process."""

import os

import pytest
from tests.deid.planted import SAMPLES

from renkei.deid import PseudonymKey, Series, State, load_profile, whole
from renkei.deid.exact import parse_file
from renkei.deid.parse import MalformedError
from renkei.deid.series import deidentify_dicom
from renkei.deid.splice import Asked
from renkei.deid.whole import read_whole

ASKED = Asked(load_profile(), PseudonymKey({1: bytes(range(32))}))
MR = (SAMPLES / "mr_dicom" / "brain_002.dcm").read_bytes()


@pytest.fixture(params=["small", "large"])
def path(request, tmp_path, monkeypatch):
    if request.param == "large":
        monkeypatch.setattr(whole, "IN_MEMORY", 1024)
    file = tmp_path / "a.dcm"
    file.write_bytes(MR)
    return file


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_what_was_read_stays_when_the_file_is_emptied(path, out) -> None:
    data = read_whole(path, out)
    os.truncate(path, 0)
    assert data[:] == MR
    assert list(out.iterdir()) == []


def test_a_file_cut_short_is_held_and_keeps_what_is_left_of_it(path, out) -> None:
    os.truncate(path, len(MR) - 5000)
    part = out / "part"
    result = deidentify_dicom(path, part, ASKED, Series())
    assert (result.state, result.reasons) in {
        (State.HELD, ("truncated",)), (State.HELD, ("pixels_truncated",)),
    }  # fmt: skip
    assert not part.exists()
    assert path.read_bytes() == MR[:-5000]
    with pytest.raises(MalformedError):
        parse_file(path)


def test_a_file_that_shrinks_while_it_is_copied_is_held(path, out, monkeypatch) -> None:
    copy = whole.copy_range

    def shrinking(source, out, offset, size) -> None:
        os.truncate(path, 4096)
        copy(source, out, offset, size)

    monkeypatch.setattr(whole, "copy_range", shrinking)
    monkeypatch.setattr(whole, "IN_MEMORY", 1024)
    with pytest.raises(MalformedError) as caught:
        read_whole(path, out)
    assert caught.value.facts["reason"] == "truncated"
    path.write_bytes(MR)
    result = deidentify_dicom(path, out / "part", ASKED, Series())
    assert result.reasons == ("truncated",)
    assert list(out.iterdir()) == []


def test_a_large_file_comes_out_as_a_small_one_does(path, out) -> None:
    small = deidentify_dicom(path, out / "x", ASKED, Series())
    assert small.state is State.CLEAN
    whole_again = deidentify_dicom(path, out / "y", ASKED, Series())
    assert (out / "x").read_bytes() == (out / "y").read_bytes()
    assert small.blake3 == whole_again.blake3


def test_a_full_disk_is_no_fault_of_the_file(path, out, monkeypatch) -> None:
    def full(*_args) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(whole, "copy_range", full)
    monkeypatch.setattr(whole, "IN_MEMORY", 1024)
    with pytest.raises(OSError, match="full"):
        read_whole(path, out)
