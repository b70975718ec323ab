"""Judge a series by the recipe for abdominal CT: accept, review or exclude, and why.

python examples/judge_a_folder.py [FOLDER]
"""

import sys
from pathlib import Path

from renkei.select import judge_series, load_recipe

SAMPLES = Path(__file__).parents[1] / "samples"


def main(folder: Path) -> None:
    """Print the verdict, its reasons and what was measured."""
    verdict = judge_series(sorted(folder.glob("*.dcm")), load_recipe("ct_abdomen"), age=60)
    print(verdict.outcome, [reason.key for reason in verdict.reasons])
    for result in verdict.metrics:
        print(result.metric, result.value, result.unit)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES / "ct_dicom")
