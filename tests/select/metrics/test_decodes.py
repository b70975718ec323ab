"""What cannot be read is counted, named and placed; every lossless encoding reads the same."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless
from tests.select.inject_stack import rewritten

from renkei.imaging.dicom import read_header
from renkei.select.case import Case, case_of_files
from renkei.select.metric import Measured, measure
from renkei.select.metrics import (
    burned_in,
    completeness,
    constant,
    decodes,
    geometry,
    header,
    repeats,
    saturation,
)

METRICS = [
    m.METRIC
    for m in (geometry, completeness, decodes, header, repeats, constant, saturation, burned_in)
]
MR = [f.read_bytes() for f in sorted(Path("samples/mr_dicom").glob("*.dcm"))[:6]]


def answer(files: list[bytes]) -> Measured:
    return measure(case_of_files(files), decodes.METRIC)[0]


def test_a_whole_series_decodes() -> None:
    found = answer(MR)
    assert (found.value, found.n, found.codes) == (0, 6, ())


def test_each_damage_has_its_code_and_its_place() -> None:
    def colour(dataset: Dataset) -> None:
        dataset.PhotometricInterpretation = "PALETTE COLOR"

    def doubled(dataset: Dataset) -> None:
        dataset.NumberOfFrames = 2
        dataset.PixelData = dataset.PixelData * 2

    def short(dataset: Dataset) -> None:
        dataset.PixelData = dataset.PixelData[:-100]

    found = answer([rewritten(MR[0], short), rewritten(MR[1], doubled), *MR[2:5],
                    rewritten(MR[5], colour)])  # fmt: skip
    assert found.value == 3
    assert [(p.code, p.slice) for p in found.places] == [
        ("truncated", 0),
        ("multi_frame", 1),
        ("not_grey", 5),
    ]


def test_a_file_that_ends_early_and_one_that_is_no_image_are_counted() -> None:
    found = answer([MR[1][:-3000], b"no image", b"", *MR[3:]])
    assert found.value == 3
    assert set(found.codes) == {"truncated", "not_dicom", "empty_file"}


def test_a_real_truncated_file_and_a_real_colour_capture() -> None:
    for name, code in (("MR_truncated.dcm", "truncated"), ("SC_rgb_rle.dcm", "not_grey")):
        found = answer([Path(get_testdata_file(name)).read_bytes()])
        assert (found.value, found.codes) == (1, (code,))


def test_nothing_is_not_applicable() -> None:
    assert measure(Case("CT"), decodes.METRIC)[0].reason == "no_slices"


def transcoded(file: bytes) -> bytes:
    import imagecodecs

    dataset = read_header(file)
    codestream = imagecodecs.jpeg2k_encode(dataset.pixel_array, level=0, reversible=True)
    dataset.PixelData = encapsulate([codestream])
    dataset["PixelData"].VR = "OB"
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    out = BytesIO()
    dataset.save_as(out)
    return out.getvalue()


ODD = {
    "flat": np.zeros((8, 8), np.uint16),
    "tiny": np.arange(64, dtype=np.uint16).reshape(8, 8),
    "one row": np.arange(64, dtype=np.uint16).reshape(1, 64),
}


def test_order_names_and_lossless_encoding_change_nothing(tmp_path: Path) -> None:
    paths = [tmp_path / f"{9 - i}.bin" for i in range(6)]
    for path, data in zip(paths, MR, strict=True):
        path.write_bytes(data)
    clean = measure(case_of_files(MR), *METRICS)
    assert measure(case_of_files(paths[::-1]), *METRICS) == clean
    assert measure(case_of_files([transcoded(f) for f in MR]), *METRICS) == clean


@pytest.mark.parametrize("name", ODD)
def test_odd_images_never_stop_any_of_these_metrics(name: str) -> None:
    pixels = ODD[name]

    def drawn(dataset: Dataset) -> None:
        dataset.Rows, dataset.Columns = pixels.shape
        dataset.PixelRepresentation = 0
        dataset.PixelData = pixels.tobytes()
        dataset.PixelSpacing = [90, 90]
        del dataset.SliceThickness
        if name == "flat":
            del dataset.PixelSpacing

    for files in ([rewritten(MR[0], drawn)], [rewritten(f, drawn) for f in MR[:3]]):
        found = measure(case_of_files(files), *METRICS)
        assert found[2].value == 0
        assert all((one.value is None) == (one.reason is not None) for one in found)
