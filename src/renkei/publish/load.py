"""Read the image and the labels of a case into arrays."""

from dataclasses import dataclass

from renkei.imaging.labels import LabelSet, unpack
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume
from renkei.publish.cases import Case, Folder


@dataclass(frozen=True, slots=True)
class LoadedCase:
    """A case in memory; labels are on the grid of the image."""

    case: Case
    volume: Volume
    labels: LabelSet | None


def load_case(folder: Folder, case: Case) -> LoadedCase:
    """Read a case of a folder."""
    volume = read_nifti(folder.read(case.image), modality=str(case.facts.get("modality", "")))
    labels = unpack(folder.read(case.labels)) if case.labels else None
    return LoadedCase(case, volume, labels)
