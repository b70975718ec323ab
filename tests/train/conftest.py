"""A folder of small patients: a liver of 60 HU in a body of 0 HU."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from renkei.imaging.codes import LIVER
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment, pack
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.volume import Volume
from renkei.proof import digest
from renkei.proof.version import FileLine, build_version
from renkei.proof.versionfile import version_document

GEOMETRY = Geometry((20, 40, 44), (5.0, 4.0, 4.0))


def patient(seed: int) -> tuple[bytes, bytes]:
    random = np.random.default_rng(seed)
    axes = [(np.arange(n) + 0.5) * s for n, s in zip(GEOMETRY.shape, GEOMETRY.spacing, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    body = ((y - 80) / 70) ** 2 + ((x - 88) / 80) ** 2 < 1
    at = np.array([50, 70, 60]) + random.uniform(-6, 6, 3)
    liver = ((z - at[0]) / 32) ** 2 + ((y - at[1]) / 34) ** 2 + ((x - at[2]) / 36) ** 2 < 1
    voxels = np.where(body, 0, -1000) + 60 * liver + random.normal(0, 8, liver.shape)
    labels = LabelSet(GEOMETRY, (Segment(1, "liver", LIVER, liver),), "abdomen/1")
    return nifti_bytes(Volume(voxels.astype(np.int16), GEOMETRY, "CT")), pack(labels)


SIDES = ["train"] * 6 + ["validation"] * 2 + ["test"] * 3


@pytest.fixture
def version_folder(tmp_path: Path) -> Callable[[], Path]:
    """Return a function that writes a frozen version of eleven patients."""

    def make() -> Path:
        folder = tmp_path / "version"
        lines = []
        for n, side in enumerate(SIDES):
            image, labels = patient(n)
            facts = {"modality": "CT", "site": "AB"[n % 2], "made": True}
            place = f"sub-{n:03}/case-{n:03}"
            (folder / place).mkdir(parents=True)
            for name, role, data in (
                ("image.nii.gz", "image", image),
                ("labels.rlab", "labels", labels),
                ("case.json", "facts", json.dumps(facts).encode()),
            ):
                (folder / place / name).write_bytes(data)
                lines.append(
                    FileLine(f"{place}/{name}", len(data), digest(data), role, f"sub-{n:03}", side)
                )
        salts = {f"sub-{n:03}": bytes([n]) * 32 for n in range(len(SIDES))}
        version = build_version({"dataset": "test"}, lines, salts)
        (folder / "renkei-manifest.json").write_bytes(version_document(version))
        return folder

    return make
