"""MRIQC's own metric functions on slices of an array file; prints CPU ms a slice and values.

Started by `bench.select` with the Python of `.venv-peers`. Only the module of the formulas is
loaded: MRIQC's workflow around it needs FSL, ANTs and AFNI.
"""

import importlib.util
import json
import sys
import time
import types
from pathlib import Path

import numpy as np


def formulas():
    """Return `mriqc.qc.anatomical` without the package around it."""
    found = importlib.util.find_spec("mriqc")
    package = types.ModuleType("mriqc")
    package.config = types.ModuleType("mriqc.config")
    sys.modules.update({"mriqc": package, "mriqc.config": package.config})
    path = Path(found.submodule_search_locations[0], "qc", "anatomical.py")
    spec = importlib.util.spec_from_file_location("anatomical", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    qc, planes = formulas(), np.load(sys.argv[1])
    values = [float(qc.efc(plane, decimals=9)) for plane in planes]
    started = time.process_time()
    for _ in range(5):
        for plane in planes:
            qc.efc(plane)
    took = (time.process_time() - started) / (5 * len(planes))
    print(json.dumps({"ms": 1e3 * took, "values": values}))


if __name__ == "__main__":
    main()
