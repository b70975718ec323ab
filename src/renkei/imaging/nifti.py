"""NIfTI through one door: SimpleITK reads it, LPS and mm come out, the same bytes go back."""

import math
import struct
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.errors import DataRefusedError
from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume
from renkei.plugins import need_extra

MAX_BYTES = 4 * 2**30
MAX_VOXELS = 2**31
# NIfTI-1: sizeof_hdr, and where its free texts stand (data_type, db_name, descrip, aux_file).
HEADER = 348
TEXTS = ((4, 10), (14, 18), (148, 80), (228, 24))
# Of libdeflate: as small as level 4 of zlib, in half the time.
LEVEL = 3
# A byte of deflate never stands for more.
MOST_UNPACKED = 1032


class NiftiRefusedError(DataRefusedError):
    """The file is not a NIfTI volume that can be read."""


def read_nifti(source: Path | bytes, *, modality: str = "") -> Volume:
    """Read `.nii` or `.nii.gz` of three dimensions; whole numbers stay whole.

    For bytes from outside, call this through `renkei.child`.

    Raises:
        NiftiRefusedError: It is no NIfTI file, over the limit, or not of three dimensions.
    """
    need_extra("imaging", "SimpleITK")
    import SimpleITK as sitk

    raw = source if isinstance(source, bytes) else source.read_bytes()
    plain = _unpacked(raw)
    _check(plain)
    with tempfile.NamedTemporaryFile(suffix=".nii") as file:
        file.write(plain)
        file.flush()
        del raw, plain
        try:
            image: Any = sitk.ReadImage(file.name)
        except RuntimeError:
            raise NiftiRefusedError("The NIfTI file cannot be read.") from None
    if image.GetDimension() == 4 and image.GetSize()[3] == 1:
        image = image[..., 0]
    if image.GetDimension() != 3:
        raise NiftiRefusedError("Only volumes of three dimensions are taken.")
    return from_sitk(image, modality=modality)


def write_nifti(volume: Volume, path: Path) -> None:
    """Write `.nii.gz`: the same volume gives the same bytes."""
    path.write_bytes(nifti_bytes(volume))


def nifti_bytes(volume: Volume) -> bytes:
    """Return the `.nii.gz` of a volume; the header's free texts are empty."""
    import imagecodecs
    import SimpleITK as sitk

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "volume.nii")
        sitk.WriteImage(to_sitk(volume), str(path))
        plain = bytearray(path.stat().st_size)
        with path.open("rb", buffering=0) as file:
            file.readinto(plain)
    for start, length in TEXTS:
        plain[start : start + length] = bytes(length)
    # It writes neither time nor name: the clock must not come into the hash.
    return bytes(imagecodecs.gzip_encode(plain, level=LEVEL))


def to_sitk(volume: Volume) -> Any:
    """Return the volume as a SimpleITK image in the same place."""
    need_extra("imaging", "SimpleITK")
    import SimpleITK as sitk

    image: Any = sitk.GetImageFromArray(_portable(volume.voxels))
    place(image, volume.geometry)
    return image


def place(image: Any, geometry: Geometry) -> None:
    """Give a SimpleITK image the place of a grid."""
    image.SetSpacing(geometry.spacing[::-1])
    image.SetOrigin(geometry.origin)
    image.SetDirection(geometry.direction)


def from_sitk(image: Any, *, modality: str = "") -> Volume:
    """Return a SimpleITK image as a volume; CT becomes int16 when its values are whole."""
    import SimpleITK as sitk

    voxels: NDArray[Any] = sitk.GetArrayFromImage(image)
    if voxels.size > MAX_VOXELS:
        raise NiftiRefusedError("The volume is larger than the limit.")
    return Volume(voxels=_compact(voxels), geometry=geometry_of(image), modality=modality)


def geometry_of(image: Any) -> Geometry:
    """Return where a SimpleITK image lies."""
    x, y, z = image.GetSize()
    return Geometry(
        shape=(z, y, x),
        spacing=tuple(float(v) for v in image.GetSpacing()[::-1]),  # type: ignore[arg-type]
        origin=tuple(float(v) for v in image.GetOrigin()),  # type: ignore[arg-type]
        direction=tuple(float(v) for v in image.GetDirection()),
    )


def _compact(voxels: NDArray[Any]) -> NDArray[Any]:
    """Narrow whole numbers to int16 where they fit, floats to float32 unless they are whole."""
    if not voxels.size or voxels.dtype == np.int16:
        return voxels
    low, high = float(voxels.min()), float(voxels.max())
    fits = low >= -(2**15) and high < 2**15
    if fits and (voxels.dtype.kind in "iu" or bool((voxels == np.round(voxels)).all())):
        return voxels.astype(np.int16)
    return voxels.astype(np.float32)


def _portable(voxels: NDArray[Any]) -> NDArray[Any]:
    return voxels.astype(np.uint8) if voxels.dtype == np.bool_ else np.ascontiguousarray(voxels)


def _unpacked(raw: bytes) -> bytes:
    if raw[:2] != b"\x1f\x8b":
        return raw
    import zlib

    import imagecodecs

    # The size is told at the end; where that is not true, the slow way finds out what is wrong.
    size = int.from_bytes(raw[-4:], "little")
    if size <= min(MAX_BYTES, MOST_UNPACKED * len(raw)):
        with suppress(imagecodecs.GzipError, ValueError):
            plain = bytes(imagecodecs.gzip_decode(raw, out=size))
            if len(plain) == size:
                return plain
    inflate = zlib.decompressobj(wbits=31)
    try:
        # Stops at the cap: a few KB of gzip can hold gigabytes.
        plain = inflate.decompress(raw, MAX_BYTES)
    except zlib.error:
        raise NiftiRefusedError("The file's compression is broken.") from None
    if inflate.unconsumed_tail:
        raise NiftiRefusedError("The file unpacks to more than the limit.")
    if not inflate.eof:
        raise NiftiRefusedError("The file is cut off; send it again.")
    return plain


def _check(plain: bytes) -> None:
    """Refuse what ends before its own header says: ITK would fill up with zeros."""
    size = plain[:4]
    order = {HEADER.to_bytes(4, "little"): "<", HEADER.to_bytes(4, "big"): ">"}.get(size)
    if order is None or len(plain) < HEADER:
        raise NiftiRefusedError("This is not a NIfTI-1 file.")
    rank, *sizes = struct.unpack_from(f"{order}8h", plain, 40)
    (bits,) = struct.unpack_from(f"{order}h", plain, 72)
    (start,) = struct.unpack_from(f"{order}f", plain, 108)
    if not 1 <= rank <= 7 or min(sizes[:rank]) < 1 or not HEADER <= start <= MAX_BYTES:
        raise NiftiRefusedError("The header of the NIfTI file is broken.")
    if math.prod(sizes[:rank]) * bits // 8 + int(start) > len(plain):
        raise NiftiRefusedError("The file is cut off; send it again.")
