"""Results on disk in the format of their use: NIfTI, OME-Zarr, or blocks for training."""

import shutil
from enum import StrEnum
from pathlib import Path

from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume
from renkei.preprocess.made import Made
from renkei.preprocess.omezarr import write_ome_zarr
from renkei.preprocess.patches import SUFFIX, write_patches

MILLIMETRES = ("millimeter",) * 3


class Format(StrEnum):
    """How volumes are written; slides and tables have one format each."""

    NIFTI = "nifti"
    OMEZARR = "omezarr"
    BLOSC2 = "blosc2"


def write_result(folder: Path, made: Made, form: Format) -> None:
    """Write one result under its name; its hash stays that of the NIfTI file."""
    if isinstance(made.data, Path):
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


def _blocks(folder: Path, name: str, volume: Volume) -> None:
    write_patches(folder / f"{name}{SUFFIX}", volume)
