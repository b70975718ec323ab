"""A report outside: FHIR as JP Core asks for it, PDF with Japanese and figures, Markdown, JSON."""

import base64
import json
import random
from dataclasses import replace
from uuid import UUID, uuid5

import imagecodecs
import numpy as np
import pytest
from tests.annotate.reports.made import made_facts
from tests.annotate.shapes import SHAPE, WORDS, ball, labels

from renkei.annotate.facts import Facts, facts_of_volume
from renkei.annotate.reports.build import Form, write_text
from renkei.annotate.reports.draft import draft
from renkei.annotate.reports.figure import COLOUR, key_images
from renkei.annotate.reports.status import FHIR, ReportState, Written
from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume

ID = UUID("018f0000-0000-7000-8000-000000000001")
FACTS = next(f for f in (made_facts(random.Random(n)) for n in range(20)) if len(f.lesions) > 1)


def written(facts: Facts = FACTS, state: ReportState = ReportState.SIGNED) -> Written:
    return Written(
        id=str(ID),
        state=state,
        subject="P-1",
        study="CT (腹部CT)",
        issued="2025-02-11T10:00:00+00:00",
        readers=("R-1", "R-2"),
        texts={"ja": draft(facts, "ja"), "en": draft(facts, "en")},
        sha256="ab" * 32,
        addenda=(("追記です。", "An addendum."),),
    )


@pytest.mark.parametrize("state", ReportState)
def test_fhir_names_what_jp_core_asks_for(state: ReportState) -> None:
    bundle = json.loads(write_text(FACTS.to_json(), written(state=state), Form.FHIR))
    report, *observations = (entry["resource"] for entry in bundle["entry"])
    assert report["status"] == FHIR[state]
    assert report["code"]["coding"][0]["code"] == "18748-4"
    codes = [one["coding"][0]["code"] for one in report["category"]]
    assert codes == ["LP29684-5", FACTS.modality]
    assert [r["identifier"]["value"] for r in report["resultsInterpreter"]] == ["R-1", "R-2"]
    links = [one["reference"] for one in report["result"]]
    assert links == [entry["fullUrl"] for entry in bundle["entry"][1:]]
    first = observations[0]
    assert first["id"] == str(uuid5(ID, FACTS.lesions[0].name))
    sizes = {c["code"]["coding"][0]["display"]: c["valueQuantity"] for c in first["component"]}
    assert sizes["Long Axis"]["value"] == FACTS.lesions[0].long_mm
    assert sizes["Long Axis"]["system"] == "http://unitsofmeasure.org"
    text = base64.b64decode(report["presentedForm"][0]["data"]).decode()
    assert "所見" in text
    assert "追記です。" in text


def test_a_slide_is_pathology_and_an_absence_is_said() -> None:
    facts = replace(FACTS, modality="SM", lesions=(), absent=("lesion",))
    bundle = json.loads(write_text(facts.to_json(), written(facts), Form.FHIR))
    report, *observations = (entry["resource"] for entry in bundle["entry"])
    assert report["code"]["coding"][0]["code"] == "11526-1"
    assert observations[-1]["valueCodeableConcept"]["coding"][0]["code"] == "2667000"


def test_markdown_and_json_hold_both_texts_and_who_signed() -> None:
    text = write_text(FACTS.to_json(), written(), Form.MARKDOWN).decode()
    for said in ("## 所見", "## Findings", "R-1", "R-2", "An addendum.", "ab" * 32):
        assert said in text
    found = json.loads(write_text(FACTS.to_json(), written(), Form.JSON))
    assert Facts.from_json(found["facts"]) == FACTS


def test_the_pdf_embeds_a_japanese_font_and_the_figures_and_is_the_same_each_time() -> None:
    png = imagecodecs.png_encode(np.zeros((8, 8, 3), np.uint8))
    one = replace(written(), figures=(png, png))
    pdf = write_text(FACTS.to_json(), one, Form.PDF)
    assert pdf == write_text(FACTS.to_json(), one, Form.PDF)
    assert b"IPAexGothic" in pdf
    assert pdf.count(b"/Subtype /Image") + pdf.count(b"/Subtype/Image") >= 1


def test_a_key_image_outlines_the_lesion_in_square_millimetres() -> None:
    grid = Geometry(SHAPE, (2.0, 2.0, 1.0))
    made = replace(labels(lesion=ball(5, 12, 6, 4)), geometry=grid)
    facts = facts_of_volume(made, WORDS, modality="CT")
    (png,) = key_images(facts, made, Volume(np.zeros(SHAPE, np.int16), grid, "CT"))
    shown = imagecodecs.png_decode(png)
    assert shown.shape[0] / shown.shape[1] == pytest.approx(2 * SHAPE[1] / SHAPE[2], rel=0.01)
    drawn = (shown == COLOUR).all(axis=-1)
    assert drawn.any()
    rows, columns = np.nonzero(drawn)
    assert rows.mean() / shown.shape[0] == pytest.approx(12.5 / SHAPE[1], abs=0.02)
    assert columns.mean() / shown.shape[1] == pytest.approx(6.5 / SHAPE[2], abs=0.02)
