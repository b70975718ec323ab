"""Results on disk in the format of their use: NIfTI, OME-Zarr, blocks for training, DICOM."""

import math
import shutil
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from renkei.imaging.nifti import read_nifti
from renkei.imaging.slide import Slide, open_slide
from renkei.imaging.volume import Volume
from renkei.preprocess.made import Made
from renkei.preprocess.omezarr import write_ome_zarr
from renkei.preprocess.patches import SUFFIX, write_patches

MILLIMETRES = ("millimeter",) * 3
# Of a slide, levels are halved until one fits into a picture of so many pixels.
SMALLEST_LEVEL = 1024


class Format(StrEnum):
    """How volumes are written; tables have one format, slides are TIFF or OME-Zarr.

    DICOM names the files that it was made from, and is written by `slices.write_slices`.
    """

    NIFTI = "nifti"
    OMEZARR = "omezarr"
    BLOSC2 = "blosc2"
    DICOM = "dicom"


def write_result(folder: Path, made: Made, form: Format) -> None:
    """Write one result under its name; its hash stays that of the NIfTI file."""
    if isinstance(made.data, Path) and form is Format.OMEZARR:
        _slide_zarr(folder / f"{made.name}.ome.zarr", made.data)
    elif isinstance(made.data, Path):
        shutil.move(made.data, folder / f"{made.name}{made.suffix}")
    elif form is Format.NIFTI or made.suffix != ".nii.gz":
        (folder / f"{made.name}{made.suffix}").write_bytes(made.data)
    else:
        volume = read_nifti(made.data)
        write = _zarr if form is Format.OMEZARR else _blocks
        write(folder, made.name, volume)


def _zarr(folder: Path, name: str, volume: Volume) -> None:
    geometry = volume.geometry
    write_ome_zarr(
        folder / f"{name}.ome.zarr",
        volume.voxels,
        geometry.spacing,
        MILLIMETRES,
        origin=geometry.origin[::-1],
        levels=1 if max(geometry.shape) < 256 else 3,
    )


class _Colours:
    """A slide as an array (c, y, x) of which boxes are read."""

    def __init__(self, slide: Slide) -> None:
        self.slide = slide
        level = slide.levels[0]
        self.shape, self.dtype = (3, level.height, level.width), np.dtype(np.uint8)

    def __getitem__(self, at: tuple[slice, ...]) -> NDArray[np.uint8]:
        colours, down, across = at
        height, width = down.stop - down.start, across.stop - across.start
        found = self.slide.read_region(0, across.start, down.start, width, height)
        return found.transpose(2, 0, 1)[colours]


def _slide_zarr(path: Path, source: Path) -> None:
    with open_slide(source) as slide:
        array, mpp = _Colours(slide), slide.mpp
        levels = 1 + max(0, math.ceil(math.log2(max(array.shape) / SMALLEST_LEVEL)))
        unit = "micrometer" if mpp else None
        scale = (1.0, mpp or 1.0, mpp or 1.0)
        write_ome_zarr(path, array, scale, (None, unit, unit), axes="cyx", levels=levels)


def _blocks(folder: Path, name: str, volume: Volume) -> None:
    write_patches(folder / f"{name}{SUFFIX}", volume)
