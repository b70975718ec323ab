"""Find the cases of a plan under a path, and write what a run made of each."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from renkei.errors import NotFoundError
from renkei.preprocess.case import Produced

LABELS = "labels.rlab"
RECORD = "provenance.json"


class NoCaseError(NotFoundError):
    """The folder holds no case for this plan."""


@dataclass(frozen=True, slots=True)
class FolderCase:
    """One case on disk: the files of each role, and packed labels of the first."""

    name: str
    files: Mapping[str, tuple[Path, ...]]
    labels: Path | None


def find_cases(source: Path, roles: Sequence[str]) -> list[FolderCase]:
    """Return the cases under a path, by name.

    A case is a NIfTI file, or a folder with `<role>.nii.gz` or a folder `<role>/` of DICOM for
    each role; a plan with one input also takes `image.nii.gz`, or a folder of DICOM alone.

    Raises:
        NoCaseError: There is none.
    """
    if source.is_file():
        name = source.name.removesuffix(".gz").removesuffix(".nii")
        return [FolderCase(name, {roles[0]: (source,)}, None)]
    cases: list[FolderCase] = []
    taken: set[Path] = set()
    for folder in [source, *sorted(p for p in source.rglob("*") if p.is_dir())]:
        if folder not in taken and (case := _case(source, folder, roles)):
            cases.append(case)
            # The folder of a role lies inside its case and is no case of its own.
            taken |= {file.parent for files in case.files.values() for file in files}
    if not cases:
        raise NoCaseError(f"No folder here holds {' and '.join(roles)}.")
    return cases


def write_case(folder: Path, produced: Produced) -> None:
    """Write the results, two pictures and the provenance; all of it or nothing."""
    part = folder.with_name(f".part-{folder.name}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for made in produced.made:
        _put(part / f"{made.name}{made.suffix}", made.data)
        if made.labels is not None:
            (part / f"{made.name}.{LABELS}").write_bytes(made.labels)
    for name, data in produced.files.items():
        (part / name).write_bytes(data)
    for name, picture in zip(("before.png", "after.png"), produced.pictures or (), strict=False):
        (part / name).write_bytes(picture)
    text = json.dumps(produced.record, indent=2, sort_keys=True)
    (part / RECORD).write_text(text + "\n", "utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    part.rename(folder)


def _put(path: Path, data: bytes | Path) -> None:
    if isinstance(data, bytes):
        path.write_bytes(data)
    else:
        shutil.move(data, path)


def _case(source: Path, folder: Path, roles: Sequence[str]) -> FolderCase | None:
    files = {
        role: found for role in roles if (found := _files(folder, role, alone=len(roles) == 1))
    }
    if len(files) < len(roles):
        return None
    labels = folder / LABELS
    name = str(folder.relative_to(source)) if folder != source else source.name
    return FolderCase(name, files, labels if labels.is_file() else None)


def _files(folder: Path, role: str, *, alone: bool) -> tuple[Path, ...]:
    names = [f"{role}.nii.gz", f"{role}.nii", *(["image.nii.gz", "image.nii"] if alone else [])]
    for name in names:
        if (folder / name).is_file():
            return (folder / name,)
    if (folder / role).is_dir():
        return tuple(sorted(p for p in (folder / role).iterdir() if p.is_file()))
    own = sorted(p for p in folder.iterdir() if p.is_file())
    return tuple(p for p in own if p.suffix.lower() in {".dcm", ""}) if alone else ()
