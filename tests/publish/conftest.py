"""A folder of small cases: a liver of a few voxels with a lesion inside, as CT."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from renkei.imaging.codes import LESION, LIVER
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment, pack
from renkei.imaging.nifti import write_nifti
from renkei.imaging.volume import Volume

# Oblique on purpose: an exporter that drops the direction fails here.
TURN = (0.8, -0.6, 0.0, 0.6, 0.8, 0.0, 0.0, 0.0, 1.0)
GEOMETRY = Geometry((8, 14, 12), (3.0, 1.5, 1.25), (-20.0, 30.0, -7.5), TURN)


def small_case(seed: int, *, lesion: bool = True, overlap: bool = False) -> tuple[Volume, LabelSet]:
    random = np.random.default_rng(seed)
    liver = np.zeros(GEOMETRY.shape, bool)
    liver[2:6, 3:10, 3:9] = True
    sick = np.zeros_like(liver)
    if lesion:
        sick[3:5, 5:8, 8 if overlap else 5 : 11 if overlap else 7] = True
    voxels = 60 * liver - 40 * sick + random.normal(0, 5, liver.shape)
    return (
        Volume(voxels.astype(np.int16), GEOMETRY, "CT"),
        LabelSet(
            GEOMETRY,
            (Segment(1, "liver", LIVER, liver), Segment(2, "lesion", LESION, sick)),
            "abdomen/1",
        ),
    )


@pytest.fixture
def case_of() -> Callable[..., tuple[Volume, LabelSet]]:
    """Return the function that makes one small case."""
    return small_case


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes `n` cases of `n` patients into a folder of one's own."""

    def make(n: int = 20, **facts: object) -> Path:
        folder = tmp_path / "cases"
        folder.mkdir()
        rows = []
        for k in range(n):
            volume, labels = small_case(k, lesion=k % 2 == 0)
            write_nifti(volume, folder / f"{k}.nii.gz")
            (folder / f"{k}.rlab").write_bytes(pack(labels))
            rows.append(
                {
                    "case": f"case-{(k * 37) % 101:03}",
                    "subject": f"sub-{k:03}",
                    "image": f"{k}.nii.gz",
                    "labels": f"{k}.rlab",
                    "facts": {
                        "site": "AB"[k % 2],
                        "sex": "FM"[k // 2 % 2],
                        "country": "JP",
                        "modality": "CT",
                        "label_classes": ["liver"],
                        **facts,
                    },
                }
            )
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "cases.jsonl").write_text(text, "utf-8")
        return folder

    return make
