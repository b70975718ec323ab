"""What a costly step gave, kept by its key, so that a changed later step does not run it again."""

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, get_type_hints

import msgspec
import numpy as np
import polars as pl
import zstandard
from numpy.typing import NDArray

from renkei.errors import DataRefusedError
from renkei.imaging.labels import pack, unpack
from renkei.imaging.volume import Volume
from renkei.preprocess.held import Held, Scan, TableScan
from renkei.preprocess.step import Done, Finding

FORMAT = "renkei.kept/1"
# Fast, and half of the voxels' size where their bytes lie plane by plane.
LEVEL = 1
MAX_BYTES = 8 << 30


class BadKeptError(DataRefusedError):
    """What was kept of a step cannot be read."""


class Store(Protocol):
    """Where results of steps lie by their keys."""

    def find(self, key: str) -> bytes | None:
        """Return what lies under a key."""

    def keep(self, key: str, data: bytes) -> None:
        """Keep bytes under a key."""


@dataclass(frozen=True, slots=True)
class FolderStore:
    """A folder with one file for each key; written whole or not at all."""

    folder: Path

    def find(self, key: str) -> bytes | None:
        """Return what lies under a key."""
        path = self._path(key)
        return path.read_bytes() if path.is_file() else None

    def keep(self, key: str, data: bytes) -> None:
        """Keep bytes under a key."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".part-{os.getpid()}")
        part.write_bytes(data)
        part.replace(path)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key


@dataclass(frozen=True, slots=True)
class KnownStore:
    """What is known beforehand, and beside it what a run adds."""

    known: Mapping[str, bytes]
    added: dict[str, bytes] = field(default_factory=dict)

    def find(self, key: str) -> bytes | None:
        """Return what lies under a key."""
        return self.known.get(key)

    def keep(self, key: str, data: bytes) -> None:
        """Keep bytes under a key."""
        self.added[key] = data


def can_keep(dones: Sequence[Done]) -> bool:
    """Tell whether all results fit here: a slide is a file of its own and may be too large."""
    return all(isinstance(one, Scan | TableScan) for done in dones for one in done.scans)


def pack_dones(dones: Sequence[Done]) -> bytes:
    """Return what a step gave as bytes, voxel for voxel."""
    parts: list[bytes] = []

    def part(data: bytes) -> int:
        parts.append(data)
        return len(parts) - 1

    said = {
        FORMAT: [
            {
                "scans": [_held_out(one, part) for one in done.scans],
                "measures": dict(done.measures),
                "finding": str(done.finding),
                "code": done.code,
                "files": {name: part(data) for name, data in done.files.items()},
            }
            for done in dones
        ],
    }
    head = msgspec.json.encode({**said, "sizes": [len(one) for one in parts]})
    plain = b"".join([len(head).to_bytes(8, "little"), head, *parts])
    return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(plain)


def unpack_dones(packed: bytes) -> list[Done]:
    """Return what a step gave.

    Raises:
        BadKeptError: The bytes are no such record.
    """
    try:
        plain = memoryview(zstandard.ZstdDecompressor().decompress(packed, MAX_BYTES))
        start = 8 + int.from_bytes(plain[:8], "little")
        said = msgspec.json.decode(bytes(plain[8:start]))
        parts = []
        for size in said["sizes"]:
            parts.append(plain[start : start + size])
            start += size
        return [_done_in(one, parts) for one in said[FORMAT]]
    except (zstandard.ZstdError, msgspec.MsgspecError, KeyError, ValueError, TypeError) as error:
        raise BadKeptError("The kept result of a step is damaged.") from error


def _held_out(held: Scan | TableScan, part: Any) -> dict[str, Any]:
    if isinstance(held, TableScan):
        table = io.BytesIO()
        held.frame.write_ipc(table)
        return {"layout": held.layout, "table": part(table.getvalue())}
    return {
        "kind": held.image.voxels.dtype.str,
        "voxels": part(_planes(held.image.voxels)),
        "image": {n: msgspec.to_builtins(getattr(held.image, n)) for n in _described()},
        "labels": part(pack(held.labels)) if held.labels else None,
    }


def _described() -> dict[str, Any]:
    """Return what a volume has beside its voxels, with its types."""
    return {name: kind for name, kind in get_type_hints(Volume).items() if name != "voxels"}


def _done_in(said: Mapping[str, Any], parts: Sequence[memoryview]) -> Done:
    return Done(
        tuple(_held_in(one, parts) for one in said["scans"]),
        said["measures"],
        Finding(said["finding"]),
        said["code"],
        {name: bytes(parts[n]) for name, n in said["files"].items()},
    )


def _held_in(said: Mapping[str, Any], parts: Sequence[memoryview]) -> Held:
    if "table" in said:
        return TableScan(said["layout"], pl.read_ipc(io.BytesIO(parts[said["table"]])))
    about = {n: msgspec.convert(said["image"][n], kind) for n, kind in _described().items()}
    kind, shape = np.dtype(said["kind"]), about["geometry"].shape
    image = Volume(voxels=_voxels(parts[said["voxels"]], kind, shape), **about)
    labels = said["labels"]
    return Scan(image, unpack(bytes(parts[labels])) if labels is not None else None)


def _planes(voxels: NDArray[np.generic]) -> bytes:
    """Return the bytes of all voxels, the first of each, then the second: they pack better so."""
    flat = np.ascontiguousarray(voxels).view(np.uint8).reshape(-1, voxels.dtype.itemsize)
    return flat.T.tobytes()


def _voxels(data: memoryview, kind: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    planes = np.frombuffer(data, np.uint8).reshape(kind.itemsize, -1)
    return np.array(planes.T, order="C").view(kind).reshape(shape)
