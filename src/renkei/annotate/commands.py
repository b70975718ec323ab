"""`renkei annotate …`: compare, fill, convert and report label files, without a platform."""

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from pydicom.dataset import FileDataset

from renkei.annotate.facts import Facts, facts_of_slide, facts_of_volume
from renkei.annotate.files import (
    Format,
    format_in,
    format_of,
    losses,
    read_image,
    read_labels,
    write_labels,
)
from renkei.annotate.outline_files import convert_outlines, outline_losses
from renkei.annotate.panel import compare_all, panel_of
from renkei.annotate.reports.check import check_report
from renkei.annotate.reports.draft import draft
from renkei.annotate.reports.sections import Language
from renkei.annotate.sidecar import nifti_files, read_nifti_files, sidecar_of
from renkei.annotate.slides import compare_outlines, to_elements
from renkei.annotate.vocabulary import Geometry, Vocabulary, load_vocabulary
from renkei.errors import ConflictError, DataRefusedError
from renkei.imaging.labels import LabelSet
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.outlines import read_geojson
from renkei.imaging.volume import Volume
from renkei.plugins import by_name
from renkei.proof import canonical, digest

app = typer.Typer(no_args_is_help=True, help="Compare, fill, convert and report labels.")

Words = Annotated[str, typer.Option("--vocabulary", help="Name, or name@version.")]
Image = Annotated[
    Path | None,
    typer.Option(exists=True, help="The image: NIfTI, a folder of DICOM, a slide; for DICOM."),
]
Values = Annotated[
    str, typer.Option(help="What numbers of a NIfTI mean, such as 1=liver,2=spleen.")
]
There = Annotated[Path, typer.Argument(exists=True)]
AsJson = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")]


class OutputExistsError(ConflictError):
    """There is such a file already."""


class ValuesRefusedError(DataRefusedError):
    """The meaning of the numbers is not written as number=key."""


class PointsRefusedError(DataRefusedError):
    """Points are not written as z,y,x."""


@app.command()
def agree(
    readings: Annotated[list[Path], typer.Argument(exists=True, help="Two readings or more.")],
    *,
    vocabulary: Words = "abdomen-ct",
    image: Image = None,
    values: Values = "",
    as_json: AsJson = False,
) -> None:
    """Compare readings pair by pair: Dice, surface Dice, HD95 (mm) and what they dispute.

    Of three or more, who found each lesion follows; readers are A, B, … in their order.
    """
    words = load_vocabulary(vocabulary)
    if format_of(readings[0]) is Format.GEOJSON:
        sides = [read_geojson(path.read_bytes()) for path in readings]
        panel = panel_of(sides, lambda a, b: compare_outlines(a, b, words))
    else:
        volume = read_image(image)[0] if image else None
        panel = compare_all([_read(path, words, volume, values) for path in readings], words)
    lines = panel.rows() if as_json else panel.lines()
    for line in lines:
        typer.echo(json.dumps(line, ensure_ascii=False) if as_json else line)


@app.command()
def fill(
    source: There,
    target: Path,
    *,
    tool: Annotated[str, typer.Option(help="fill, islands, holes, smooth or grow.")] = "fill",
    numbers: Annotated[str, typer.Option(help="The tool's numbers, such as sigma_mm=2.")] = "",
    vocabulary: Words = "abdomen-ct",
    image: Image = None,
    values: Values = "",
    existing: Annotated[str, typer.Option(help="error or overwrite.")] = "error",
) -> None:
    """Fill each label between its drawn slices, or run another tool on it."""
    from renkei.annotate.computing import Call, numbers_of, use_tool

    words, volume = load_vocabulary(vocabulary), read_image(image)[0] if image else None
    filled, sources = _read_with_sources(source, words, image, values)
    for segment in filled.segments:
        call = Call(tool=tool, key=segment.name, values=numbers_of(numbers))
        voxels = None if volume is None else np.asarray(volume.voxels)
        hounsfield = volume is not None and volume.modality == "CT"
        filled = use_tool(filled, words, call, voxels=voxels, hounsfield=hounsfield)
    _write(target, write_labels(filled, format_of(target), sources=sources), existing)


