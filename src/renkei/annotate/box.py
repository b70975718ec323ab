"""The box in which something is drawn: everything is measured there, not on the whole image."""

import numpy as np

Box = tuple[slice, ...]


def box_of(*masks: np.ndarray, margin: int = 0) -> Box | None:
    """Return the smallest box with every true voxel of masks (z, y, x); None when there is none.

    `margin` widens it by so many voxels, as far as the image goes.
    """
    # The whole image is read once, eight voxels at a time; the rest looks at what is left of it.
    seen = np.bitwise_or.reduce([np.bitwise_or.reduce(one, axis=1) for one in _words(masks)])
    if not seen.any():
        return None
    step = masks[0].shape[2] // seen.shape[1]
    slices, columns = _span(seen.any(axis=1)), _span(seen.any(axis=0))
    rough = slice(columns.start * step, columns.stop * step)
    plane = np.logical_or.reduce([mask[slices, :, rough].any(axis=0) for mask in masks])
    rows, columns = _span(plane.any(axis=1)), _span(plane.any(axis=0))
    exact = slice(rough.start + columns.start, rough.start + columns.stop)
    return tuple(
        slice(max(0, one.start - margin), min(size, one.stop + margin))
        for one, size in zip((slices, rows, exact), masks[0].shape, strict=True)
    )


def _words(masks: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    if all(mask.flags.c_contiguous and mask.shape[2] % 8 == 0 for mask in masks):
        return [mask.view(np.uint64) for mask in masks]
    return list(masks)


def _span(drawn: np.ndarray) -> slice:
    hit = np.flatnonzero(drawn)
    return slice(int(hit[0]), int(hit[-1]) + 1)
