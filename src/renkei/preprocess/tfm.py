"""A transform as the text file that ITK reads."""

import tempfile
from pathlib import Path
from typing import Any

from renkei.preprocess.itk import sitk


def transform_bytes(transform: Any) -> bytes:
    """Return a SimpleITK transform as `.tfm`: points of the grid to points of the scan, LPS, mm."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "transform.tfm")
        sitk.WriteTransform(transform, str(path))
        return path.read_bytes()
