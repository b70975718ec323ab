"""Outlines as files: ANN refers to a DICOM slide of full size, and comes back the same."""

import io
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from tests.annotate.wsi_made import SLIDE_UID, dicom_slide
from typer.testing import CliRunner

from renkei.annotate.commands import app
from renkei.annotate.files import Format, ImageNeededError, LabelFileRefusedError, read_outlines
from renkei.annotate.outline_files import is_dicom, write_outlines
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.outlines import Kind, Outline, Scale, read_geojson, write_geojson

WORDS = load_vocabulary("slide-tissue")
SCALE = Scale(80, 80, 0.5)
DRAWN = (
    Outline("tumour", (((1.5, 1.0), (9.0, 1.25), (9.0, 9.0), (1.5, 1.0)),)),
    Outline("tumour", (((20.5, 30.25),),), kind=Kind.POINT),
)


def test_ann_names_the_slide_and_comes_back_by_the_words_of_the_vocabulary():
    head = dicom_slide()
    assert is_dicom(head)
    data = write_outlines(DRAWN, Format.ANN, SCALE, words=WORDS, head=head)
    written = dcmread(io.BytesIO(data))
    image = written.ReferencedImageSequence[0]
    assert image.ReferencedSOPInstanceUID == SLIDE_UID
    found = read_outlines(data, Format.ANN, WORDS)
    assert {(o.name, o.kind, o.rings) for o in found} == {(o.name, o.kind, o.rings) for o in DRAWN}


def test_a_slide_that_is_not_dicom_or_a_smaller_level_is_refused():
    with pytest.raises(ImageNeededError, match="GeoJSON"):
        write_outlines(DRAWN, Format.ANN, SCALE, words=WORDS, head=b"II*\0" + bytes(200))
    with pytest.raises(LabelFileRefusedError, match="full size"):
        write_outlines(DRAWN, Format.ANN, Scale(40, 40, 1.0), words=WORDS, head=dicom_slide())


def test_the_command_converts_outlines_of_a_slide(tmp_path: Path):
    slide = tmp_path / "slide.dcm"
    slide.write_bytes(dicom_slide())
    source, out = tmp_path / "a.geojson", tmp_path / "a.ann.dcm"
    ring = ((1.5, 1.0), (9.0, 1.25), (9.0, 9.0), (1.5, 1.0))
    inner = ((5.0, 3.0), (7.0, 3.0), (7.0, 4.0), (5.0, 3.0))
    source.write_text(write_geojson((Outline("tumour", (ring, inner)), DRAWN[1])), "utf-8")
    call = ["convert", str(source), str(out), "--vocabulary", "slide-tissue"]
    assert CliRunner().invoke(app, call).exit_code != 0
    done = CliRunner().invoke(app, [*call, "--image", str(slide)])
    assert done.exit_code == 0, done.output
    assert "ANN has no holes" in done.stderr
    back = tmp_path / "b.geojson"
    call = ["convert", str(out), str(back), "--vocabulary", "slide-tissue"]
    done = CliRunner().invoke(app, [*call, "--image", str(slide)])
    assert done.exit_code == 0, done.output
    area = sum(o.area_px() for o in read_geojson(back.read_bytes()))
    whole = Outline("tumour", (ring, inner)).area_px()
    assert np.isclose(area, whole)
