"""Judge a series or a slide on files: read, measure, decide."""

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from pydicom.dataset import Dataset

from renkei import child
from renkei.errors import DataRefusedError
from renkei.imaging.slide import open_slide, slide_file
from renkei.plugins import by_name
from renkei.select.case import SLIDE, Case, case_of_files, case_of_slide
from renkei.select.metric import measure
from renkei.select.metrics import METRICS
from renkei.select.recipe import CaseFacts, Finding, Recipe
from renkei.select.records.report import findings_of_file
from renkei.select.sequence import class_of_series
from renkei.select.verdict import Verdict, decide

# Whoever imports this has it run by children.
child.preload(__name__)
RECORD_KINDS = frozenset({"TABLE", "FHIR", "VCF", "MAF", "REPORT"})
PER_YEAR = {"Y": 1.0, "M": 12.0, "W": 52.18, "D": 365.25}


def judge_series(
    files: Sequence[Path | bytes],
    recipe: Recipe,
    *,
    facts: CaseFacts | None = None,
    age: int | None = None,
    findings: tuple[Finding, ...] = (),
    duplicate: bool = False,
) -> Verdict:
    """Judge the files of one series, DICOM or one NIfTI, in any order.

    `facts` say what the files cannot (a NIfTI has no modality); without them the header speaks.
    A series that makes no volume is judged all the same: its codes are the reasons.
    """
    case = case_of_files(files, modality=facts.modality if facts else "")
    own = facts_of(case, age, findings)
    known = replace(facts, sequence=facts.sequence or own.sequence) if facts else own
    return judge_case(case, recipe, known, duplicate=duplicate)


def judge_slide(
    path: Path,
    recipe: Recipe,
    *,
    facts: CaseFacts | None = None,
    age: int | None = None,
    findings: tuple[Finding, ...] = (),
) -> Verdict:
    """Judge one whole-slide image; `facts` say what only the records know."""
    known = facts or CaseFacts(SLIDE, age=age, findings=findings)
    try:
        with open_slide(path) as slide:
            return judge_case(case_of_slide(slide), recipe, replace(known, mpp=slide.mpp))
    except DataRefusedError as error:
        return judge_case(Case(SLIDE, problems=(error.code,), instances=1), recipe, known)


def judge_slide_bytes(data: bytes, recipe: Recipe, facts: CaseFacts) -> Verdict:
    """Judge a slide held in memory."""
    with slide_file(data) as path:
        return judge_slide(path, recipe, facts=facts)


def judge_record(path: Path, kind: str, recipe: Recipe) -> Verdict:
    """Judge one table, FHIR file, VCF, MAF or report.

    What the recipe asks of images and of one person does not bind a record. A report with an
    unwanted finding is left out by it.
    """
    open_to_all = replace(
        recipe,
        modalities=(kind,),
        body_parts=(),
        least_age=None,
        most_age=None,
        sexes=(),
        wanted=(),
        second_look=0.0,
    )
    findings = findings_of_file(path) if kind == "REPORT" else ()
    case = Case(kind, instances=1, parts=lambda: iter((path,)))
    return judge_case(case, open_to_all, CaseFacts(kind, findings=findings))


def judge_case(case: Case, recipe: Recipe, facts: CaseFacts, *, duplicate: bool = False) -> Verdict:
    """Measure a case by every metric of its modality, and hold the values against the recipe.

    Raises:
        NoSuchPluginError: The recipe names a metric that is not installed.
    """
    for rule in recipe.rules:
        by_name(METRICS, rule.metric)
    fitting = [metric for metric in METRICS if case.modality in metric.modalities]
    measured = list(zip(fitting, measure(case, *fitting), strict=True))
    return decide(recipe, facts, measured, unread=case.problems, duplicate=duplicate)


def facts_of(case: Case, age: int | None, findings: tuple[Finding, ...] = ()) -> CaseFacts:
    """Return what the headers of a series say of it; an `age` that is said goes before theirs."""
    header = case.headers[0] if case.headers else Dataset()
    return CaseFacts(
        modality=case.modality,
        body_part=case.facts.body_part,
        kernel=case.facts.kernel,
        thickness_mm=case.facts.thickness_mm,
        model=case.facts.model,
        age=_years(header) if age is None else age,
        findings=findings,
        sex=_text(header, "PatientSex"),
        sequence=class_of_series(case.headers) if case.modality == "MR" else None,
        site=_text(header, "InstitutionName"),
        patient=_stand_in(header),
        study=case.facts.study_uid or None,
        series=case.facts.series_uid or None,
    )


def _text(header: Dataset, keyword: str) -> str | None:
    return str(header.get(keyword) or "").strip() or None


def _stand_in(header: Dataset) -> str | None:
    """Return a name for the patient's number, so that a verdict never holds the number itself."""
    number = _text(header, "PatientID")
    return sha256(number.encode()).hexdigest()[:16] if number else None


def _years(header: Dataset) -> int | None:
    """Return the age of PS3.5 AS in whole years, such as 045Y or 018M."""
    found = re.fullmatch(r"(\d{3})([DWMY])", str(header.get("PatientAge") or ""))
    return int(int(found[1]) / PER_YEAR[found[2]]) if found else None
