"""Selection on one core: slices a second through all CT metrics, geometry, pens, tiles, memory.

Beside them MRIQC's entropy focus criterion by its own function. HistoQC is in no package index
that pip asks by default, so nothing stands beside the slide metrics.
"""

import io
import json
import resource
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
from threadpoolctl import threadpool_limits

from bench.deid import PEER_PYTHON
from bench.measure import Row, cpu_in_turns
from renkei.imaging.slide import open_slide
from renkei.imaging.volume import read_series
from renkei.select.case import Plane, case_of_files, case_of_slide
from renkei.select.metric import measure
from renkei.select.metrics import METRICS, geometry, mr_efc
from renkei.select.metrics.slide_pen import ink

ROOT = Path(__file__).parents[1]
CT = sorted((ROOT / "samples" / "ct_dicom").glob("*.dcm"))
MR = sorted((ROOT / "samples" / "mr_dicom").glob("*.dcm"))
SLIDE = ROOT / "samples" / "wsi" / "cmu_small_region.svs"
LONG = 20


def raw(path, number=0):
    """Return a slice without compression, as the `number`-th copy of the stack."""
    dataset = pydicom.dcmread(path)
    dataset.decompress()
    place = [float(v) for v in dataset.ImagePositionPatient]
    dataset.ImagePositionPatient = [*place[:2], place[2] + 40.0 * number]
    dataset.SOPInstanceUID = f"1.2.3.{number}.{path.stem[-2:].lstrip('0')}"
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=False)
    return out.getvalue()


def run():
    # As in the children that judge; else threads that wait for each other count as work.
    with threadpool_limits(1):
        yield from _series()
        yield from _slide()
        yield from _efc()


def _series():
    mine = [metric for metric in METRICS if "CT" in metric.modalities]
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number in range(LONG):
            for path in CT:
                files.append(Path(folder, f"{number:02d}_{path.name}"))
                files[-1].write_bytes(raw(path, number))
        few = files[: len(CT)]
        took, headers = cpu_in_turns(
            lambda: measure(case_of_files(few), *mine),
            lambda: measure(case_of_files(few), geometry.METRIC),
            rounds=5,
        )
        yield Row("select", f"CT 512² raw, {len(mine)} metrics", len(few) / took, "", None,
                  "slices/s", goal=50, higher=True)  # fmt: skip
        yield Row("select", "geometry", 1e3 * headers / len(few), "", None, "CPU ms/file", goal=2)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        measure(case_of_files(files), *mine)
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        yield Row("select", f"memory grown from {len(few)} to {len(files)} slices", grown, "", None,
                  "MB", goal=64)  # fmt: skip


def _slide():
    mine = [metric for metric in METRICS if "SM" in metric.modalities and metric.look]
    with open_slide(SLIDE) as slide:
        case = case_of_slide(slide)
        overview, tiles = case.overview, sum(1 for _ in case.parts())
        pens, looked = cpu_in_turns(
            lambda: ink(overview),
            lambda: measure(case, *mine),
            rounds=5,
        )
    size = f"{overview.shape[1]}×{overview.shape[0]}"
    yield Row("select", f"pens of an overview of {size}", 1e3 * pens, "", None, "CPU ms", goal=10)
    yield Row("select", f"{len(mine)} metrics, with decode", 1e3 * looked / tiles, "", None,
              "CPU ms/tile", goal=6)  # fmt: skip


def _efc():
    volume = read_series(MR)
    planes = volume.voxels.astype(np.float64)
    spacing = volume.geometry.spacing[1:]
    whole = [Plane(i, plane, plane, spacing) for i, plane in enumerate(planes)]

    def ours():
        # A new object each time: what is common to the metrics of a slice is kept for the last.
        return [mr_efc.efc_of_plane(replace(plane)) for plane in whole]

    (took,) = cpu_in_turns(ours, rounds=5)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "planes.npy")
        np.save(path, planes)
        done = subprocess.run(
            [PEER_PYTHON, "-m", "bench.mriqc_peer", path], cwd=ROOT, capture_output=True, check=True
        )
    theirs = json.loads(done.stdout)
    both = [(v[1], peer) for v, peer in zip(ours(), theirs["values"], strict=True) if v]
    ratio = float(np.corrcoef(*zip(*both, strict=True))[0, 1])
    name = "MRIQC 24.0.2, efc"
    yield Row("select", "EFC of an MR slice, masks included", 1e3 * took / len(whole), name,
              theirs["ms"], "CPU ms/slice")  # fmt: skip
    yield Row("select", f"EFC beside MRIQC's, {len(both)} slices", ratio, "", None, "correlation")
