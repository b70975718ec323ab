"""A scan made standard (axes, grid, values, labels), file to file: Renkei beside its peers.

CPU and memory on a real CT, 300 × 512² tiled from 20 slices, to 1 mm, and on a real MR of 4 mm
slices, to 1 mm. Accuracy on a made scan, to 2 mm: waves of known formula in every place, once as
they are and once under 30 HU of noise, and two balls as labels. Each tool's voxels are compared
with the formula at the place where the tool itself says that they lie. One thread each.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.measure import Row
from bench.standardise_tools import LPS_TO_RAS, MADE
from renkei.imaging.codes import Code
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import from_label_map, pack
from renkei.imaging.nifti import nifti_bytes, read_nifti
from renkei.imaging.volume import Volume, read_series

ROOT = Path(__file__).parents[1]
PEERS = {"simpleitk": "SimpleITK", "torchio": "TorchIO", "monai": "MONAI", "nnunetv2": "nnU-Net"}
PEER_PYTHON = ROOT / ".venv-peers-ml" / "bin" / "python"
NAMES = ((1, "one", Code("99RENKEI", "1", "One")), (2, "two", Code("99RENKEI", "2", "Two")))
ROUNDS = {"mr:MR": 3, "ct:CT": 1}
TILES = 15
NOISE_HU = 30.0
# Waves: HU, mm, and their direction; balls: centre as a share of the field of view, radius in mm.
WAVES = ((200, 40.0, (1, 0.4, 0.2)), (150, 30.0, (0.3, -1, 0.5)), (100, 25.0, (0.2, 0.5, 1)))
BALLS = (((0.4, 0.45, 0.5), 30.0), ((0.75, 0.7, 0.55), 6.0))
# Neither LPS nor RAS: every tool has an axis to turn.
LAS = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
MADE_GRID = Geometry((72, 220, 220), (2.5, 0.9, 0.9), (-91.3, 104.7, -33.1), LAS)
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1",
    "BLOSC_NTHREADS": "1",
}


def run():
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _write(folder)
        tools = {"renkei": "Renkei", **(PEERS if PEER_PYTHON.exists() else {})}
        told = {name: _told(name, folder) for name in tools}
        for name, peer in list(tools.items())[1:]:
            yield from _rows(told["renkei"], told[name], peer)


def _rows(ours, theirs, peer):
    for case, about in (("ct", "CT 300 × 512² to 1 mm"), ("mr", "MR 26 × 256² to 1 mm")):
        (cpu, mb), (their_cpu, their_mb) = ours[case], theirs[case]
        yield Row("standard", f"{about}: time", cpu, peer, their_cpu, "CPU s", 1.0)
        yield Row("standard", f"{about}: peak", mb, peer, their_mb, "MB")
    for case, about in (("smooth", "waves"), ("noisy", "waves under 30 HU of noise")):
        error, theirs_is = ours[case][0], theirs[case][0]
        yield Row("standard", f"{about}, to 2 mm: error", error, peer, theirs_is, "HU RMS", 1.0)
    for number, (_, radius) in enumerate(BALLS):
        lost, their_loss = (100 * told["smooth"][1][number] for told in (ours, theirs))
        about = f"label of {radius:g} mm radius: volume error"
        yield Row("standard", about, lost, peer, their_loss, "%", 1.0)


def _told(name, folder):
    """Return CPU and MB of the real scans, errors of the made ones; the least of some runs."""
    told = {}
    for case, rounds in ROUNDS.items():
        runs = [_child(name, folder, 1.0, "smooth:CT", case) for _ in range(rounds)]
        which = case[:2]
        told[which] = tuple(min(one[which][kind] for one in runs) for kind in ("cpu", "mb"))
    _child(name, folder, 2.0, *(f"{case}:CT" for case in MADE))
    return told | {case: _errors(folder / case / name / "found.npz") for case in MADE}


def _child(name, folder, mm, *cases):
    python = sys.executable if name == "renkei" else PEER_PYTHON
    command = [
        python,
        "-m",
        "bench.standardise_tools",
        name,
        str(mm),
        *(f"{folder / case}" for case in cases),
    ]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("nnUNet")}
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=ROOT, env={**kept, **ONE_THREAD}
    )
    return json.loads(done.stdout.splitlines()[-1])


def _errors(found):
    """Return the RMS error in HU inside the field of view, and of each label its volume's error."""
    with np.load(found) as held:
        values, flat, affine = held["values"], held["flat"], held["affine"]
    places = _places(values.shape, LPS_TO_RAS @ affine)
    # Half a wave's length from the edge: there the tools differ by what they take to lie outside.
    inside = np.ones(values.shape, dtype=bool)
    index = np.linalg.inv(MADE_GRID.affine)
    for axis, size in enumerate(MADE_GRID.shape[::-1]):
        at = sum(index[axis, k] * places[k] for k in range(3)) + index[axis, 3]
        inside &= (at >= 4) & (at <= size - 5)
    error = float(np.sqrt(np.square(values - waves(places))[inside].mean()))
    voxel = abs(float(np.linalg.det(affine[:3, :3])))
    sizes = (4 / 3 * np.pi * radius**3 for _, radius in BALLS)
    lost = [abs(float((flat == n).sum()) * voxel / mm3 - 1) for n, mm3 in enumerate(sizes, 1)]
    return error, lost


