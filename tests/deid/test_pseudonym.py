"""Pseudonyms, UIDs and shifts under one key."""

import os
import stat
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import CTImageStorage

from renkei.deid import PseudonymKey, map_uid, pseudonym, shift_days
from renkei.deid.pseudonym import BadKeyFileError, NoSuchKeyError, normal_id
from renkei.proof.keyfile import KeyExistsError, KeyExposedError

KEY = PseudonymKey({1: b"k" * 32})


@given(st.integers(1, 10**12), st.integers(0, 6))
def test_zeros_width_and_blanks_do_not_make_another_patient(number, zeros):
    wide = str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    forms = {str(number), "0" * zeros + str(number), f" {number} ", wide}
    assert len({pseudonym(KEY, "patient", form) for form in forms}) == 1


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_patients_are_two_pseudonyms(one, two):
    same = pseudonym(KEY, "patient", one) == pseudonym(KEY, "patient", two)
    assert same == (normal_id(one) == normal_id(two))


@given(st.text(min_size=1))
def test_a_shift_is_whole_weeks_within_ten_years_and_never_zero(patient):
    days = shift_days(KEY, patient)
    assert days % 7 == 0
    assert 0 < abs(days) <= 521 * 7


@given(st.from_regex(r"1\.2\.392(\.[1-9][0-9]{0,8}){2,5}", fullmatch=True))
def test_a_uid_becomes_a_valid_uid_of_the_uuid_arc(uid):
    new = map_uid(KEY, uid)
    assert new.startswith("2.25.")
    assert uuid.UUID(int=int(new[5:]))
    assert len(new) <= 64
    assert map_uid(KEY, f" {uid}\0") == new


def test_a_registered_uid_stays_and_one_that_only_looks_like_it_does_not():
    assert map_uid(KEY, CTImageStorage) == CTImageStorage
    assert map_uid(KEY, "1.2.840.10008.19520318.90417723").startswith("2.25.")


def test_kinds_do_not_share_pseudonyms():
    assert pseudonym(KEY, "patient", "7") != pseudonym(KEY, "file", "7")


def test_a_new_epoch_keeps_the_old_answers(tmp_path):
    later = KEY.next_epoch()
    later.write(tmp_path / "site.key")
    again = PseudonymKey.read(tmp_path / "site.key")
    assert again.epoch == 2
    assert pseudonym(again.at(1), "patient", "7") == pseudonym(KEY, "patient", "7")
    assert pseudonym(again, "patient", "7") != pseudonym(KEY, "patient", "7")
    assert again.fingerprint != KEY.fingerprint


def test_a_key_file_is_for_its_owner_and_is_never_overwritten(tmp_path):
    path = tmp_path / "site.key"
    KEY.write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PseudonymKey.read(path).secret == KEY.secret
    with pytest.raises(KeyExistsError):
        KEY.write(path)


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_a_key_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "site.key"
    KEY.write(path)
    path.chmod(0o644)
    with pytest.raises(KeyExposedError):
        PseudonymKey.read(path)


def test_a_missing_or_broken_key_is_refused(tmp_path):
    with pytest.raises(NoSuchKeyError):
        PseudonymKey.read(tmp_path / "none")
    broken = tmp_path / "broken"
    broken.write_text('{"format": "renkei.pseudonym-key/1", "secrets": {"1": "00"}}')
    broken.chmod(0o600)
    with pytest.raises(BadKeyFileError):
        PseudonymKey.read(broken)


def test_the_key_does_not_show_itself():
    assert (b"k" * 32).hex() not in repr(KEY)
    assert "kkkk" not in repr(KEY)
