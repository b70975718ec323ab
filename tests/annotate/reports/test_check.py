"""The report's check: a draft is clean, and each planted error is found in both languages."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.annotate.shapes import SHAPE, WORDS, ball, labels

from renkei.annotate.facts import Facts, facts_of_slide, facts_of_volume
from renkei.annotate.reports.check import check_report
from renkei.annotate.reports.draft import draft
from renkei.annotate.reports.sections import Language
from renkei.imaging.outlines import Outline

KIDNEY, LIVER = ball(5, 12, 6, 5), ball(5, 12, 20, 7)
LESION = ball(5, 12, 6, 3)


def facts(**more: np.ndarray) -> Facts:
    masks = {"liver": LIVER, "kidney_right": KIDNEY, "lesion": LESION} | more
    return facts_of_volume(labels(**masks), WORDS, modality="CT", voxels=np.full(SHAPE, 30))


FACTS = facts()
SIZE = f"{FACTS.lesions[0].long_mm} × {FACTS.lesions[0].short_mm} mm"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_draft_says_what_the_facts_say(language: Language) -> None:
    assert check_report(draft(FACTS, language), FACTS, language) == ()
    absent = facts(lesion=np.zeros(SHAPE, bool))
    assert check_report(draft(absent, language), absent, language) == ()


@settings(deadline=None, max_examples=40)
@given(
    places=st.lists(
        st.tuples(st.integers(2, 7), st.integers(4, 19), st.integers(4, 23), st.integers(2, 5)),
        max_size=5,
    ),
    language=st.sampled_from(["ja", "en"]),
)
def test_no_draft_ever_contradicts_its_facts(
    places: list[tuple[int, int, int, int]], language: Language
) -> None:
    lesion = np.zeros(SHAPE, bool)
    for z, y, x, r in places:
        lesion |= ball(z, y, x, r)
    found = facts(lesion=lesion)
    assert check_report(draft(found, language), found, language) == ()


PLANTED: list[tuple[Language, str, str, str]] = [
    ("ja", SIZE, "45.0 × 30.0 mm", "size_orphan"),
    ("ja", SIZE, "４５ｍｍ", "size_orphan"),
    ("ja", "病変1: 右腎", "病変1: 左腎", "side_wrong"),
    ("ja", "病変1: 右腎", "病変1: 肝臓", "organ_wrong"),
    ("ja", "病変を1個認めます。", "病変を3個認めます。", "count_wrong"),
    ("ja", "右腎に病変を認めます", "右腎に病変を認めず", "denied_present"),
    ("ja", "診断\n", "", "section_missing"),
    ("ja", "肝臓の体積は", "肝臓の体積は9", "volume_wrong"),
    ("en", SIZE, "4.5 x 3 cm", "size_orphan"),
    ("en", "Lesion 1: right kidney", "Lesion 1: left kidney", "side_wrong"),
    ("en", "Lesion 1: right kidney", "Lesion 1: liver", "organ_wrong"),
    ("en", "1 lesion in total", "three lesions in total", "count_wrong"),
    ("en", "Lesion in the right kidney", "No lesion in the right kidney", "denied_present"),
    ("en", "Diagnosis\n", "", "section_missing"),
    ("en", "Liver: volume ", "Liver: volume 9", "volume_wrong"),
]


@pytest.mark.parametrize(("language", "before", "after", "code"), PLANTED)
def test_each_planted_error_is_found(
    language: Language, before: str, after: str, code: str
) -> None:
    text = draft(FACTS, language)
    assert before in text
    found = {problem.code for problem in check_report(text.replace(before, after), FACTS, language)}
    assert code in found


@pytest.mark.parametrize("language", ["ja", "en"])
def test_leaving_a_lesion_out_is_found(language: Language) -> None:
    lines = draft(FACTS, language).splitlines()
    kept = [line for line in lines if SIZE not in line]
    assert len(kept) == len(lines) - 1
    found = {p.code for p in check_report("\n".join(kept), FACTS, language)}
    assert "lesion_missing" in found


def test_a_lesion_that_was_said_to_be_absent_may_not_be_reported() -> None:
    absent = facts(lesion=np.zeros(SHAPE, bool))
    text = draft(absent, "ja").replace("病変は認めません", "病変を認めます")
    assert "affirmed_absent" in {p.code for p in check_report(text, absent, "ja")}
    bare = facts_of_volume(labels(liver=LIVER), WORDS, modality="CT")
    text = draft(bare, "en").replace("No abnormality to report.", "Mass in the liver.")
    assert "diagnosis_unfounded" in {p.code for p in check_report(text, bare, "en")}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_areas_of_a_slide_are_checked(language: Language) -> None:
    ring = ((0.0, 0.0), (2000.0, 0.0), (2000.0, 1000.0), (0.0, 1000.0), (0.0, 0.0))
    from renkei.annotate.vocabulary import load_vocabulary

    words = load_vocabulary("slide-tissue")
    found = facts_of_slide([Outline("tumour", (ring,))], words, labels="0" * 64, mpp=0.5)
    assert found.regions[0].area_mm2 == 0.5
    text = draft(found, language)
    assert check_report(text, found, language) == ()
    wrong = text.replace("0.5 mm2", "1.5 mm2")
    assert "area_wrong" in {p.code for p in check_report(wrong, found, language)}