def _places(shape, affine):
    """Return x, y and z in mm (LPS) of every voxel of an array indexed (x, y, z)."""
    index = np.indices(shape, sparse=True)
    return [sum(affine[k, a] * index[a] for a in range(3)) + affine[k, 3] for k in range(3)]


def waves(places):
    total = 0.0
    for height, length, way in WAVES:
        unit = np.array(way) / np.linalg.norm(way)
        total = total + height * np.cos(
            2 * np.pi / length * sum(u * p for u, p in zip(unit, places, strict=True))
        )
    return total


def _write(folder):
    """Write the real and the made scans with their labels, each in a folder of its own."""
    ct = read_series(sorted((ROOT / "samples" / "ct_dicom").glob("*.dcm")))
    # There and back again, so that no step lies between two tiles.
    voxels = np.concatenate([ct.voxels, ct.voxels[::-1]] * (TILES // 2) + [ct.voxels])
    grid = Geometry(voxels.shape, (1.0, *ct.geometry.spacing[1:]), ct.geometry.origin, LAS)
    _write_one(folder / "ct", replace(ct, voxels=voxels, geometry=grid), (-100, 200))
    mr = read_nifti(ROOT / "samples" / "pair_ct_mr" / "mri_t1_example.nii.gz", modality="MR")
    _write_one(folder / "mr", replace(mr, geometry=replace(mr.geometry, direction=LAS)), (300, 700))
    shape = MADE_GRID.shape[::-1]
    places = _places(shape, MADE_GRID.affine)
    field = waves(places)
    noise = np.random.default_rng(0).normal(0, NOISE_HU, shape)
    flat = np.zeros(shape, dtype=np.uint8)
    for number, (share, radius) in enumerate(BALLS, 1):
        middle = MADE_GRID.affine @ (*(np.array(share) * shape), 1.0)
        apart = sum((p - m) ** 2 for p, m in zip(places, middle[:3], strict=True))
        flat[apart <= radius**2] = number
    for case, values in zip(MADE, (field, field + noise), strict=True):
        found = np.ascontiguousarray(np.rint(values).astype(np.int16).T)
        _write_one(folder / case, Volume(found, MADE_GRID, "CT"), flat=flat.T)


def _write_one(folder, image, levels=None, flat=None):
    folder.mkdir()
    if flat is None:
        flat = np.digitize(image.voxels, levels).astype(np.uint8)
    (folder / "image.nii.gz").write_bytes(nifti_bytes(image))
    labels = Volume(np.ascontiguousarray(flat), image.geometry, "SEG")
    (folder / "labels.nii.gz").write_bytes(nifti_bytes(labels))
    held = from_label_map(flat, read_nifti(folder / "image.nii.gz").geometry, NAMES)
    (folder / "labels.rklb").write_bytes(pack(held))
