"""Pre-process: run a plan of steps on scans and their labels, and record how the bytes came to be.

`load_plan` and `run_plan` turn scans into new ones; a step that would have to guess refuses.
"""

from renkei.plugins import need_extra

need_extra("imaging", "scipy", "SimpleITK", "skimage")

from renkei.preprocess.held import Scan, SlideScan, TableScan  # noqa: E402
from renkei.preprocess.plan import Plan, load_plan, parse_plan  # noqa: E402
from renkei.preprocess.run import Ran, run_plan  # noqa: E402
from renkei.preprocess.step import Finding, StepRefusedError  # noqa: E402

__all__ = [
    "Finding",
    "Plan",
    "Ran",
    "Scan",
    "SlideScan",
    "StepRefusedError",
    "TableScan",
    "load_plan",
    "parse_plan",
    "run_plan",
]
