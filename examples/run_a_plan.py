"""Run the standard CT plan on a series, and show each step with what it measured.

python examples/run_a_plan.py [FOLDER]
"""

import sys
from pathlib import Path

from renkei.imaging.volume import read_series
from renkei.preprocess import Scan, load_plan, run_plan

SAMPLES = Path(__file__).parents[1] / "samples"


def main(folder: Path) -> None:
    """Print the finding, then each step of the provenance record."""
    plan = load_plan("ct_standard")
    scan = Scan(read_series(sorted(folder.glob("*.dcm"))))
    ran = run_plan(plan, dict.fromkeys(plan.roles, scan))
    print(ran.finding, list(ran.codes))
    for step in ran.record["steps"]:
        print(step["step"], step["params"], step["measures"])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES / "ct_dicom")
