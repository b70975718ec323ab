"""`renkei annotate …`: compare, fill, convert and report label files, without a platform."""

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from pydicom.dataset import FileDataset

from renkei.annotate.check import check_report
from renkei.annotate.compare import compare, label_set
from renkei.annotate.facts import Facts, facts_of_slide, facts_of_volume
from renkei.annotate.files import Format, format_of, read_image, read_labels, write_labels
from renkei.annotate.report import Language, draft
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
    typer.Option(exists=True, help="The image: a NIfTI file or a folder of DICOM; for SEG."),
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


class WrongModalityError(DataRefusedError):
    """The assist does not know images of this kind."""


@app.command()
def agree(
    a: There,
    b: There,
    *,
    vocabulary: Words = "abdomen-ct",
    image: Image = None,
    values: Values = "",
    as_json: AsJson = False,
) -> None:
    """Compare two readings: one line per label, and what they dispute."""
    words = load_vocabulary(vocabulary)
    if format_of(a) is Format.GEOJSON:
        found = compare_outlines(read_geojson(a.read_bytes()), read_geojson(b.read_bytes()), words)
    else:
        volume = read_image(image)[0] if image else None
        first, second = (_read(path, words, volume, values) for path in (a, b))
        found = compare(first, second, words)
    if as_json:
        for term in found.terms:
            typer.echo(json.dumps(term.to_json(), ensure_ascii=False))
        return
    for term in found.terms:
        score = "absent" if term.overlap.dice is None else f"{term.overlap.dice:.3f}"
        said = ", ".join(dispute.reason for dispute in term.disputes)
        typer.echo(f"{term.key}\t{score}\t{said or 'agreed'}")


@app.command()
def fill(
    source: There,
    target: Path,
    *,
    tool: Annotated[str, typer.Option(help="fill or islands.")] = "fill",
    vocabulary: Words = "abdomen-ct",
    image: Image = None,
    values: Values = "",
    existing: Annotated[str, typer.Option(help="error or overwrite.")] = "error",
) -> None:
    """Fill each label between its drawn slices, or run another tool on it."""
    from renkei.annotate.tools import TOOLS

    words, run = load_vocabulary(vocabulary), by_name(TOOLS, tool).run
    labels, sources = _read_with_sources(source, words, image, values)
    masks = {s.name: run(s.mask, labels.geometry.spacing) for s in labels.segments}
    filled = label_set(labels, masks, words)
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
    """Convert labels between NIfTI, DICOM SEG and packed; the ending of the name decides."""
    words = load_vocabulary(vocabulary)
    labels, sources = _read_with_sources(source, words, image, values)
    _write(target, write_labels(labels, format_of(target), sources=sources), existing)


@app.command()
def propose(
    image: There,
    target: Path,
    *,
    assist: Annotated[str, typer.Option(help="body or bone.")],
    existing: Annotated[str, typer.Option(help="error or overwrite.")] = "error",
) -> None:
    """Write a first mask of an image as NIfTI of 0 and 1: a proposal for a reader to change."""
    from renkei.annotate.assist import ASSISTS

    chosen, volume = by_name(ASSISTS, assist), read_image(image)[0]
    if volume.modality and volume.modality not in chosen.modalities:
        raise WrongModalityError(f"This assist is for {', '.join(sorted(chosen.modalities))}.")
    mask = chosen.run(volume).astype(np.uint8)
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
    return read_labels(
        path.read_bytes(), format_of(path), words, image=image, values=_meaning(values)
    )


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
