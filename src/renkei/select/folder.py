"""Find the cases under a path: DICOM series, NIfTI files, slides, tables, reports and the like."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from renkei.errors import DataRefusedError, NotFoundError
from renkei.imaging.dicom import read_header
from renkei.select.case import SLIDE, is_nifti
from renkei.select.records.rules import SUFFIX

SLIDES = frozenset({".svs", ".ndpi", ".mrxs", ".scn", ".bif", ".tif", ".tiff"})

# By the end of the name; a record has one file.
RECORDS = {
    ".csv": "TABLE",
    ".tsv": "TABLE",
    ".json": "FHIR",
    ".vcf": "VCF",
    ".vcf.gz": "VCF",
    ".vcf.bgz": "VCF",
    ".maf": "MAF",
    ".maf.gz": "MAF",
    ".txt": "REPORT",
}


class NothingThereError(NotFoundError):
    """There is no file under the path."""


@dataclass(frozen=True, slots=True)
class FileCase:
    """One case on disk; `kind` is dicom, nifti, SM (slide), unknown or that of a record."""

    name: str
    kind: str
    files: tuple[Path, ...]


def find_cases(path: Path) -> list[FileCase]:
    """Return every case under `path`, by name; a file that is nothing known is a case too.

    DICOM files belong together by folder and series UID, so that files without one stay apart.

    Raises:
        NothingThereError: There is no file.
    """
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    if not files:
        raise NothingThereError("There is no file under this path; check it.")
    base = path.parent if path.is_file() else path
    return sorted(_group(base, files), key=lambda case: case.name)


def _group(base: Path, files: Iterable[Path]) -> Iterable[FileCase]:
    series: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for file in files:
        if file.name.endswith(SUFFIX):
            continue
        if (kind := record_kind(file)) is not None:
            yield FileCase(str(file.relative_to(base)), kind, (file,))
        elif file.suffix.lower() in SLIDES:
            yield FileCase(str(file.relative_to(base)), SLIDE, (file,))
        elif is_nifti(file):
            yield FileCase(str(file.relative_to(base)), "nifti", (file,))
        elif (uid := _series_uid(file)) is not None:
            series[file.parent, uid].append(file)
        else:
            yield FileCase(str(file.relative_to(base)), "unknown", (file,))
    folders = [folder for folder, _ in series]
    for (folder, _), members in series.items():
        alone = folders.count(folder) == 1 and folder != base
        name = folder if alone else members[0]
        yield FileCase(str(name.relative_to(base)), "dicom", tuple(members))


def record_kind(file: Path) -> str | None:
    """Return what kind of record a file is by its name: TABLE, FHIR, VCF, MAF or REPORT."""
    name = file.name.lower()
    return next((kind for end, kind in RECORDS.items() if name.endswith(end)), None)


def _series_uid(file: Path) -> str | None:
    try:
        return str(read_header(file, with_pixels=False).get("SeriesInstanceUID") or "")
    except DataRefusedError:
        return None
