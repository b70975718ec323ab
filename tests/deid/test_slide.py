"""Slides: the same tiles, no label, no macro, no words."""

import io

import numpy as np
import pytest
from PIL import Image
from tests.deid import slides_made
from tests.deid.planted import SAMPLES

from renkei.deid import PseudonymKey, State, known
from renkei.deid.icc import clean_icc
from renkei.deid.slide import deidentify_slide, slide_texts
from renkei.deid.slidetext import clean_aperio, read_ome, write_ome
from renkei.deid.tiff import SlideRefusedError

KEY = PseudonymKey({1: bytes(range(32))})
SVS = SAMPLES / "wsi" / "cmu_small_region.svs"


def through(folder, data, suffix=".svs", **more):
    source, target = folder / f"in{suffix}", folder / f"out{suffix}"
    source.write_bytes(data)
    return deidentify_slide(source, target, KEY, patient="7", **more), target


def pixels(path, level=0):
    openslide = pytest.importorskip("openslide")
    with openslide.OpenSlide(str(path)) as slide:
        return np.asarray(slide.read_region((0, 0), level, slide.level_dimensions[level]))


@pytest.fixture
def clean(tmp_path):
    result = deidentify_slide(SVS, tmp_path / "out.svs", KEY, patient="7")
    assert result.state is State.CLEAN
    return tmp_path / "out.svs", result


def test_the_tissue_is_the_same_and_label_and_macro_are_gone(clean):
    openslide = pytest.importorskip("openslide")
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
    assert result.reasons == ("label_dropped",)


def test_no_word_of_the_scanner_or_the_label_is_left(clean):
    before, after = SVS.read_bytes(), clean[0].read_bytes()
    for word in (b"CPAPERIOCS", b"CMU-1", b"12/29/09", b"09:59:15", b"b414003d"):
        assert word in before
        assert word not in after


@pytest.mark.parametrize(("order", "big"), [("<", False), ("<", True), (">", False), (">", True)])
def test_no_marker_is_left_in_any_place_of_any_byte_order(tmp_path, order, big):
    data = slides_made.aperio(order, big=big)
    missing = [word for word in slides_made.MARKERS if word.encode() not in data]
    assert missing == []
    result, path = through(tmp_path, data)
    assert result.state is State.CLEAN, result.reasons
    out = path.read_bytes()
    assert [word for word in slides_made.MARKERS if word.encode() in out] == []
    assert result.counts == {"pages_kept": 3, "pages_dropped": 2, "tiles_cleaned": 3}
    tifffile = pytest.importorskip("tifffile")
    with tifffile.TiffFile(io.BytesIO(data)) as before, tifffile.TiffFile(path) as after:
        assert len(after.pages) == 3
        for one, other in zip(before.pages[:3], after.pages, strict=True):
            assert np.array_equal(one.asarray(), other.asarray())


def test_openslide_finds_no_word_and_no_label_afterwards(tmp_path):
    openslide = pytest.importorskip("openslide")
    result, path = through(tmp_path, slides_made.aperio())
    assert result.state is State.CLEAN
    with openslide.OpenSlide(str(path)) as slide:
        said = " ".join([*slide.properties.values(), *slide.associated_images])
        assert slide.properties["openslide.mpp-x"] == "0.499"
        assert sorted(slide.associated_images) == ["thumbnail"]
        assert slide.level_count == 2
        assert slide.color_profile is not None
    assert "Z" not in said
    assert np.array_equal(pixels(tmp_path / "in.svs", 1), pixels(path, 1))


def test_an_ndpi_slide_keeps_its_levels_and_loses_macro_map_barcode_and_text(tmp_path):
    openslide = pytest.importorskip("openslide")
    data = slides_made.ndpi()
    result, path = through(tmp_path, data, ".ndpi")
    assert result.state is State.CLEAN, result.reasons
    out = path.read_bytes()
    for word in (
        "ZBarcode",
        "ZReference",
        "ZAuth",
        "ZSerial",
        "ZProperty",
        "ZScan1",
        "ZMaker",
        "ZGap",
    ):
        assert word.encode() in data
        assert word.encode() not in out
    with openslide.OpenSlide(str(path)) as slide:
        assert slide.properties["openslide.vendor"] == "hamamatsu"
        assert dict(slide.associated_images) == {}
        assert slide.level_dimensions[:2] == ((320, 200), (160, 100))
    for level in (0, 1):
        assert np.array_equal(pixels(tmp_path / "in.ndpi", level), pixels(path, level))
    assert result.counts == {"pages_kept": 2, "pages_dropped": 2, "tiles_cleaned": 1}
    assert result.name.endswith(".ndpi")
    tifffile = pytest.importorskip("tifffile")
    with tifffile.TiffFile(path) as file:
        # Where restarts lie holds for the picture of which no byte was taken out.
        assert [65426 in page.tags for page in file.pages] == [True, False]


