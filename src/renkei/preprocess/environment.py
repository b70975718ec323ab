"""The versions that decide the bytes of a run."""

import platform
from functools import cache
from importlib.metadata import version

LIBRARIES = (
    "numpy",
    "scipy",
    "scikit-image",
    "SimpleITK",
    "polars",
    "ucumvert",
    "imagecodecs",
    "tifffile",
    "openslide-bin",
    "pillow",
)


@cache
def environment() -> dict[str, str]:
    """Return the versions, and the kind of processor that they ran on."""
    return {
        "renkei": version("renkei"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        **{name: version(name) for name in LIBRARIES},
    }
