"""SS-MIX2: what a path says must fit its message, and only what is in force may go."""

from pathlib import PurePath

import pytest

from renkei.deid.ssmix import refuse

FOLDER = PurePath("009/041/0090417723/20230405/OML-11")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("0090417723_20230405_OML-11_1234567890_20230405102030123_01_1", None),
        ("90417723_-_PPR-01_0_20230405102030123_-_1", None),
        ("0090417723_20230405_OML-11_1234567890_20230405102030123_01_0", "withdrawn_in_storage"),
        ("0090417723_20230405_OML-11_1234567890_20230405102030123_01_2", "withdrawn_in_storage"),
        ("0055512345_20230405_OML-11_1234567890_20230405102030123_01_1", "path_names_another"),
        ("message.hl7", None),
    ],
)
def test_a_path_is_checked_against_its_message(name, reason):
    assert refuse(FOLDER / name, ["0090417723", "ACC77123"]) == reason
