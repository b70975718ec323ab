"""What is covered is black in every frame; everything else keeps its values, and its bytes."""

import io

import numpy as np
import pydicom
import pytest
from pydicom.encaps import generate_frames
from tests.deid.pictures import SAMPLES, clip

from renkei.deid import PseudonymKey, State, deidentify, load_profile
from renkei.deid.mask import Box, Cover, cover_streams
from renkei.deid.recode import LOSSY, NOISE, encode_frame
from renkei.deid.series import Series
from renkei.imaging.dicom import decode_pixels
from renkei.imaging.pixels import RLE, Shape, decode_frame

KEY, PROFILE = PseudonymKey.new(), load_profile()
BOX = Box(50, 60, 110, 80)
COVER = Cover(256, 256, (BOX,))
MR = SAMPLES / "mr_dicom" / "brain_005.dcm"
JPEG = "1.2.840.10008.1.2.4"
SYNTAXES = [RLE, *(f"{JPEG}.{n}" for n in (57, 70, 80, 81, 90, 91, 201, 202, 203))]
COLOURED = [RLE, f"{JPEG}.70", f"{JPEG}.80", f"{JPEG}.90", f"{JPEG}.201"]


def inside(shape=(256, 256)):
    where = np.zeros(shape, dtype=bool)
    where[BOX.top : BOX.bottom, BOX.left : BOX.right] = True
    return where


