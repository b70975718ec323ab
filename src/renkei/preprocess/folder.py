"""Find the cases of a plan under a path, and write what a run made of each."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from renkei.errors import NotFoundError
from renkei.preprocess.case import Produced
from renkei.preprocess.days import TABLE
from renkei.preprocess.formats import Format, write_result
from renkei.preprocess.held import Kind, kind_of
from renkei.preprocess.plan import Plan
from renkei.preprocess.sheets import sheets
from renkei.preprocess.slices import write_slices

LABELS = "labels.rlab"
RECORD = "provenance.json"
PLAN = "plan.toml"
SUFFIXES = {
    Kind.VOLUME: (".nii.gz", ".nii"),
    Kind.SLIDE: (".svs", ".tif", ".tiff"),
    Kind.TABLE: (".parquet",),
}


class NoCaseError(NotFoundError):
    """The folder holds no case for this plan."""


@dataclass(frozen=True, slots=True)
class FolderScan:
    """The files of one scan, its packed labels, and its name in a time series."""

    files: tuple[Path, ...]
    labels: Path | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class FolderCase:
    """One case on disk: the scans of each role; `missing` are those of which there is nothing.

    `days` are tables that say when each scan of a time series was taken.
    """

    name: str
    scans: Mapping[str, tuple[FolderScan, ...]]
    missing: tuple[str, ...] = ()
    days: Mapping[str, Path] = field(default_factory=dict)


def find_cases(source: Path, plan: Plan) -> list[FolderCase]:
    """Return the cases under a path, by name; one that lacks some of the roles is among them.

    A case is a file, or a folder with `<role>.nii.gz` (`.svs`, `.tif`, `.parquet`) or a folder
    `<role>/` of DICOM for each role; of a time series `<role>/` holds a file or a folder for each
    scan, oldest first by name, beside them `<scan>.labels.rlab` and `days.csv`. `labels.rlab` is
    of the first scan. A plan with one input also takes `image.nii.gz`, or a folder of DICOM alone.

    Raises:
        NoCaseError: There is none.
    """
    if source.is_file():
        name = source.name.removesuffix(".gz").rsplit(".", 1)[0]
        return [FolderCase(name, {plan.roles[0]: (FolderScan((source,)),)})]
    cases: list[FolderCase] = []
    taken: set[Path] = set()
    inner = (p for p in source.rglob("*") if p.is_dir() and not _hidden(p, source))
    for folder in [source, *sorted(inner)]:
        if not any(one in taken for one in (folder, *folder.parents)) and (
            case := _case(source, folder, plan)
        ):
            cases.append(case)
            # The folder of a role lies inside its case and is no case of its own.
            taken |= {folder / role for role in plan.roles}
    if not cases:
        raise NoCaseError(f"No folder here holds {' and '.join(plan.roles)}.")
    return cases


def write_case(
    folder: Path,
    produced: Produced,
    plan: Plan,
    form: Format = Format.NIFTI,
    sources: Sequence[Path] = (),
) -> None:
    """Write results, how they look, the provenance and the plan; all of it or nothing.

    `sources` are the files of the first scan, which results as DICOM name.

    Raises:
        NotDerivableError: They cannot be written as DICOM.
    """
    part = folder.with_name(f".part-{folder.name}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        _write_all(part, produced, plan, form, sources)
        if folder.exists():
            shutil.rmtree(folder)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write_all(
    part: Path, produced: Produced, plan: Plan, form: Format, sources: Sequence[Path]
) -> None:
    for made in produced.made:
        if form is Format.DICOM and made.suffix == ".nii.gz":
            write_slices(part, made, plan, produced.record, sources)
        else:
            write_result(part, made, form)
        if made.labels is not None:
            (part / f"{made.name}.{LABELS}").write_bytes(made.labels)
    for name, data in produced.files.items():
        (part / name).write_bytes(data)
    for name, picture in (sheets(produced.views) if produced.views else {}).items():
        (part / f"{name}.png").write_bytes(picture)
    (part / PLAN).write_text(plan.text, "utf-8")
    text = json.dumps(produced.record, indent=2, sort_keys=True)
    (part / RECORD).write_text(text + "\n", "utf-8")


def _hidden(path: Path, source: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(source).parts)


def _case(source: Path, folder: Path, plan: Plan) -> FolderCase | None:
    scans = {role: found for role in plan.roles if (found := _scans(folder, role, plan))}
    if not scans:
        return None
    first, labels = plan.roles[0], folder / LABELS
    if first in scans and labels.is_file() and scans[first][0].labels is None:
        scans[first] = (replace(scans[first][0], labels=labels), *scans[first][1:])
    name = str(folder.relative_to(source)) if folder != source else source.name
    missing = tuple(role for role in plan.roles if role not in scans)
    days = {role: folder / role / TABLE for role in plan.many}
    return FolderCase(name, scans, missing, {r: path for r, path in days.items() if path.is_file()})


def _scans(folder: Path, role: str, plan: Plan) -> tuple[FolderScan, ...]:
    suffixes = SUFFIXES[kind_of(plan.inputs[role])]
    alone = len(plan.roles) == 1
    for stem in (role, "image") if alone else (role,):
        for suffix in suffixes:
            if (folder / f"{stem}{suffix}").is_file():
                return (FolderScan((folder / f"{stem}{suffix}",)),)
    own = folder / role
    if own.is_dir() and role in plan.many:
        return _series(own, suffixes)
    if own.is_dir():
        files = _visible(own)
        return (FolderScan(files),) if files else ()
    if not alone or role in plan.many:
        return ()
    files = tuple(p for p in _visible(folder) if p.suffix.lower() in {".dcm", ""})
    return (FolderScan(files),) if files else ()


def _series(folder: Path, suffixes: tuple[str, ...]) -> tuple[FolderScan, ...]:
    """Return the scans of a time series: each a file of its own, or a folder of DICOM."""
    files = [p for p in _visible(folder) if p.name.lower().endswith(suffixes)]
    found: dict[str, tuple[Path, ...]] = {_stem(p, suffixes): (p,) for p in files}
    inner = {p.name: _visible(p) for p in sorted(folder.iterdir()) if p.is_dir()}
    found = found or {name: some for name, some in inner.items() if some}
    labels = {name: folder / f"{name}.{LABELS}" for name in found}
    return tuple(
        FolderScan(some, labels[name] if labels[name].is_file() else None, name)
        for name, some in found.items()
    )


def _stem(path: Path, suffixes: tuple[str, ...]) -> str:
    suffix = next(one for one in suffixes if path.name.lower().endswith(one))
    return path.name[: -len(suffix)]


def _visible(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")))
