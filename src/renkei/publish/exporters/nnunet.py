"""The layout of nnU-Net v2: images and label maps as NIfTI, dataset.json, our own split.

Structures that lie inside each other become regions; where two merely overlap, the case is
refused, for a label map cannot hold that.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from renkei.imaging.labels import LabelSet
from renkei.imaging.nifti import write_nifti
from renkei.imaging.volume import Volume
from renkei.plugins import need_extra
from renkei.publish.cases import Case, Folder
from renkei.publish.exporter import Exporter, ExportReport, NothingToExportError, empty_target
from renkei.publish.load import load_case

Atom = frozenset[str]
OVERLAP = "labels_overlap"
NO_LABELS = "no_labels"
FOLDERS = {"train": "Tr", "validation": "Tr", "test": "Ts", None: "Tr"}


def write(folder: Folder, target: Path) -> ExportReport:
    """Write every labelled case; test cases go to `imagesTs` and `labelsTs`.

    Only structures that every case knows are exported: elsewhere unknown would read as absent.

    Raises:
        NothingToExportError: No case can be carried.
    """
    need_extra("imaging", "SimpleITK")
    empty_target(target)
    refused = {case.name: NO_LABELS for case in folder.cases if case.labels is None}
    labelled = [case for case in folder.cases if case.labels is not None]
    names, left_out = _shared_names(folder, labelled)
    atoms = {case.name: _atoms(_labels(folder, case), names) for case in labelled}
    clash = _clashes(set().union(*atoms.values()) if atoms else set())
    refused |= {c.name: OVERLAP for c in labelled if clash & atoms[c.name]}
    kept = [case for case in labelled if case.name not in refused]
    if not kept or not names:
        raise NothingToExportError("No case of the folder can be carried by nnU-Net.")
    numbers = _numbers(set().union(*(atoms[c.name] for c in kept)), names)
    for case in kept:
        _write_case(folder, case, names, numbers, target)
    (target / "dataset.json").write_text(_dataset(kept, names, numbers), "utf-8")
    (target / "splits_final.json").write_text(_splits(kept), "utf-8")
    return ExportReport(len(kept), refused, left_out)


def _labels(folder: Folder, case: Case) -> LabelSet:
    labels = load_case(folder, case).labels
    assert labels is not None  # noqa: S101  only labelled cases come here
    return labels


def _shared_names(folder: Folder, cases: Sequence[Case]) -> tuple[list[str], tuple[str, ...]]:
    found = [{s.name for s in _labels(folder, case).segments} for case in cases]
    shared = set.intersection(*found) if found else set()
    return sorted(shared), tuple(sorted(set().union(*found) - shared))


def _stack(labels: LabelSet, names: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return per voxel one bit per structure; at most 63 structures."""
    by_name = {segment.name: segment.mask for segment in labels.segments}
    bits = np.zeros(labels.geometry.shape, np.uint64)
    for position, name in enumerate(names):
        bits |= by_name[name].astype(np.uint64) << np.uint64(position)
    return bits


def _atoms(labels: LabelSet, names: Sequence[str]) -> set[Atom]:
    found = (int(value) for value in np.unique(_stack(labels, names)))
    return {_atom(value, names) for value in found if value}


def _atom(value: int, names: Sequence[str]) -> Atom:
    return frozenset(name for n, name in enumerate(names) if value >> n & 1)


def _clashes(atoms: set[Atom]) -> set[Atom]:
    """Return the combinations of two structures of which neither lies inside the other."""
    wrong = set()
    for atom in atoms:
        for one, other in combinations(sorted(atom), 2):
            alone = [a for a in atoms if one in a and other not in a]
            alone_too = [a for a in atoms if other in a and one not in a]
            if alone and alone_too:
                wrong.add(atom)
    return wrong


def _numbers(atoms: set[Atom], names: Sequence[str]) -> dict[Atom, int]:
    """Return a number per combination; the more structures meet, the later it is painted."""
    singles = {frozenset({name}) for name in names}
    order = sorted(atoms | {s for s in singles if not any(s <= a for a in atoms)}, key=_rank)
    return {atom: number for number, atom in enumerate(order, start=1)}


def _rank(atom: Atom) -> tuple[int, list[str]]:
    return len(atom), sorted(atom)


def _write_case(
    folder: Folder,
    case: Case,
    names: Sequence[str],
    numbers: Mapping[Atom, int],
    target: Path,
) -> None:
    loaded = load_case(folder, case)
    assert loaded.labels is not None  # noqa: S101  only labelled cases come here
    part = FOLDERS[case.split]
    bits = _stack(loaded.labels, names)
    flat = np.zeros(bits.shape, np.uint8 if len(numbers) < 256 else np.uint16)
    for value in (int(v) for v in np.unique(bits) if v):
        flat[bits == value] = numbers[_atom(value, names)]
    images, labels = target / f"images{part}", target / f"labels{part}"
    images.mkdir(exist_ok=True)
    labels.mkdir(exist_ok=True)
    write_nifti(loaded.volume, images / f"{case.name}_0000.nii.gz")
    # The image's own grid: nnU-Net refuses a direction that is off by 1e-8.
    write_nifti(
        Volume(flat, loaded.volume.geometry, loaded.volume.modality),
        labels / f"{case.name}.nii.gz",
    )


def _dataset(kept: Iterable[Case], names: Sequence[str], numbers: Mapping[Atom, int]) -> str:
    parts: dict[str, list[int]] = defaultdict(list)
    for atom, number in numbers.items():
        for name in atom:
            parts[name].append(number)
    regions = any(len(found) > 1 for found in parts.values())
    ordered = sorted(names, key=lambda n: (-len(parts[n]), parts[n]))
    labels: dict[str, Any] = {"background": 0}
    labels |= {n: parts[n] if len(parts[n]) > 1 else parts[n][0] for n in ordered}
    cases = list(kept)
    modalities = sorted({case.fact("modality") for case in cases})
    document: dict[str, Any] = {
        # nnU-Net chooses its normalisation by this name.
        "channel_names": {"0": "CT" if modalities == ["CT"] else "/".join(modalities)},
        "labels": labels,
        "numTraining": sum(FOLDERS[case.split] == "Tr" for case in cases),
        "file_ending": ".nii.gz",
        "synthetic": sorted(c.name for c in cases if c.facts.get("synthetic")),
        "made": sorted(c.name for c in cases if c.facts.get("made")),
        "notice": "Research use only, not a medical device.",
    }
    if regions:
        # Painted in this order: what lies inside comes after what holds it.
        document["regions_class_order"] = [parts[n][0] for n in ordered]
    return json.dumps(document, indent=2) + "\n"


def _splits(kept: Iterable[Case]) -> str:
    sides: dict[str | None, list[str]] = defaultdict(list)
    for case in kept:
        sides[case.split].append(case.name)
    fold = {"train": sides["train"] + sides[None], "val": sides["validation"]}
    return json.dumps([fold], indent=2) + "\n"


EXPORTER = Exporter("nnunet", "imaging", write)
