"""Slides: the same tiles, no label, no macro, no words."""

import pytest
from tests.deid.planted import SAMPLES

from renkei.deid import PseudonymKey, State, known
from renkei.deid.slide import clean_description, deidentify_slide, slide_texts

KEY = PseudonymKey({1: bytes(range(32))})
SVS = SAMPLES / "wsi" / "cmu_small_region.svs"


@pytest.fixture
def clean(tmp_path):
    result = deidentify_slide(SVS, tmp_path / "out.svs", KEY, patient="7")
    assert result.state is State.CLEAN
    return tmp_path / "out.svs", result


def test_the_tissue_is_the_same_and_label_and_macro_are_gone(clean):
    openslide = pytest.importorskip("openslide")
    import numpy as np

    path, result = clean
    with openslide.OpenSlide(str(SVS)) as before, openslide.OpenSlide(str(path)) as after:
        assert after.dimensions == before.dimensions
        assert set(before.associated_images) >= {"label", "macro"}
        assert not {"label", "macro"} & set(after.associated_images)
        assert after.properties["openslide.mpp-x"] == before.properties["openslide.mpp-x"]
        region = ((300, 300), 0, (600, 600))
        assert np.array_equal(
            np.asarray(before.read_region(*region)), np.asarray(after.read_region(*region))
        )
    assert result.counts == {"pages_kept": 2, "pages_dropped": 2}


def test_no_word_of_the_scanner_or_the_label_is_left(clean):
    before, after = SVS.read_bytes(), clean[0].read_bytes()
    for word in (b"CPAPERIOCS", b"CMU-1", b"12/29/09", b"09:59:15", b"b414003d"):
        assert word in before
        assert word not in after


def test_bytes_that_no_tag_refers_to_do_not_come_along(tmp_path):
    planted = tmp_path / "in.svs"
    planted.write_bytes(SVS.read_bytes() + b"Ztrailing-Yamadera")
    deidentify_slide(planted, tmp_path / "out.svs", KEY, patient="7")
    assert b"Ztrailing" not in (tmp_path / "out.svs").read_bytes()


def test_a_second_run_gives_the_same_bytes(clean, tmp_path):
    deidentify_slide(SVS, tmp_path / "again.svs", KEY, patient="7", known=known(numbers=["77777"]))
    assert (tmp_path / "again.svs").read_bytes() == clean[0].read_bytes()


def test_a_description_keeps_listed_numbers_only():
    text = (
        "Aperio Image Library v11.2.1 \r\n46000x32914 (240x240) JPEG/RGB Q=30;Aperio Image Library "
        "v10.0.51\r\nYAMADERA 90417723|AppMag = 20|User = x|MPP = 0.4990|Title = Yamadera|Left = 3a"
    )
    clean = clean_description(text)
    assert clean.startswith("Aperio Image Library v11.2.1")
    assert "46000x32914 (240x240) JPEG/RGB Q=30" in clean
    assert clean.split("|")[1:] == ["AppMag = 20", "MPP = 0.4990"]
    assert "YAMADERA" not in clean


def test_every_text_of_a_slide_can_be_listed():
    assert sum("ScanScope" in text for text in slide_texts(SVS)) == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_tiff"),
        (b"II*\0\x08\0\0\0\xff\xff", "malformed"),
        (SVS.read_bytes()[:300_000], "malformed"),
    ],
)
def test_a_broken_slide_is_held(tmp_path, data, reason):
    path = tmp_path / "in.svs"
    path.write_bytes(data)
    result = deidentify_slide(path, tmp_path / "out.svs", KEY, patient="7")
    assert (result.state, result.reasons) == (State.HELD, (reason,))
