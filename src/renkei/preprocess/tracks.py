"""Which lesion of a later scan is which of an earlier one, by their carried overlap."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from renkei.imaging.geometry import Geometry

Numbers = NDArray[np.int32]
# Lesions that overlap nowhere are one and the same within what a registration may miss.
REACH_MM = 3.0


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion at one date: volume with the error of drawing in voxels, longest axial diameter.

    `track` names it through time; `state` is first, same, new, vanished, merged, split or outside
    (the scan does not reach there). The change is that of the track since its first date; errors
    hold in 95 of 100.
    """

    track: str
    scan: int
    state: str
    day: float | None = None
    volume_mm3: float | None = None
    error_mm3: float | None = None
    diameter_mm: float | None = None
    change_percent: float | None = None
    change_error_percent: float | None = None
    doubling_days: float | None = None


class Tracks:
    """What is known so far of each lesion: its place on the first scan's grid, its first size."""

    def __init__(self, grid: Geometry) -> None:
        self.spacing = grid.spacing
        self.known: Numbers = np.zeros(grid.shape, np.int32)
        self.first: dict[int, Lesion] = {}
        self.begun = False

    def follow(
        self,
        here: Numbers,
        found: Mapping[int, Lesion],
        seen: NDArray[np.bool_],
        *,
        scan: int,
        day: float | None,
    ) -> list[Lesion]:
        """Return the rows of the next date: `here` numbers its lesions on the first grid.

        `seen` is where that scan reaches. Lesions that lie outside the first grid start a track
        of their own.
        """
        rows: list[Lesion] = []
        for tracks, lesions in self._groups(here, sorted(found)):
            name = "+".join(map(str, tracks))
            if not lesions:
                reached = seen[self.known == tracks[0]]
                gone = bool(reached.size) and float(reached.mean()) >= 0.5
                rows.append(Lesion(name, scan, "vanished" if gone else "outside", day))
            elif not tracks:
                rows += [self._begin(here, n, found[n]) for n in lesions]
            else:
                rows += self._again(here, tracks, [(n, found[n]) for n in lesions])
        self.begun = True
        return rows

    def _begin(self, here: Numbers, n: int, lesion: Lesion) -> Lesion:
        track = len(self.first) + 1
        self.first[track] = replace(
            lesion, track=str(track), state="new" if self.begun else "first"
        )
        self._mark(here == n, track)
        return self.first[track]

    def _again(
        self, here: Numbers, tracks: Sequence[int], found: Sequence[tuple[int, Lesion]]
    ) -> list[Lesion]:
        state = "merged" if len(tracks) > 1 else "split" if len(found) > 1 else "same"
        before = [self.first[track] for track in tracks]
        percent, error, doubling = change_of(before, [lesion for _, lesion in found])
        for n, _ in found:
            self._mark(here == n, tracks[0])
        return [
            replace(
                lesion,
                track="+".join(map(str, tracks)),
                state=state,
                change_percent=percent,
                change_error_percent=error,
                doubling_days=doubling,
            )
            for _, lesion in found
        ]

    def _mark(self, place: NDArray[np.bool_], track: int) -> None:
        self.known[place & (self.known == 0)] = track

    def _groups(self, here: Numbers, lesions: Sequence[int]) -> list[tuple[list[int], list[int]]]:
        """Return which tracks and lesions belong together, by overlap or else by nearness."""
        tracks = sorted(self.first)
        pairs = _touching(self.known, here)
        alone_t = set(tracks) - {t for t, _ in pairs}
        alone_n = set(lesions) - {n for _, n in pairs}
        if alone_t and alone_n:
            near = _touching(self._widened(alone_t), here)
            pairs |= {(t, n) for t, n in near if n in alone_n}
        return _parts(tracks, lesions, pairs)

    def _widened(self, tracks: set[int]) -> Numbers:
        """Return those tracks with all that lies within reach of them."""
        places = np.where(np.isin(self.known, sorted(tracks)), self.known, 0)
        if not places.any():
            return places
        away, nearest = ndimage.distance_transform_edt(
            places == 0, self.spacing, return_indices=True
        )
        return np.where(away <= REACH_MM, places[tuple(nearest)], 0)


def change_of(
    before: Sequence[Lesion], after: Sequence[Lesion]
) -> tuple[float | None, float | None, float | None]:
    """Return change and its error in percent, and the doubling time in days where dates are known.

    A negative doubling time is the time to half; one that the error leaves open is None.
    """
    old, new = (sum(one.volume_mm3 or 0.0 for one in many) for many in (before, after))
    if old <= 0 or new <= 0:
        return None, None, None
    off_old, off_new = (
        math.hypot(*(one.error_mm3 or 0.0 for one in many)) for many in (before, after)
    )
    relative = math.hypot(off_old / old, off_new / new)
    days = {one.day for one in before}
    doubling = None
    if len(days) == 1 and None not in days and after[0].day is not None:
        passed = after[0].day - float(next(iter(days)) or 0.0)
        grown = math.log(new / old)
        if passed > 0 and abs(grown) > relative:
            doubling = passed * math.log(2) / grown
    return 100 * (new / old - 1), 100 * new / old * relative, doubling


def _touching(one: Numbers, two: Numbers) -> set[tuple[int, int]]:
    both = (one > 0) & (two > 0)
    return {(int(a), int(b)) for a, b in np.unique(np.stack([one[both], two[both]]), axis=1).T}


def _parts(
    tracks: Sequence[int], lesions: Sequence[int], pairs: set[tuple[int, int]]
) -> list[tuple[list[int], list[int]]]:
    """Return the connected parts of the graph between tracks and lesions, tracks first."""
    nodes = [("t", t) for t in tracks] + [("n", n) for n in lesions]
    if not nodes:
        return []
    place = {node: i for i, node in enumerate(nodes)}
    ends = np.array([(place["t", t], place["n", n]) for t, n in sorted(pairs)]).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(nodes),) * 2)
    count, part = connected_components(graph, directed=False)
    return [
        (
            [t for kind, t in nodes if kind == "t" and part[place[kind, t]] == p],
            [n for kind, n in nodes if kind == "n" and part[place[kind, n]] == p],
        )
        for p in range(count)
    ]
