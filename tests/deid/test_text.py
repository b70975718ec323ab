"""Free text: known identifiers in every spelling, rules for the rest, words of medicine kept."""

import pytest

from renkei.deid.charset import UndecodableError, decode
from renkei.deid.identifiers import fold, known
from renkei.deid.text import clean_text

WHO = known(
    names=["Yamadera^Taro=山寺^太郎=ヤマデラ^タロウ"], numbers=["0090417723"], days=["19520318"]
)


@pytest.mark.parametrize(
    "text",
    [
        "山寺太郎", "山寺　太郎", "ﾔﾏﾃﾞﾗ", "やまでら", "YAMADERA", "yamadera_taro",
        "ＹＡＭＡＤＥＲＡ", "ID:90417723", "90417723", "０００９０４１７７２３",
        "1952/3/18", "昭和27年3月18日", "S27.3.18", "19520318", "Taro^Yamadera",
    ],
)  # fmt: skip
def test_a_known_identifier_is_cut_in_every_spelling(text):
    clean, cut = clean_text(f"頭部CT {text} 造影", WHO)
    assert cut
    assert not WHO.found_in(clean)
    assert fold(text) not in fold(clean)


@pytest.mark.parametrize(
    "text",
    ["03-5555-1234", "佐藤先生", "架空大学", "〒100-0001", "a@b.co.jp", "2023年4月5日", "R5.4.5",
     "Dr. Smith", "Example General Hospital", "見本県架空市1-2-3", "12345678"],
)  # fmt: skip
def test_what_looks_like_an_identity_is_cut(text):
    clean, cut = clean_text(f"胸部 {text} 単純", known())
    assert cut
    assert text not in clean
    assert "胸部" in clean


@pytest.mark.parametrize(
    "text",
    ["橋本病の疑い", "川崎病", "高安動脈炎", "患者様の体動あり", "Chest 1.5 mm Br40f",
     "T2 TSE 5/1 TRA", "造影3相 100ml", "肝S8 12mm", "C/A/P 3.0 x 2.0", "DWI b=1000"],
)  # fmt: skip
def test_words_of_medicine_stay(text):
    assert clean_text(text, WHO) == (text, 0)


def test_a_short_name_does_not_eat_other_words():
    who = known(names=["Li^Bo"])
    assert clean_text("Liver body", who) == ("Liver body", 0)


def test_a_number_is_not_found_inside_a_longer_one():
    assert not WHO.found_in("190417723")
    assert WHO.found_in("0090417723")


@pytest.mark.parametrize(
    ("raw", "charsets"),
    [
        ("山寺".encode(), ("ISO_IR 192",)),
        ("山寺".encode("iso2022_jp"), ("", "ISO 2022 IR 87")),
        ("山寺".encode("cp932"), ()),
        ("山寺".encode(), ()),
        ("山寺".encode("cp932"), ("ISO_IR 13",)),
    ],
)
def test_japanese_is_read_as_declared_or_as_usual(raw, charsets):
    assert decode(raw, charsets) == "山寺"


def test_half_width_kana_before_kanji_is_read():
    raw = b"\xd4\xcf\xc0\xde=" + "山寺".encode("iso2022_jp")
    assert decode(raw, ("ISO 2022 IR 13", "ISO 2022 IR 87")) == "ﾔﾏﾀﾞ=山寺"


def test_a_kanji_with_a_backslash_byte_is_not_split():
    assert decode("山本表".encode("cp932"), ("ISO_IR 13",)) == "山本表"
    assert decode("山本".encode("iso2022_jp"), ("", "ISO 2022 IR 87")) == "山本"


def test_bytes_of_no_character_set_are_refused():
    with pytest.raises(UndecodableError):
        decode(b"\xff\xfe\x81", ("ISO_IR 192",))
