"""What an exporter is: a name and one function from cases to the files of a format."""

import io
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from renkei.errors import ConflictError, DataRefusedError
from renkei.publish.cases import Folder


class TargetNotEmptyError(ConflictError):
    """The target folder holds something; name an empty one."""


class NothingToExportError(DataRefusedError):
    """No case of the folder can be carried by the format."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written; a case that the format cannot carry stands here with the reason."""

    cases: int
    refused: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format: `write(folder, target)` gives the same bytes every time."""

    name: str
    extra: str
    write: Callable[[Folder, Path], ExportReport]


def empty_target(target: Path) -> Path:
    """Make the target folder.

    Raises:
        TargetNotEmptyError: It holds something.
    """
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise TargetNotEmptyError("The target folder holds something; name an empty one.")
    return target


def pack_folder(folder: Path) -> bytes:
    """Return a tar of a folder, sorted and without owner or clock: same files, same bytes."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
            entry.size, entry.mode = path.stat().st_size, 0o644
            with path.open("rb") as file:
                archive.addfile(entry, file)
    return target.getvalue()
