"""Draw a good and a bad case of every metric into docs/images/metrics, each with what it measures.

`./dev docs --pictures` calls this; names of metrics draw these alone. The faults are those that the
tests put into real scans.
"""  # noqa: INP001

import sys
from pathlib import Path

from cases import ct, mr, records, series, slide
from drawing import picture

from renkei.select.metrics import METRICS

IMAGES = Path(__file__).resolve().parents[1] / "images" / "metrics"
KINDS = (ct, mr, series, slide, records)
CASES = {metric.name: draw for kind in KINDS for metric, draw in kind.CASES.items()}


def main(names: list[str]) -> int:
    """Draw the metrics named, or all; 1 when one has no case to show."""
    IMAGES.mkdir(exist_ok=True)
    lacking = [metric.name for metric in METRICS if metric.name not in CASES]
    for metric in METRICS:
        if metric.name in CASES and (not names or metric.name in names):
            png = picture(metric, *CASES[metric.name]())
            (IMAGES / f"{metric.name}.png").write_bytes(png)
            sys.stderr.write(f"drew docs/images/metrics/{metric.name}.png, {len(png)} bytes\n")
    sys.stderr.write("".join(f"no case of {name} to show\n" for name in lacking))
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
