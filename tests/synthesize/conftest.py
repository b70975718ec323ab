"""A version of eight made patients, each with a liver and a lesion in it."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from renkei.imaging.codes import LESION, LIVER
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment, pack
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.volume import Volume
from renkei.proof import digest
from renkei.proof.version import FileLine, build_version
from renkei.proof.versionfile import version_document

GEOMETRY = Geometry((24, 40, 40), (3.0, 2.5, 2.5))
SIDES = ["train"] * 7 + ["test"]


def patient(seed: int) -> tuple[Volume, LabelSet]:
    random = np.random.default_rng(seed)
    axes = [(np.arange(n) + 0.5) * s for n, s in zip(GEOMETRY.shape, GEOMETRY.spacing, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    liver = ((z - 36) / 32) ** 2 + ((y - 50) / 42) ** 2 + ((x - 50) / 42) ** 2 < 1
    at, radii = np.array([36, 50, 50]) + random.uniform(-12, 12, 3), random.uniform(5, 9, 3)
    sick = sum(((a - c) / r) ** 2 for a, c, r in zip((z, y, x), at, radii, strict=True)) < 1
    voxels = 60 * liver - 45 * sick + random.normal(0, 10, liver.shape)
    labels = LabelSet(
        GEOMETRY, (Segment(1, "liver", LIVER, liver), Segment(2, "lesion", LESION, sick)), "a/1"
    )
    return Volume(voxels.astype(np.int16), GEOMETRY, "CT"), labels


@pytest.fixture
def version_folder(tmp_path: Path) -> Callable[[], Path]:
    """Return a function that writes the version."""

    def make() -> Path:
        folder, lines = tmp_path / "version", []
        for n, side in enumerate(SIDES):
            volume, labels = patient(n)
            place = f"sub-{n:03}/case-{n:03}"
            (folder / place).mkdir(parents=True)
            for name, role, data in (
                ("image.nii.gz", "image", nifti_bytes(volume)),
                ("labels.rlab", "labels", pack(labels)),
                ("case.json", "facts", json.dumps({"modality": "CT", "made": True}).encode()),
            ):
                (folder / place / name).write_bytes(data)
                path = f"{place}/{name}"
                lines.append(FileLine(path, len(data), digest(data), role, f"sub-{n:03}", side))
        salts = {f"sub-{n:03}": bytes([n]) * 32 for n in range(len(SIDES))}
        document = version_document(build_version({"dataset": "test"}, lines, salts))
        (folder / "renkei-manifest.json").write_bytes(document)
        return folder

    return make