@app.command()
def convert(
    source: There,
    target: Path,
    *,
    vocabulary: Words = "abdomen-ct",
    image: Image = None,
    values: Values = "",
    existing: Annotated[str, typer.Option(help="error or overwrite.")] = "error",
) -> None:
    """Convert labels between NIfTI, DICOM and packed; the ending of the name decides.

    `.nii.gz` (with a JSON file of what the numbers mean), `.dcm` (binary SEG), `.labelmap.dcm`,
    `.rtstruct.dcm`, `.rklb`; of a slide `.geojson`, `.coco.json`, `.ann.dcm`. What the format
    cannot keep is said on stderr.
    """
    words = load_vocabulary(vocabulary)
    if words.terms[0].geometry is Geometry.POLYGON:
        _write(target, convert_outlines(source, target, words, image), existing)
        for sentence in outline_losses(source, target, words):
            typer.echo(sentence, err=True)
        return
    labels, sources = _read_with_sources(source, words, image, values)
    kind = format_of(target)
    if kind is Format.NIFTI:
        files = nifti_files(labels, words, target)
    else:
        files = {target: write_labels(labels, kind, sources=sources)}
    for path, data in files.items():
        _write(path, data, existing)
    for sentence in losses(labels, kind):
        typer.echo(sentence, err=True)


@app.command("propose")
def propose_mask(
    image: There,
    target: Path,
    *,
    assist: Annotated[str, typer.Option(help="body, bone, lung, point, or a network's name.")],
    point: Annotated[str, typer.Option(help="Where, as z,y,x in voxels; several by a blank.")] = "",
    existing: Annotated[str, typer.Option(help="error or overwrite.")] = "error",
) -> None:
    """Write a first mask of an image as NIfTI of 0 and 1: a proposal for a reader to change."""
    from renkei.annotate.assist import assists
    from renkei.annotate.assistant import Question, propose

    volume = read_image(image)[0]
    question = Question(volume=volume, points=_points(point))
    mask = propose(by_name(assists(), assist), question).astype(np.uint8)
    _write(target, nifti_bytes(Volume(mask, volume.geometry, "SEG")), existing)


@app.command()
def report(
    labels: There,
    *,
    vocabulary: Words = "abdomen-ct",
    image: Image = None,
    values: Values = "",
    language: Annotated[Language, typer.Option()] = "ja",
    check: Annotated[Path | None, typer.Option(help="Check this text instead.")] = None,
    mpp: Annotated[float | None, typer.Option(help="µm per pixel, for a slide.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draft a report from labels, or check a text against them."""
    facts = _facts(labels, load_vocabulary(vocabulary), image, values, mpp)
    if check is None:
        text = draft(facts, language)
        answer = {"facts": facts.to_json(), "text": text}
        typer.echo(json.dumps(answer, ensure_ascii=False) if as_json else text)
        return
    problems = check_report(check.read_text("utf-8"), facts, language)
    for problem in problems:
        line = {"code": problem.code, "key": problem.key, "words": problem.words}
        typer.echo(
            json.dumps(line, ensure_ascii=False)
            if as_json
            else f"{problem.code}\t{problem.key}\t{problem.words}"
        )
    if problems:
        raise typer.Exit(DataRefusedError.exit_code)


def _facts(
    path: Path, words: Vocabulary, image: Path | None, values: str, mpp: float | None
) -> Facts:
    if words.terms[0].geometry is Geometry.POLYGON:
        outlines = read_geojson(path.read_bytes())
        sha = digest(canonical(to_elements(outlines)))
        return facts_of_slide(outlines, words, labels=sha, mpp=mpp)
    volume = read_image(image)[0] if image else None
    return facts_of_volume(
        _read(path, words, volume, values),
        words,
        modality=volume.modality if volume else "",
        voxels=volume.voxels if volume else None,
    )


def _read_with_sources(
    path: Path, words: Vocabulary, image: Path | None, values: str
) -> tuple[LabelSet, tuple[FileDataset, ...]]:
    volume, sources = read_image(image) if image else (None, ())
    return _read(path, words, volume, values), sources


def _read(path: Path, words: Vocabulary, image: Volume | None, values: str) -> LabelSet:
    kind = format_in(path)
    if kind is Format.NIFTI and not values and sidecar_of(path).exists():
        return read_nifti_files(path, words, image)
    return read_labels(path.read_bytes(), kind, words, image=image, values=_meaning(values))


def _points(text: str) -> tuple[tuple[int, int, int], ...]:
    try:
        return tuple((int(z), int(y), int(x)) for z, y, x in (p.split(",") for p in text.split()))
    except ValueError as error:
        raise PointsRefusedError("Write points as z,y,x in whole voxels.") from error


def _meaning(values: str) -> dict[int, str] | None:
    if not values:
        return None
    try:
        pairs = (pair.split("=", 1) for pair in values.split(","))
        return {int(number): key.strip() for number, key in pairs}
    except ValueError as error:
        raise ValuesRefusedError("Write the numbers as 1=liver,2=spleen.") from error


def _write(path: Path, data: bytes, existing: str) -> None:
    if path.exists() and existing != "overwrite":
        raise OutputExistsError("There is such a file already; --existing overwrite replaces it.")
    path.write_bytes(data)