def ome():
    """Return an OME-TIFF of two levels and a label."""
    tifffile = pytest.importorskip("tifffile")
    out = io.BytesIO()
    rgb = slides_made.tissue(192, 256)
    with tifffile.TiffWriter(out, ome=True) as writer:
        facts = {
            "Name": "ZTissue",
            "PhysicalSizeX": 0.5,
            "PhysicalSizeY": 0.5,
            "Description": "ZDesc",
        }
        same = {"photometric": "rgb", "compression": "zlib", "tile": (64, 64)}
        writer.write(rgb, subifds=1, metadata=facts, software="ZSoft", **same)
        writer.write(rgb[::2, ::2], subfiletype=1, **same)
        writer.write(rgb[:90, :96], metadata={"Name": "label image ZLabel"}, photometric="rgb")
    return out.getvalue()


def test_an_ome_tiff_keeps_pixel_facts_and_the_levels_below(tmp_path):
    tifffile = pytest.importorskip("tifffile")
    data = ome()
    result, path = through(tmp_path, data, ".ome.tiff")
    assert result.state is State.CLEAN, result.reasons
    out = path.read_bytes()
    for word in (b"ZTissue", b"ZDesc", b"ZSoft", b"ZLabel", b"tifffile", b"UUID"):
        assert word in data
        assert word not in out
    with tifffile.TiffFile(path) as file, tifffile.TiffFile(io.BytesIO(data)) as before:
        assert (file.is_ome, len(file.series)) == (True, 1)
        assert [level.shape for level in file.series[0].levels] == [(192, 256, 3), (96, 128, 3)]
        assert np.array_equal(
            file.series[0].levels[1].asarray(), before.series[0].levels[1].asarray()
        )
        assert 'PhysicalSizeX="0.5"' in file.ome_metadata
    assert result.counts == {"pages_kept": 1, "pages_dropped": 1}


def test_an_image_of_which_some_pages_would_go_is_refused():
    text = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0" '
        'Name="ZName"><Pixels SizeX="9" SizeZ="2"><TiffData IFD="0" PlaneCount="2"/></Pixels>'
        "</Image></OME>"
    )
    images = read_ome(text, 3)
    assert 'SizeX="9"' in write_ome(images, [True, True, False])
    with pytest.raises(SlideRefusedError) as refused:
        write_ome(images, [True, False, True])
    assert refused.value.facts["reason"] == "pages_of_one_image_differ"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<OME", "malformed"),
        ("<!DOCTYPE x><OME/>", "malformed"),
        ('<OME xmlns="x"><Image/></OME>', "malformed"),
        (
            '<OME xmlns="x"><UUID FileName="a">1</UUID><UUID FileName="b">2</UUID></OME>',
            "slide_in_several_files",
        ),
        (
            '<OME xmlns="x"><Image><Pixels><TiffData IFD="x1"/></Pixels></Image></OME>',
            "malformed",
        ),
    ],
)
def test_a_header_that_lies_is_refused(text, reason):
    with pytest.raises(SlideRefusedError) as refused:
        read_ome(text, 1)
    assert refused.value.facts["reason"] == reason


def test_a_tiled_tiff_without_a_maker_keeps_what_has_the_shape_of_the_tissue(tmp_path):
    rgb = slides_made.tissue(200, 320)
    small = np.ascontiguousarray(rgb[::2, ::2])
    label = slides_made.tissue(90, 60)
    page = slides_made.picture
    data = slides_made.write(
        [
            page(rgb, slides_made.tiles_of(rgb), t270=(2, b"ZWords\0")),
            page(small, slides_made.tiles_of(small)),
            page(label, slides_made.tiles_of(label)),  # nothing says that it is a label
        ]
    )
    result, path = through(tmp_path, data, ".tiff")
    assert result.state is State.CLEAN
    assert result.counts == {"pages_kept": 2, "pages_dropped": 1}
    assert b"ZWords" not in path.read_bytes()
    assert np.array_equal(pixels(tmp_path / "in.tiff"), pixels(path))


@pytest.mark.parametrize(
    ("compression", "reason"),
    [("lzw", "slide_compression_not_covered"), (None, None), ("zlib", None)],
)
def test_bytes_behind_the_pixels_of_a_tile_are_cut_or_the_slide_is_held(
    tmp_path, compression, reason
):
    tifffile = pytest.importorskip("tifffile")
    rgb = slides_made.tissue(128, 128)
    out = io.BytesIO()
    tifffile.imwrite(out, rgb, photometric="rgb", tile=(64, 64), compression=compression)
    tiles = []
    with tifffile.TiffFile(io.BytesIO(out.getvalue())) as file:
        for offset, size in zip(
            file.pages[0].dataoffsets, file.pages[0].databytecounts, strict=True
        ):
            tiles.append(out.getvalue()[offset : offset + size] + b"ZBehind")
        code = int(file.pages[0].compression)
    page = slides_made.picture(rgb, tiles, t259=(3, [code]), t262=(3, [2]))
    result, path = through(tmp_path, slides_made.write([page]), ".tiff")
    assert result.reasons == ((reason,) if reason else result.reasons)
    if reason is None:
        assert b"ZBehind" not in path.read_bytes()
        assert np.array_equal(tifffile.imread(path), rgb)


