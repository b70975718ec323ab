"""Islands: remove specks that a slip of the brush leaves."""

import numpy as np

from renkei.annotate.lesions import components
from renkei.annotate.tool import Mask, Tool

LEAST_MM3 = 10.0


def remove_islands(mask: Mask, spacing: tuple[float, float, float]) -> Mask:
    """Remove 26-components under 10 mm3; the largest stays whatever its size."""
    parts = components(mask)
    sizes = np.bincount(parts.ravel())
    if sizes.size < 3:
        return mask.copy()
    sizes[0] = 0
    keep = sizes * float(np.prod(spacing)) >= LEAST_MM3
    keep[int(np.argmax(sizes))] = True
    keep[0] = False
    return np.asarray(keep[parts])


TOOL = Tool("islands", "小さな島を除去", "Remove islands", remove_islands)
