"""Words in pictures: drawn strings found, false boxes on clean pictures, seconds for a series."""

import importlib.util
import io
import time
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image, ImageDraw, ImageFont

from bench.measure import Row
from renkei.deid.ocr import look, read_words
from renkei.deid.project import project

SAMPLES = Path(__file__).parents[1] / "samples"
STRINGS = (
    "山寺 太郎左", "ヤマデラ タロウ", "YAMADERA TARO", "ID 90417723", "1952/03/18",
    "昭和27年3月18日", "架空中央病院", "Dr. Zkleinert", "090-5551-7345", "見本 花子 F 33",
)  # fmt: skip
SIZES = (10, 12, 14, 18)


def run():
    for name, found, drawn in _recall():
        case = f"{drawn} strings, 10–18 px, {name}"
        yield Row("ocr", case, 100 * found / drawn, "", None, "% found", 90, higher=True)
    clean = _clean()
    yield Row("ocr", f"{len(clean)} clean pictures", _false(clean), "", None, "false boxes")
    for name, files in _series():
        started = time.process_time()
        seen = look(files)
        used = time.process_time() - started
        case = f"{name}: {len(seen.pictures)} pictures"
        yield Row("ocr", case, used, "", None, "CPU s/series")
    yield Row("ocr", "40 ultrasound frames, 10 strings that move", 100 * _moving(), "", None,
              "% found", 90, higher=True)  # fmt: skip


def _font(size):
    spec = importlib.util.find_spec("matplotlib_fontja")
    return ImageFont.truetype(Path(spec.origin).parent / "fonts" / "ipaexg.ttf", size)


def _draw(picture, strings, size, random):
    """Return the picture with white strings in dark outline, as consoles draw, and their places."""
    drawn = Image.fromarray(picture.copy())
    pen, places = ImageDraw.Draw(drawn), []
    rows, columns = picture.shape
    for n, text in enumerate(strings):
        width = pen.textlength(text, font=_font(size))
        x = int(random.integers(4, max(5, columns - width - 4)))
        y = 4 + n * (rows - 30) // len(strings)
        pen.text((x, y), text, fill=255, font=_font(size), stroke_width=1, stroke_fill=0)
        places.append(pen.textbbox((x, y), text, font=_font(size)))
    return np.array(drawn), places


def _hidden(words, places, shape):
    where = np.zeros(shape, dtype=bool)
    for word in words:
        where[word.box.top : word.box.bottom, word.box.left : word.box.right] = True
    hidden = [
        where[int(top) : int(bottom), int(left) : int(right)].mean() > 0.95
        for left, top, right, bottom in places
    ]
    return int(sum(hidden))


def _recall():
    random = np.random.default_rng(4)
    grounds = {
        "black": np.zeros((512, 512), np.uint8),
        "CT": project([SAMPLES / "ct_dicom" / "slice_10.dcm"])[1],
        "MR": project([SAMPLES / "mr_dicom" / "brain_008.dcm"])[0],
    }
    for name, ground in grounds.items():
        found = drawn = 0
        for size in SIZES:
            picture, places = _draw(ground, STRINGS, size, random)
            found += _hidden(read_words(picture), places, picture.shape)
            drawn += len(places)
        yield name, found, drawn


def _clean():
    files = [
        *sorted((SAMPLES / "ct_dicom").glob("*.dcm"))[::7],
        *sorted((SAMPLES / "mr_dicom").glob("*.dcm"))[1::7],
    ]
    return [picture for file in files for picture in project([file])]


def _false(pictures):
    return sum(len(read_words(picture)) for picture in pictures)


def _series():
    yield "CT, 20 slices of 512²", sorted((SAMPLES / "ct_dicom").glob("*.dcm"))
    yield "MR, 20 slices of 256²", sorted((SAMPLES / "mr_dicom").glob("*.dcm"))


def _moving():
    """Return the share found of strings of which each stands in a few frames, at its own place."""
    ground = project([SAMPLES / "mr_dicom" / "brain_008.dcm"])[0]
    random = np.random.default_rng(5)
    pages, places = [], []
    for text in STRINGS:
        page, (place,) = _draw(ground // 2, [text], 14, random)
        down = int(random.integers(0, 200))
        pages += [np.roll(page, down, axis=0)] * 4
        places.append(_lower(place, down))
    words = look([_clip(np.stack(pages))]).words
    return _hidden(words, places, ground.shape) / len(places)


def _lower(place, down):
    left, top, right, bottom = place
    return left, top + down, right, bottom + down


def _clip(pages):
    ds = pydicom.dcmread(SAMPLES / "mr_dicom" / "brain_008.dcm")
    ds.NumberOfFrames, ds.Rows, ds.Columns = pages.shape
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation, ds.Modality = 7, 0, "US"
    ds.PixelData = pages.tobytes()
    for tag in [element.tag for element in ds if element.tag.group == 0]:
        del ds[tag]
    buffer = io.BytesIO()
    ds.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
