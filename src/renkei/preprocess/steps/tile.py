"""Tile: cut a slide into squares, keep those with tissue, and say why the others went."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from renkei.imaging.slide import Slide, open_slide
from renkei.preprocess.held import Kind, SlideScan
from renkei.preprocess.rescale import new_file, own_mpp
from renkei.preprocess.slides import encoded
from renkei.preprocess.step import Done, Param, Params, Step, StepRefusedError
from renkei.select.tiles import overview, tissue_mask

MOST_TILES = 4_000_000
SIDE_STEP = 16  # what TIFF allows as the side of a tile


def tile(scan: SlideScan, params: Params) -> Done:
    """Return the tiles with tissue as one column of a TIFF, and an index of all of them.

    Raises:
        StepRefusedError: There is no such level, or no tile shows enough tissue.
    """
    size, number = int(params["size"]) // SIDE_STEP * SIDE_STEP, int(params["level"])
    with open_slide(scan.path) as slide:
        if number >= len(slide.levels):
            raise StepRefusedError("The slide has no such level.", code="no_such_level")
        tissue = tissue_mask(overview(slide))
        index = _index(slide, tissue, size, number, float(params["least_tissue"]))
        kept = index.filter(pl.col("reason").is_null())
        counts = {
            "tiles": float(index.height),
            "kept": float(kept.height),
            **{
                reason: float(index.filter(pl.col("reason") == reason).height)
                for reason in ("background", "border")
            },
            "tissue": round(float(tissue.mean()), 4),
        }
        if not kept.height:
            raise StepRefusedError("No tile shows enough tissue.", code="tissue_missing", **counts)
        path = new_file(scan.scratch, "tile")
        _write(path, slide, kept, size, number)
    table = BytesIO()
    index.write_parquet(table, compression="zstd")
    files = {"tiles.parquet": table.getvalue(), "tissue.png": _png(tissue)}
    return Done((replace(scan, path=path),), counts, files=files)


def _index(
    slide: Slide, tissue: NDArray[np.bool_], size: int, number: int, least: float
) -> pl.DataFrame:
    """Return a row per tile: its number in the TIFF, place, share of tissue, why it was left out.

    x and y count level-0 pixels; mpp is that of the level.
    """
    level = slide.levels[number]
    left, top = (np.arange(0, length, size) for length in (level.width, level.height))
    if len(left) * len(top) > MOST_TILES:
        raise StepRefusedError(
            "There are too many tiles: use a larger size.", code="too_many_tiles"
        )
    down, across = tissue.shape
    sums = np.zeros((down + 1, across + 1), np.int64)
    sums[1:, 1:] = tissue.cumsum(axis=0).cumsum(axis=1)
    x0, x1 = _edges(left, size, level.width, across)
    y0, y1 = _edges(top, size, level.height, down)
    inside = (
        sums[np.ix_(y1, x1)] - sums[np.ix_(y0, x1)] - sums[np.ix_(y1, x0)] + sums[np.ix_(y0, x0)]
    )
    share = inside / np.outer(y1 - y0, x1 - x0)
    border = (top + size > level.height)[:, None] | (left + size > level.width)
    reason = np.where(border, "border", np.where(share < least, "background", "")).ravel()
    chosen = reason == ""
    mpp = own_mpp(slide)
    across_x, down_y = np.meshgrid(left, top)
    return pl.DataFrame(
        {
            "tile": np.where(chosen, np.cumsum(chosen) - 1, -1),
            "x": np.rint(across_x.ravel() * level.downsample).astype(np.int64),
            "y": np.rint(down_y.ravel() * level.downsample).astype(np.int64),
            "column": (across_x // size).ravel(),
            "row": (down_y // size).ravel(),
            "tissue": share.ravel().round(4),
            "reason": reason,
        }
    ).with_columns(
        pl.when(pl.col("tile") >= 0).then(pl.col("tile")).alias("tile"),
        pl.when(pl.col("reason") != "").then(pl.col("reason")).alias("reason"),
        pl.lit(number).alias("level"),
        pl.lit(mpp * level.downsample if mpp else None, pl.Float64).alias("mpp"),
        pl.lit(size).alias("size"),
    )


def _edges(
    start: NDArray[np.intp], size: int, length: int, cells: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    scale = cells / length
    first = np.minimum((start * scale).astype(np.intp), cells - 1)
    last = np.rint((start + size) * scale).astype(np.intp)
    return first, np.clip(last, first + 1, cells)


def _write(path: Path, slide: Slide, kept: pl.DataFrame, size: int, number: int) -> None:
    from tifffile import TiffWriter

    def tiles() -> Iterator[bytes]:
        for column, row in kept.select("column", "row").iter_rows():
            rgb = slide.read_region(number, column * size, row * size, size, size)
            yield encoded(rgb, size)

    with TiffWriter(path, bigtiff=True) as out:
        out.write(
            tiles(),
            shape=(kept.height * size, size, 3),
            dtype=np.uint8,
            tile=(size, size),
            photometric="ycbcr",
            subsampling=(1, 1),
            compression="jpeg",
            metadata=None,
            software=False,
        )


def _png(tissue: NDArray[np.bool_]) -> bytes:
    import imagecodecs

    return bytes(imagecodecs.png_encode(tissue.astype(np.uint8) * 255))


STEP = Step(
    "tile",
    params={
        "size": Param("number", 256, 64, 4096, unit="pixels, whole multiples of 16"),
        "level": Param("number", 0, 0, 12),
        "least_tissue": Param("number", 0.5, 0.0, 1.0, unit="share of the tile"),
    },
    run=tile,
    on=Kind.SLIDE,
)
