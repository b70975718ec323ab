import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import mlcroissant
import polars as pl
import pytest

from renkei.preprocess.clinical.coverage import BadCoverageError, card_lines, read_card_lines
from renkei.publish.audit import audit_cases
from renkei.publish.card import NOT_RECORDED, CardFacts, croissant
from renkei.publish.card_page import card_page
from renkei.publish.card_words import WORDS
from renkei.publish.cases import Case
from renkei.publish.represent import represent_cases


@pytest.fixture
def facts() -> CardFacts:
    sides = ["train"] * 14 + ["validation"] * 3 + ["test"] * 3
    cases = tuple(
        Case(
            name=f"case-{(n * 37) % 100:02}",
            subject=f"sub-{n}",
            image=f"sub-{n}/case/image.nii.gz",
            image_sha256=f"{n:064x}",
            split=side,
            facts={
                "country": "JP",
                "sex": "F" if n < 8 else "M",
                "label_classes": ["liver"],
                "made": n >= 18,
            },
        )
        for n, side in enumerate(sides)
    )
    return CardFacts(
        name="liver-ct",
        title={"en": "Liver <CT>", "ja": "肝臓 CT"},
        description="Abdominal CT with livers.",
        number="1.0.0",
        version_id="ab" * 32,
        published=date(2026, 11, 23),
        cases=cases,
        representation=represent_cases(cases),
        audit=audit_cases(cases),
        manifest_sha256="cd" * 32,
        flow={
            "boxes": [{"name": "received", "patients": 22, "cases": 22, "excluded": {"noise": 2}}]
        },
    )


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("public", [True, False])
def test_mlcroissant_finds_no_issue(facts: CardFacts, tmp_path: Path, *, public: bool) -> None:
    path = tmp_path / "croissant.json"
    path.write_text(json.dumps(croissant(facts, public=public)), "utf-8")
    dataset = mlcroissant.Dataset(jsonld=path)
    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    assert dataset.metadata.ctx.is_v1_1()
    assert len(dataset.metadata.record_sets) == (0 if public else 2)


def test_the_public_card_has_no_file_and_no_count_under_ten(facts: CardFacts) -> None:
    document = croissant(facts, public=True)
    assert "distribution" not in document
    assert "F <10" in document["rai:dataBiases"]
    assert "F 8" in croissant(facts)["rai:dataBiases"]
    assert '<td class="n">8</td>' not in card_page(facts, "en", public=True)


def test_what_no_record_tells_is_called_not_recorded(facts: CardFacts) -> None:
    document = croissant(facts)
    assert document["rai:dataSocialImpact"] == NOT_RECORDED
    assert document["rai:dataAnnotationAnalysis"] == NOT_RECORDED


def test_both_pages_say_that_made_cases_are_not_counted(facts: CardFacts) -> None:
    assert "2 subjects were generated in code" in card_page(facts, "en")
    assert "2 件はプログラムで生成した例です" in card_page(facts, "ja")


def test_a_title_cannot_bring_markup_into_the_page(facts: CardFacts) -> None:
    page = card_page(facts, "en")
    assert "Liver &lt;CT&gt;" in page
    assert "<CT>" not in page


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["ja"].keys() == WORDS["en"].keys()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_standardised_tables_are_shown_by_site_and_in_public_without_counts(
    facts: CardFacts, tmp_path: Path, language: str
) -> None:
    rows = {"site": ["A"] * 12 + ["B"] * 4, "code_status": ["mapped"] * 12 + ["unmapped"] * 4}
    few = {"site": ["A"] * 5, "unit_status": ["mapped"] * 5}
    frames = {"lab": pl.DataFrame(rows), "drug": pl.DataFrame(few)}
    pl.DataFrame(card_lines(frames)).write_csv(tmp_path / "coverage.csv")
    told = replace(facts, coverage=tuple(read_card_lines(tmp_path)))
    page = card_page(told, language)
    assert page.count("<code>code</code>") == 3
    assert page.count("<code>unit</code>") == 2
    assert "75 %" in page
    public = card_page(told, language, public=True)
    assert public.count("<code>code</code>") == 1
    assert "<code>unit</code>" not in public
    assert "lab.code: 75% of 16 rows" in croissant(told)["rai:dataPreprocessingProtocol"]
    assert WORDS[language]["mapped"] not in card_page(facts, language)


def test_a_folder_without_coverage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCoverageError):
        read_card_lines(tmp_path)
    (tmp_path / "coverage.csv").write_text("table,column\n")
    with pytest.raises(BadCoverageError):
        read_card_lines(tmp_path)
