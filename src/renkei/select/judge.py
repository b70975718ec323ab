"""Judge a series or a slide on files: read, measure, decide."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from renkei.errors import DataRefusedError
from renkei.imaging.dicom import read_header
from renkei.imaging.nifti import read_nifti
from renkei.imaging.slide import open_slide
from renkei.imaging.volume import SeriesFacts, read_series, series_facts
from renkei.plugins import by_name
from renkei.select.metric import Case
from renkei.select.metrics import METRICS
from renkei.select.recipe import CaseFacts, Finding, Recipe
from renkei.select.verdict import Verdict, decide

GZIP = b"\x1f\x8b"
NIFTI_HEADER = b"\x5c\x01\x00\x00"
SLIDE = "SM"


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
    case, found = read_case(files, facts)
    if facts is None:
        facts = _facts(case.modality, found, age, findings)
    return _judge(case, recipe, facts, duplicate=duplicate)


def judge_slide(
    path: Path, recipe: Recipe, *, age: int | None = None, findings: tuple[Finding, ...] = ()
) -> Verdict:
    """Judge one whole-slide image."""
    facts = CaseFacts(SLIDE, age=age, findings=findings)
    with ExitStack() as stack:
        try:
            slide = stack.enter_context(open_slide(path))
        except DataRefusedError as error:
            case = Case(SLIDE, problems=(error.code,), instances=1)
        else:
            case = Case(SLIDE, slide=slide, instances=1)
        return _judge(case, recipe, facts)


def read_case(
    files: Sequence[Path | bytes], facts: CaseFacts | None = None
) -> tuple[Case, SeriesFacts | None]:
    """Return what the metrics see of a series, and what its header says of itself."""
    said = facts.modality if facts else ""
    try:
        if len(files) == 1 and is_nifti(files[0]):
            volume = read_nifti(files[0], modality=said)
        else:
            volume = read_series(files)
    except DataRefusedError as error:
        reasons = error.facts.get("reasons")
        problems = tuple(str(r) for r in reasons) if isinstance(reasons, list) else (error.code,)
        header = _header(files)
        modality = said or (header[0] if header else "")
        case = Case(modality, problems=problems, instances=len(files))
        return case, header[1] if header else None
    # A volume of one slice and a NIfTI have no positions that could be wrong.
    return Case(said or volume.modality, volume=volume, instances=len(files)), volume.facts


def is_nifti(file: Path | bytes) -> bool:
    """Tell by its first bytes whether a file is NIfTI, plain or gzipped."""
    if isinstance(file, bytes):
        start = file[:4]
    else:
        with file.open("rb") as stream:
            start = stream.read(4)
    return start[:2] == GZIP or start == NIFTI_HEADER


def _header(files: Sequence[Path | bytes]) -> tuple[str, SeriesFacts] | None:
    for file in files:
        try:
            dataset = read_header(file)
        except DataRefusedError:
            continue
        return str(dataset.get("Modality", "")), series_facts(dataset)
    return None


def _facts(
    modality: str, found: SeriesFacts | None, age: int | None, findings: tuple[Finding, ...]
) -> CaseFacts:
    found = found or SeriesFacts()
    return CaseFacts(
        modality=modality,
        body_part=found.body_part,
        kernel=found.kernel,
        thickness_mm=found.thickness_mm,
        model=found.model,
        age=age,
        findings=findings,
    )


def _judge(case: Case, recipe: Recipe, facts: CaseFacts, *, duplicate: bool = False) -> Verdict:
    for rule in recipe.rules:
        by_name(METRICS, rule.metric)
    fitting = [metric for metric in METRICS if case.modality in metric.modalities]
    measured = [(metric, metric.measure(case)) for metric in fitting]
    return decide(recipe, facts, measured, unread=case.problems, duplicate=duplicate)