@pytest.mark.parametrize(
    "word", ["iScan", "http://www.leica-microsystems.com/scn/2010", "DPUfsImport", "MedScan"]
)
def test_a_format_that_needs_its_text_is_held(tmp_path, word):
    rgb = slides_made.tissue(64, 64)
    page = slides_made.picture(rgb, slides_made.tiles_of(rgb), t700=(1, word.encode()))
    result, _ = through(tmp_path, slides_made.write([page]), ".tiff")
    assert result.reasons == ("slide_format_not_covered",)


def test_an_identifier_among_what_is_written_holds_the_slide(tmp_path):
    patient = known(names=["01.2.33"])
    page = slides_made.aperio().replace(b"v11.2.1 ", b"v01.2.33")
    result, path = through(tmp_path, page, known=patient)
    assert (result.state, result.reasons) == (State.HELD, ("identifier_left",))
    assert not path.exists()


def test_a_second_run_gives_the_same_bytes(clean, tmp_path):
    again = deidentify_slide(
        SVS, tmp_path / "again.svs", KEY, patient="7", known=known(numbers=["77777"])
    )
    assert (tmp_path / "again.svs").read_bytes() == clean[0].read_bytes()
    assert again.name == clean[1].name


def test_a_clean_slide_stays_as_it_is(clean, tmp_path):
    deidentify_slide(clean[0], tmp_path / "again.svs", KEY, patient="7")
    assert (tmp_path / "again.svs").read_bytes() == clean[0].read_bytes()


def test_a_description_keeps_listed_numbers_only():
    text = (
        "Aperio Image Library v11.2.1 \r\n46000x32914 (240x240) JPEG/RGB Q=30;Aperio Image Library "
        "v10.0.51\r\nYAMADERA 90417723|AppMag = 20|User = x|MPP = 0.4990|Title = Yamadera|Left = 3a"
    )
    clean = clean_aperio(text)
    assert clean.startswith("Aperio Image Library v11.2.1")
    assert "46000x32914 (240x240) JPEG/RGB Q=30" in clean
    assert clean.split("|")[1:] == ["AppMag = 20", "MPP = 0.4990"]
    assert "YAMADERA" not in clean


def test_a_colour_profile_keeps_its_numbers_and_gives_the_same_colours():
    from PIL import ImageCms

    given = slides_made.icc()
    cleaned = clean_icc(given)
    assert b"ZIcc" not in cleaned
    assert cleaned[24:36] == bytes(12)
    rgb = Image.fromarray(slides_made.tissue(32, 32))
    there = [
        np.asarray(
            ImageCms.profileToProfile(
                rgb, ImageCms.ImageCmsProfile(io.BytesIO(one)), ImageCms.createProfile("sRGB")
            )
        )
        for one in (given, cleaned)
    ]
    assert np.array_equal(*there)
    assert not np.array_equal(there[0], np.asarray(rgb))


def test_every_text_of_a_slide_can_be_listed():
    assert sum("ScanScope" in text for text in slide_texts(SVS)) == 2


@pytest.mark.parametrize("name", ["copy_file_range", "sendfile"])
def test_without_the_kernels_help_the_bytes_are_the_same(clean, tmp_path, monkeypatch, name):
    from renkei.deid import runs

    monkeypatch.setattr(
        runs, "_WAYS", tuple(w for w in runs._WAYS if name not in w.__code__.co_names)
    )
    assert len(runs._WAYS) == 1
    deidentify_slide(SVS, tmp_path / "other.svs", KEY, patient="7")
    monkeypatch.setattr(runs, "_WAYS", ())
    deidentify_slide(SVS, tmp_path / "third.svs", KEY, patient="7")
    whole = clean[0].read_bytes()
    assert whole == (tmp_path / "other.svs").read_bytes() == (tmp_path / "third.svs").read_bytes()


@pytest.mark.parametrize("place", ["head", "middle", "end", "none"])
def test_a_picture_too_large_for_memory_is_cleaned_in_its_head_and_read_to_its_end(
    tmp_path, monkeypatch, place
):
    from renkei.deid import tiles

    monkeypatch.setattr(tiles, "BATCH", 256)
    monkeypatch.setattr(tiles, "LARGE", 256)
    rgb = slides_made.tissue(200, 320)
    whole = slides_made.jpeg(rgb, restart_marker_blocks=4)
    scan = whole.index(b"\xff\xda") + 400
    planted = {
        "head": slides_made.with_comment(whole, "ZWord"),
        "middle": whole[:scan] + b"\xff\xfe\x00\x07ZWord" + whole[scan:],
        "end": whole + b"ZWord",
        "none": whole,
    }[place]
    page = slides_made.picture(rgb, [planted], tiled=False, t278=(4, [200]))
    result, path = through(tmp_path, slides_made.write([page]), ".tiff")
    if place == "middle":
        assert result.reasons == ("slide_tile_damaged",)
        return
    assert result.state is State.CLEAN
    tifffile = pytest.importorskip("tifffile")
    with tifffile.TiffFile(path) as file:
        (offset,), (size,) = file.pages[0].dataoffsets, file.pages[0].databytecounts
    assert path.read_bytes()[offset : offset + size] == whole
    assert b"ZWord" not in path.read_bytes()