def frames(*, colour):
    """Return a real picture, and one that is black where the box is."""
    grey = (pydicom.dcmread(MR).pixel_array >> 2).clip(0, 255).astype("u1")
    grey[BOX.top : BOX.bottom, BOX.left : BOX.right] |= 64
    dark = np.where(inside(), 0, grey).astype("u1")
    if not colour:
        return [grey, dark]
    return [np.stack([one, one // 2, one // 3], axis=-1) for one in (grey, dark)]


def shape(samples):
    return Shape(256, 256, 2, samples, 8, 8, signed=False, high=7)


def read(data):
    return pydicom.dcmread(io.BytesIO(data))


def cover(data, **more):
    return deidentify(data, PROFILE, KEY, cover=COVER, **more)


@pytest.mark.parametrize(
    ("syntax", "samples"), [*((s, 1) for s in SYNTAXES), *((s, 3) for s in COLOURED)]
)
def test_each_syntax_holds_a_covered_frame_without_loss(syntax, samples):
    colours = "RGB" if samples == 3 else "MONOCHROME2"
    pair = frames(colour=samples == 3)
    streams = [encode_frame(one, shape(samples), syntax, colours) for one in pair]
    bits = np.packbits(inside()).tobytes()
    new, same = cover_streams(streams, shape(samples), syntax, bits, colours)
    found = decode_frame(new, shape(samples), syntax)
    assert same is None
    assert not found[inside()].any()
    assert np.array_equal(found[~inside()], pair[0][~inside()])


def test_a_signed_picture_keeps_its_sign():
    values = pydicom.dcmread(MR).pixel_array.astype("<i2") - 300
    signed = Shape(256, 256, 1, 1, 16, 16, signed=True, high=15)
    for syntax in SYNTAXES:
        stream = encode_frame(values, signed, syntax, "MONOCHROME2")
        bits = np.packbits(inside()).tobytes()
        (new,) = cover_streams([stream], signed, syntax, bits, "MONOCHROME2")
        found = decode_frame(new, signed, syntax)
        assert set(found[inside()].tolist()) == {values.min()}, syntax
        assert np.array_equal(found[~inside()], values[~inside()]), syntax


@pytest.mark.parametrize("syntax", [RLE, f"{JPEG}.90"])
def test_a_clip_is_covered_and_a_frame_without_text_keeps_its_bytes(syntax):
    pair = frames(colour=False)
    streams = [encode_frame(one, shape(1), syntax, "MONOCHROME2") for one in pair]
    plain = deidentify(clip(streams, syntax), PROFILE, KEY, accept_pixels=True)
    result = cover(clip(streams, syntax))
    assert (result.state, result.counts["frames_covered"]) == (State.CLEAN, 1)
    found = decode_pixels(result.data)
    assert not found[:, inside()].any()
    assert np.array_equal(found[:, ~inside()], np.stack(pair)[:, ~inside()])
    before, after = (
        list(generate_frames(read(r.data).PixelData, number_of_frames=2)) for r in (plain, result)
    )
    assert before[0] != after[0]
    assert before[1] == after[1]
    assert "LossyImageCompression" not in read(result.data)


@pytest.mark.parametrize(("samples", "colours"), [(1, "MONOCHROME2"), (3, "YBR_FULL_422")])
def test_a_lossy_frame_is_marked_and_only_what_changes_loses_again(samples, colours):
    (syntax,) = LOSSY
    pair = frames(colour=samples == 3)
    streams = [encode_frame(one, shape(samples), syntax, colours) for one in pair]
    data = clip(streams, syntax, samples=samples, photometric=colours)
    result = cover(data)
    assert read(result.data).LossyImageCompression == "01"
    found, before = decode_pixels(result.data).astype(int), decode_pixels(data).astype(int)
    assert found[0][inside()].max() <= NOISE
    assert found[0][inside()].mean() < 2
    assert np.abs(found[0] - before[0])[~inside()].mean() < 2
    assert np.abs(found[1] - before[1])[~inside()].mean() < 2


def native(**more):
    ds = pydicom.dcmread(MR)
    for keyword, value in more.items():
        setattr(ds, keyword, value)
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds)
    return buffer.getvalue()


def test_a_native_picture_is_black_in_the_box_alone():
    before = pydicom.dcmread(MR).pixel_array
    found = read(cover(MR.read_bytes()).data).pixel_array
    assert np.array_equal(found[~inside()], before[~inside()])
    assert set(found[inside()].tolist()) == {before.min()}


def test_black_is_the_highest_value_where_the_scale_is_turned_round():
    before = pydicom.dcmread(MR).pixel_array
    found = read(cover(native(PhotometricInterpretation="MONOCHROME1")).data).pixel_array
    assert set(found[inside()].tolist()) == {before.max()}


@pytest.mark.parametrize("planar", [0, 1])
def test_a_native_colour_picture_is_black_in_the_box_alone(planar):
    picture = frames(colour=True)[0]
    stored = picture.transpose(2, 0, 1) if planar else picture
    data = native(
        SamplesPerPixel=3, PlanarConfiguration=planar, PhotometricInterpretation="RGB",
        BitsAllocated=8, BitsStored=8, HighBit=7, PixelRepresentation=0,
        PixelData=stored.tobytes(),
    )  # fmt: skip
    found = decode_pixels(cover(data).data)[0]
    assert not found[inside()].any()
    assert np.array_equal(found[~inside()], picture[~inside()])


def test_pairs_that_share_a_colour_are_covered_whole():
    luma, chroma = frames(colour=False)[0], np.full((256, 128), 90, "u1")
    pairs = np.stack([luma[:, ::2], luma[:, 1::2], chroma, chroma], axis=-1)
    data = native(
        SamplesPerPixel=3, PlanarConfiguration=0, PhotometricInterpretation="YBR_FULL_422",
        BitsAllocated=8, BitsStored=8, HighBit=7, PixelRepresentation=0, PixelData=pairs.tobytes(),
    )  # fmt: skip
    found = np.frombuffer(read(cover(data).data).PixelData, "u1").reshape(256, 128, 4)
    where = inside()[:, ::2]
    assert np.all(found[where] == [0, 0, 128, 128])
    assert np.array_equal(found[~where], pairs[~where])


def test_the_output_says_so_and_only_then():
    covered, untouched = read(cover(MR.read_bytes()).data), read(
        deidentify(native(BurnedInAnnotation="YES"), PROFILE, KEY, accept_pixels=True).data
    )  # fmt: skip
    codes = [
        {item.CodeValue for item in ds.DeidentificationMethodCodeSequence}
        for ds in (covered, untouched)
    ]
    assert "113101" in codes[0]
    assert "113101" not in codes[1]
    assert covered.BurnedInAnnotation == "NO"
    assert untouched.get("BurnedInAnnotation") != "NO"


def test_a_series_with_masks_gives_the_same_bytes_with_and_without_memory():
    paths = sorted((SAMPLES / "mr_dicom").glob("*.dcm"))[:4]
    series = Series()
    for path in paths:
        deidentify(path.read_bytes(), PROFILE, KEY, series=series)
    for path in paths:
        data = path.read_bytes()
        assert cover(data, series=series).data == cover(data).data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (clip([b"\xff\xd8 broken"], f"{JPEG}.70"), "cover_not_possible"),
        (clip([b"\xff\xd8 whatever"], f"{JPEG}.51"), "cover_not_possible"),
        (native(PhotometricInterpretation="PALETTE COLOR"), "cover_not_possible"),
        (native(PhotometricInterpretation="RGB", SamplesPerPixel=2), "pixels_truncated"),
        (native(Rows=128, Columns=512), "cover_other_size"),
    ],
)
def test_what_cannot_be_covered_is_held(data, reason):
    result = cover(data)
    assert (result.state, result.reasons, result.data) == (State.HELD, (reason,), None)


def test_an_empty_cover_is_the_word_of_a_person_that_there_is_no_text():
    data = native(BurnedInAnnotation="YES")
    assert deidentify(data, PROFILE, KEY).state is State.HELD
    result = deidentify(data, PROFILE, KEY, cover=Cover(256, 256, ()))
    assert result.state is State.CLEAN
    assert np.array_equal(read(result.data).pixel_array, pydicom.dcmread(MR).pixel_array)
