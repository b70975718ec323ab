"""Free text: known identifiers in every spelling, rules for the rest, words of medicine kept."""

import re

import pytest
from tests.deid.sentences import CLEAN, FORMS, FRAMES, PATIENT, PLANTED, lines

from renkei.deid.charset import UndecodableError, decode
from renkei.deid.fold import fold
from renkei.deid.identifiers import known
from renkei.deid.kana import romaji, sound
from renkei.deid.rules import suspects
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


@pytest.mark.parametrize(
    ("text", "codec", "charsets"),
    [
        ("欧阳 虚构", "gb18030", ("GB18030",)),
        ("欧阳", "gbk", ("GBK",)),
        ("左右田 丂丄", "iso2022_jp_1", ("", "ISO 2022 IR 87", "ISO 2022 IR 159")),
        ("ﾔﾏﾃﾞﾗ", "shift_jis", ("ISO_IR 13",)),
        ("Zoë", "latin-1", ("ISO_IR 100",)),
        ("Ивáн"[:2], "iso8859_5", ("ISO_IR 144",)),
        ("左右田", "cp932", ("", "ISO 2022 IR 87")),  # declared with escapes, written without
    ],
)
def test_each_character_set_is_read_and_its_name_found(text, codec, charsets):
    plain = decode(text.encode(codec), charsets)
    assert plain == text
    assert known(names=[text]).found_in(plain + "分") or len(text) < 3


def test_bytes_of_no_character_set_are_refused():
    with pytest.raises(UndecodableError):
        decode(b"\xff\xfe\x81", ("ISO_IR 192",))


def test_each_spelling_of_what_is_known_goes_and_the_finding_stays():
    cases = [(form, frame) for form in lines(FORMS) for frame in FRAMES]
    assert len(cases) >= 120
    for form, frame in cases:
        clean, cut = clean_text(frame.format(form), PATIENT)
        assert cut, form
        assert fold(form) not in fold(clean), form
        assert all(part.strip() in clean for part in frame.split("{}")), clean


def test_what_is_an_identity_by_its_form_goes_and_what_may_be_one_is_shown_to_a_person():
    sentences = lines(PLANTED)
    assert len(sentences) >= 190
    for sentence in sentences:
        clean, _ = clean_text(re.sub(r"[{}\[\]]", "", sentence), known())
        for word in re.findall(r"\{(.*?)\}", sentence):
            assert word not in clean, sentence
        for word in re.findall(r"\[(.*?)\]", sentence):
            assert word in clean, sentence
            assert suspects(clean), sentence


def test_no_medical_sentence_is_touched_or_shown():
    sentences = lines(CLEAN)
    assert len(sentences) == len(set(sentences)) >= 220
    assert [s for s in sentences if clean_text(s, known())[0] != s] == []
    assert [s for s in sentences if suspects(s)] == []


@pytest.mark.parametrize(
    ("written", "known_as"),
    [
        ("髙橋", "高橋"), ("山﨑", "山崎"), ("渡邊", "渡辺"), ("渡邉", "渡辺"), ("齋藤", "斉藤"),
        ("齊藤", "斎藤"), ("濱田", "浜田"), ("廣澤", "広沢"), ("國井", "国井"), ("櫻井", "桜井"),
        ("眞鍋", "真鍋"), ("𠮷田", "吉田"), ("德永", "徳永"), ("瀨川", "瀬川"), ("栁沢", "柳沢"),
        ("桒原", "桑原"), ("嶋田", "島田"), ("冨永", "富永"), ("龍崎", "竜崎"), ("澤瀉", "沢瀉"),
        ("凜子", "凛子"), ("神谷", "神谷"), ("福井", "福井"), ("橫田", "横田"),
    ],
)  # fmt: skip
def test_an_old_kanji_is_the_usual_one_both_ways(written, known_as):
    assert known(names=[known_as]).found_in(f"{written}分")
    assert known(names=[written]).found_in(f"{known_as}分")


@pytest.mark.parametrize(
    ("kana", "spellings"),
    [
        ("オオノ", "Ohno Ono Oono Ōno ohno"), ("シンジ", "Shinji Sinji Sinzi SHINJI"),
        ("ホンマ", "Homma Honma"), ("コウタロウ", "Kotaro Kohtaro Koutarou Kōtarō"),
        ("ジュンイチ", "Junichi Zyuniti Jun'ichi"), ("サトウ", "Sato Satoh Satou"),
        ("ツカモト", "Tsukamoto Tukamoto"), ("キョウコ", "Kyoko Kyouko Kyohko"),
        ("ハットリ", "Hattori"), ("フジタ", "Fujita Huzita"), ("チョウノ", "Chono Tyono Chohno"),
    ],
)  # fmt: skip
def test_a_kana_name_is_found_in_each_latin_spelling(kana, spellings):
    who = known(names=[kana])
    for spelling in spellings.split():
        assert who.found_in(f"CT of {spelling} chest"), spelling
        assert len({sound(fold(spelling)), *map(sound, romaji(fold(kana)))}) == 1


def test_a_name_of_two_kana_does_not_eat_a_medical_word():
    who = known(names=["リン"])
    assert clean_text("リンパ節腫大", who) == ("リンパ節腫大", 0)
    assert clean_text("リンさんの検査", who)[1]


def test_a_long_hostile_text_is_read_in_linear_time():
    for unit in ("1-", "A", "市", "a@", "令和", "Aa "):
        assert clean_text(unit * 6_000, PATIENT)[1] == 0
