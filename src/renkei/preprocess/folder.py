"""Find the cases of a plan under a path, and write what a run made of each."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from renkei.errors import NotFoundError
from renkei.preprocess.case import Produced
from renkei.preprocess.formats import Format, write_result
from renkei.preprocess.held import Kind, kind_of
from renkei.preprocess.plan import Plan

LABELS = "labels.rlab"
RECORD = "provenance.json"
PLAN = "plan.toml"
SUFFIXES = {
    Kind.VOLUME: (".nii.gz", ".nii"),
    Kind.SLIDE: (".svs", ".tif", ".tiff"),
    Kind.TABLE: (".parquet",),
}

Scans = tuple[tuple[Path, ...], ...]


class NoCaseError(NotFoundError):
    """The folder holds no case for this plan."""


@dataclass(frozen=True, slots=True)
class FolderCase:
    """One case on disk: of each role the files of each scan, and packed labels of the first.

    `missing` are the roles of which there is nothing.
    """

    name: str
    scans: Mapping[str, Scans]
    labels: Path | None = None
    missing: tuple[str, ...] = ()


def find_cases(source: Path, plan: Plan) -> list[FolderCase]:
    """Return the cases under a path, by name; one that lacks some of the roles is among them.

    A case is a file, or a folder with `<role>.nii.gz` (`.svs`, `.tif`, `.parquet`) or a folder
    `<role>/` of DICOM for each role; of a time series `<role>/` holds a file or a folder for each
    scan, oldest first by name. A plan with one input also takes `image.nii.gz`, or a folder of
    DICOM alone.

    Raises:
        NoCaseError: There is none.
    """
    if source.is_file():
        name = source.name.removesuffix(".gz").rsplit(".", 1)[0]
        return [FolderCase(name, {plan.roles[0]: ((source,),)})]
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


def write_case(folder: Path, produced: Produced, plan: Plan, form: Format = Format.NIFTI) -> None:
    """Write results, two pictures, the provenance and the plan; all of it or nothing."""
    part = folder.with_name(f".part-{folder.name}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for made in produced.made:
        write_result(part, made, form)
        if made.labels is not None:
            (part / f"{made.name}.{LABELS}").write_bytes(made.labels)
    for name, data in produced.files.items():
        (part / name).write_bytes(data)
    for name, picture in zip(("before.png", "after.png"), produced.pictures or (), strict=False):
        (part / name).write_bytes(picture)
    (part / PLAN).write_text(plan.text, "utf-8")
    text = json.dumps(produced.record, indent=2, sort_keys=True)
    (part / RECORD).write_text(text + "\n", "utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    part.rename(folder)


def _hidden(path: Path, source: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(source).parts)


def _case(source: Path, folder: Path, plan: Plan) -> FolderCase | None:
    scans = {role: found for role in plan.roles if (found := _scans(folder, role, plan))}
    if not scans:
        return None
    labels = folder / LABELS
    name = str(folder.relative_to(source)) if folder != source else source.name
    missing = tuple(role for role in plan.roles if role not in scans)
    return FolderCase(name, scans, labels if labels.is_file() else None, missing)


def _scans(folder: Path, role: str, plan: Plan) -> Scans:
    suffixes = SUFFIXES[kind_of(plan.inputs[role])]
    alone = len(plan.roles) == 1
    for stem in (role, "image") if alone else (role,):
        for suffix in suffixes:
            if (folder / f"{stem}{suffix}").is_file():
                return ((folder / f"{stem}{suffix}",),)
    own = folder / role
    if own.is_dir() and role in plan.many:
        return _series(own, suffixes)
    if own.is_dir():
        files = _visible(own)
        return (files,) if files else ()
    if not alone or role in plan.many:
        return ()
    files = tuple(p for p in _visible(folder) if p.suffix.lower() in {".dcm", ""})
    return (files,) if files else ()


def _series(folder: Path, suffixes: tuple[str, ...]) -> Scans:
    """Return the scans of a time series: each a file of its own, or a folder of DICOM."""
    files = [(p,) for p in _visible(folder) if p.name.lower().endswith(suffixes)]
    inner = (_visible(p) for p in sorted(folder.iterdir()) if p.is_dir())
    return tuple(files) or tuple(found for found in inner if found)


def _visible(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")))
