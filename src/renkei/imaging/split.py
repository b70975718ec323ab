"""Several volumes in one series: which slices belong together, and what tells them apart."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from renkei.imaging.slices import Slice, unlike
from renkei.imaging.stack import SAME_MM, placed

Key = Callable[[Dataset], Hashable]
REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Part:
    """The slices of one volume; `facts` tell it from the others of the series.

    A fact is a number where the header has one (`echo_time` ms, `b_value` s/mm2), else the order
    in which the value came: UIDs are not repeated.
    """

    facts: Mapping[str, float]
    slices: tuple[Slice, ...]

    @property
    def files(self) -> list[Path | bytes]:
        """Return the files of the slices, each once."""
        return list({id(one.source): one.source for one in self.slices}.values())


def _number(keyword: str) -> Key:
    def of(header: Dataset) -> Hashable:
        value = header.get(keyword)
        return None if value is None or value == "" else round(float(value), 3)

    return of


def _numbers(keyword: str, digits: int) -> Key:
    return lambda header: tuple(round(float(v), digits) for v in header.get(keyword) or ())


# What never belongs to one volume, whatever the positions say.
APART: Mapping[str, Key] = {
    "series": lambda header: header.get("SeriesInstanceUID"),
    "frame_of_reference": lambda header: header.get("FrameOfReferenceUID"),
    "matrix": lambda header: (header.get("Rows"), header.get("Columns")),
    "orientation": _numbers("ImageOrientationPatient", 2),
    "echo_time": _number("EchoTime"),
    "temporal_position": _number("TemporalPositionIdentifier"),
    "temporal_index": _number("TemporalPositionIndex"),
    "b_value": _number("DiffusionBValue"),
}
# What tells volumes apart only where slices lie on each other: within one volume it may vary.
REPEATED: Mapping[str, Key] = {
    "gradient": _numbers("DiffusionGradientOrientation", 3),
    "image_type": lambda header: tuple(str(v) for v in header.get("ImageType") or ()),
    "acquisition": _number("AcquisitionNumber"),
}


# What the keys above read.
SAID = (
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
    "Rows",
    "Columns",
    "ImageOrientationPatient",
    "EchoTime",
    "TemporalPositionIdentifier",
    "TemporalPositionIndex",
    "DiffusionBValue",
)


def split_slices(slices: Sequence[Slice]) -> list[Part]:
    """Return the volumes among the slices of a series, in the order in which they begin.

    Slices that lie on each other as often everywhere are time points, by their acquisition time;
    otherwise, and where the same object comes twice, they stay together.

    Raises:
        ValueError: A header holds a number that is none.
    """
    parts = [Part({}, tuple(slices))]
    if len(unlike([one.header for one in slices], *SAID)) == 1 and not _repeats(slices):
        return parts
    for name, key in APART.items():
        parts = [one for part in parts for one in _divided(part, name, key)]
    for name, key in REPEATED.items():
        parts = [one for part in parts for one in _divided(part, name, key, repeated=True)]
    return [one for part in parts for one in _in_time(part)]


def _divided(part: Part, name: str, key: Key, *, repeated: bool = False) -> list[Part]:
    groups: dict[Hashable, list[Slice]] = defaultdict(list)
    for one in part.slices:
        groups[key(one.header)].append(one)
    single = len(groups) == len(part.slices)
    # A value of its own on each slice is no volume's, unless all of them lie in one place.
    if len(groups) < 2 or ((repeated or single) and not _repeats(part.slices)):
        return [part]
    return [
        Part({**part.facts, name: _fact(value, n)}, tuple(found))
        for n, (value, found) in enumerate(groups.items(), start=1)
    ]


def _fact(value: Hashable, order: int) -> float:
    return float(value) if isinstance(value, int | float) else float(order)


def _repeats(slices: Sequence[Slice]) -> bool:
    return max(map(len, _stations(slices)), default=1) > 1


def _stations(slices: Sequence[Slice]) -> list[list[Slice]]:
    """Return the slices by their place along the normal; nothing where one has none."""
    headers = [one.header for one in slices]
    turned = unlike(headers, "ImageOrientationPatient")
    if not all(h.get("ImageOrientationPatient") for h in turned) or not all(
        h.get("ImagePositionPatient") for h in headers
    ):
        return []
    positions, axes = placed(headers)
    along = positions @ axes[2]
    order = np.argsort(along, kind="stable")
    found: list[list[Slice]] = []
    last = -np.inf
    for i in order:
        if along[i] - last >= SAME_MM:
            found.append([])
        found[-1].append(slices[i])
        last = along[i]
    return found


def _in_time(part: Part) -> list[Part]:
    stations = _stations(part.slices)
    counts = {len(station) for station in stations}
    uids = [str(one.header.get("SOPInstanceUID")) for one in part.slices if one.part is None]
    if len(counts) != 1 or counts == {1} or len(set(uids)) < len(uids):
        return [part]
    ordered = [sorted(station, key=lambda one: _moment(one.header)) for station in stations]
    return [
        Part({**part.facts, REPEAT: float(n)}, tuple(found))
        for n, found in enumerate(zip(*ordered, strict=True), start=1)
    ]


def _moment(header: Dataset) -> tuple[str, str, int]:
    number = str(header.get("InstanceNumber") or "").strip()
    return (
        str(header.get("AcquisitionDate") or ""),
        str(header.get("AcquisitionTime") or ""),
        int(number) if number.isdigit() else 0,
    )
