from pathlib import Path

import pytest

from renkei.train.looks import NoLooksLeftError, take_look


def look(book: Path, model: str, family: str = "forest", version: str = "v") -> int:
    return take_look(book, version=version, family=family, model=model, most=3)


def test_the_fourth_model_of_a_family_gets_no_look(tmp_path: Path) -> None:
    book = tmp_path / "looks.jsonl"
    assert [look(book, name) for name in "abc"] == [2, 1, 0]
    with pytest.raises(NoLooksLeftError):
        look(book, "d")
    assert look(book, "a") == 0
    assert look(book, "d", family="other") == 2
    assert look(book, "d", version="w") == 2


def test_a_look_is_on_the_disk_before_anything_is_scored(tmp_path: Path) -> None:
    book = tmp_path / "looks.jsonl"
    look(book, "a")  # a crash after this line has used the look
    assert len(book.read_text().splitlines()) == 1
    assert look(book, "b") == 1
