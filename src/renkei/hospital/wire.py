"""Compress what goes over the wire without loss; each file is decoded again before it is queued."""

import io
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pydicom
from blake3 import blake3
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.errors import BytesLengthException, InvalidDicomError

from renkei.deid.pixels import PixelsRefusedError
from renkei.deid.recode import encode_frame
from renkei.errors import DataRefusedError, UsageError
from renkei.hospital.site import Site
from renkei.hospital.vault import Item, VaultFile
from renkei.imaging.dicom import decode_pixels, pixel_sha256, shape_of

SYNTAXES = {"htj2k": "1.2.840.10008.1.2.4.201", "jpegls": "1.2.840.10008.1.2.4.80"}
NATIVE = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1"})
GREY = frozenset({"MONOCHROME1", "MONOCHROME2"})
FOLDER = ".wire"
LONG = 1 << 32  # what a basic offset table can say
_SCHEMA = """
CREATE TABLE IF NOT EXISTS wire (
  item INTEGER PRIMARY KEY, plain TEXT NOT NULL, blake3 TEXT NOT NULL, bytes INTEGER NOT NULL);
"""


class BadWireError(UsageError):
    """The settings name a compression that there is not."""


class Wire(VaultFile):
    """The compressed copies of one site's outbox; what is not smaller stays as it is."""

    def __init__(self, site: Site) -> None:
        if site.wire not in {"none", *SYNTAXES}:
            raise BadWireError("wire in site.toml is none, htj2k or jpegls.")
        super().__init__(site.folder, _SCHEMA)
        self._folder, self._syntax = site.outbox, SYNTAXES.get(site.wire)

    def compress(self, items: list[Item]) -> list[Item]:
        """Return the items as they go, smaller ones in the place of those that compress."""
        for item in items:
            if self._syntax and item.kind == "dicom":
                self._compress(item, self._syntax)
        return self.of(items)

    def of(self, items: list[Item]) -> list[Item]:
        """Return the items as they were queued: name in the outbox, hash and size of what goes."""
        # By the hash of the plain file too: the number of a file that was held is given again.
        rows = {(n, plain): row for n, plain, *row in self._db.execute("SELECT * FROM wire")}
        return [
            replace(item, name=_name(item.n), blake3=row[0], bytes=row[1])
            if (row := rows.get((item.n, item.blake3)))
            else item
            for item in items
        ]

    def drop(self, items: list[Item]) -> None:
        """Delete the copies of files that the platform has."""
        for item in items:
            (self._folder / _name(item.n)).unlink(missing_ok=True)

    def _compress(self, item: Item, syntax: str) -> None:
        data = compressed((self._folder / item.name).read_bytes(), syntax)
        if data is None or len(data) >= item.bytes:
            return
        path = self._folder / _name(item.n)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
        with self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO wire VALUES (?, ?, ?, ?)",
                (item.n, item.blake3, blake3(data).hexdigest(), len(data)),
            )


def compressed(data: bytes, syntax: str) -> bytes | None:
    """Return the object in a compressed transfer syntax, or None if it must stay as it is.

    What is returned was decoded again: its header is equal and so is the hash over its pixels.
    """
    try:
        dataset = pydicom.dcmread(io.BytesIO(data))
        if not _grey(dataset):
            return None
        before = pixel_sha256(dataset)
        shape, photometric = shape_of(dataset), str(dataset.PhotometricInterpretation)
        frames = [encode_frame(f, shape, syntax, photometric) for f in decode_pixels(dataset)]
        _put(dataset, frames, syntax)
        buffer = io.BytesIO()
        pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
        made = buffer.getvalue()
        same = pixel_sha256(made) == before and _header(made) == _header(data)
    except (DataRefusedError, PixelsRefusedError, InvalidDicomError, BytesLengthException,
            AttributeError, ValueError):  # fmt: skip
        # Whatever cannot be compressed goes as it is.
        return None
    return made if same else None


def _grey(dataset: pydicom.FileDataset) -> bool:
    return (
        str(dataset.file_meta.TransferSyntaxUID) in NATIVE
        and dataset.get("PhotometricInterpretation") in GREY
        and dataset.get("SamplesPerPixel") == 1
        and dataset.get("BitsAllocated") in {8, 16}
        and "PixelData" in dataset
    )


def _put(dataset: pydicom.FileDataset, frames: list[bytes], syntax: str) -> None:
    if sum(map(len, frames)) < LONG:
        dataset.PixelData = encapsulate(frames)
    else:
        dataset.PixelData, *tables = encapsulate_extended(frames)
        dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = tables
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)


def _header(data: bytes) -> pydicom.Dataset:
    header = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
    return pydicom.Dataset({e.tag: e for e in header if not e.keyword.startswith("ExtendedOffset")})


def _name(n: int) -> str:
    return str(Path(FOLDER, f"{n}.dcm").as_posix())


def wired(site: Site, items: list[Item]) -> list[Item]:
    """Return items as they were queued."""
    with closing(Wire(site)) as wire:
        return wire.of(items)
