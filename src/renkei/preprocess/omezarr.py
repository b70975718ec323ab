"""OME-Zarr 0.5: one image as a pyramid of chunks, written slab by slab."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from renkei.errors import DataRefusedError
from renkei.plugins import need_extra

VERSION = "0.5"
AXES = {2: "yx", 3: "zyx", 4: "czyx"}
# Wider pictures, such as slides, are written in strips, so that they need not fit into memory.
WIDEST = 8192
SPATIAL = "zyx"
CHUNK = {"c": 4, "z": 64, "y": 128, "x": 128}
FLAT_CHUNK = {"c": 4, "y": 512, "x": 512}
# Axes this much coarser than the finest are halved later, so that voxels become cubes.
COARSER = 1.5


class OmeZarrRefusedError(DataRefusedError):
    """The array has no axes, scale or units that OME-Zarr can hold."""


class Sliced(Protocol):
    """An array that need not lie in memory: numpy, memory map, Zarr, or a slide."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths along the axes."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of one value."""

    def __getitem__(self, at: tuple[slice, ...]) -> NDArray[Any]:
        """Return a box."""


def write_ome_zarr(
    path: Path,
    array: Sliced,
    scale: Sequence[float],
    units: Sequence[str | None],
    *,
    axes: str | None = None,
    origin: Sequence[float] | None = None,
    levels: int = 1,
    labels: bool = False,
) -> None:
    """Write an array as an OME-Zarr group in the new folder `path`.

    `scale`, `units` ("millimeter", "micrometer", None for channels) and `origin` (the centre of the
    first voxel) are given for each axis; `axes` are yx, zyx or czyx where not said, cyx for a
    slide. Each further level halves the finest axes: by the mean, of `labels` by every second
    voxel.

    Raises:
        OmeZarrRefusedError: Axes, scale and units do not fit the array, or `path` exists.
    """
    need_extra("imaging", "zarr")
    import zarr
    from zarr.codecs import ZstdCodec

    said = axes or AXES.get(len(array.shape), "")
    if not len(array.shape) == len(said) == len(scale) == len(units) or min(array.shape) < 1:
        raise OmeZarrRefusedError("Give one axis name, one scale and one unit for each axis.")
    if min(scale) <= 0 or path.exists():
        raise OmeZarrRefusedError("The scale must be positive and the folder new.")
    group: Any = zarr.create_group(str(path), zarr_format=3)
    step, start = tuple(map(float, scale)), tuple(map(float, origin or [0.0] * len(said)))
    datasets = []
    source: Any = array
    by = (1,) * len(said)
    for level in range(levels):
        shape = tuple(-(-n // k) for n, k in zip(source.shape, by, strict=True))
        target = group.create_array(
            str(level),
            shape=shape,
            dtype=array.dtype,
            chunks=_chunks(shape, said),
            compressors=ZstdCodec(level=3),
            dimension_names=tuple(said),
        )
        _fill(target, source, by, said, labels=labels)
        datasets.append({"path": str(level), "coordinateTransformations": _placed(step, start)})
        source, by = target, _halved(step, shape, said)
        half = 0.0 if labels else 0.5
        start = tuple(o + half * s * (k - 1) for o, s, k in zip(start, step, by, strict=True))
        step = tuple(s * k for s, k in zip(step, by, strict=True))
    named = [_axis(name, unit) for name, unit in zip(said, units, strict=True)]
    how = {"type": "every second voxel" if labels else "mean"} if levels > 1 else {}
    multiscale = {"name": "image", "axes": named, "datasets": datasets, **how}
    group.attrs["ome"] = {"version": VERSION, "multiscales": [multiscale]}


def _axis(name: str, unit: str | None) -> dict[str, str]:
    kind = {"name": name, "type": "space" if name in SPATIAL else "channel"}
    return {**kind, "unit": unit} if unit else kind


def _placed(step: tuple[float, ...], start: tuple[float, ...]) -> list[dict[str, Any]]:
    placed: list[dict[str, Any]] = [{"type": "scale", "scale": list(step)}]
    return [*placed, {"type": "translation", "translation": list(start)}] if any(start) else placed


def _chunks(shape: tuple[int, ...], axes: str) -> tuple[int, ...]:
    sizes = CHUNK if "z" in axes else FLAT_CHUNK
    return tuple(min(n, sizes[a]) for n, a in zip(shape, axes, strict=True))


def _halved(step: tuple[float, ...], shape: tuple[int, ...], axes: str) -> tuple[int, ...]:
    finest = min(s for s, a in zip(step, axes, strict=True) if a in SPATIAL)
    return tuple(
        2 if a in SPATIAL and s <= COARSER * finest and n > 1 else 1
        for s, n, a in zip(step, shape, axes, strict=True)
    )


def _fill(target: Any, source: Sliced, by: tuple[int, ...], axes: str, *, labels: bool) -> None:
    """Write `source`, made smaller `by` so much, one slab of chunks along the first space axis."""
    along = next(i for i, axis in enumerate(axes) if axis in SPATIAL)
    rows, wide = target.chunks[along], target.shape[-1] if "z" in axes else WIDEST
    starts = product(range(0, target.shape[along], rows), range(0, target.shape[-1], wide))
    for first, left in starts:
        place = [slice(0, n) for n in target.shape]
        place[along] = slice(first, min(first + rows, target.shape[along]))
        place[-1] = slice(left, min(left + wide, target.shape[-1]))
        box = tuple(
            slice(one.start * k, min(one.stop * k, n))
            for one, k, n in zip(place, by, source.shape, strict=True)
        )
        target[tuple(place)] = _smaller(np.asarray(source[box]), by, labels=labels)


def _smaller(slab: NDArray[Any], by: tuple[int, ...], *, labels: bool) -> NDArray[Any]:
    if labels or max(by) == 1:
        return slab[tuple(slice(None, None, k) for k in by)]
    wide = [(0, -n % k) for n, k in zip(slab.shape, by, strict=True)]
    even = np.pad(slab, wide, mode="edge").astype(np.float32)
    split = [m for n, k in zip(even.shape, by, strict=True) for m in (n // k, k)]
    mean: NDArray[Any] = even.reshape(split).mean(axis=tuple(range(1, 2 * len(by), 2)))
    return np.rint(mean).astype(slab.dtype) if slab.dtype.kind in "iub" else mean.astype(slab.dtype)
