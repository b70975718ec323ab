"""Islands: remove specks that a slip of the brush leaves."""

import numpy as np

from renkei.annotate.lesions import components
from renkei.annotate.tool import Mask, Number, Scene, Tool, Values

LEAST_MM3 = 10.0


def remove_islands(
    mask: Mask, spacing: tuple[float, float, float], *, least_mm3: float = LEAST_MM3
) -> Mask:
    """Remove 26-components under `least_mm3`; the largest stays whatever its size."""
    parts = components(mask)
    sizes = np.bincount(parts.ravel())
    if sizes.size < 3:
        return mask.copy()
    sizes[0] = 0
    keep = sizes * float(np.prod(spacing)) >= least_mm3
    keep[int(np.argmax(sizes))] = True
    keep[0] = False
    return np.asarray(keep[parts])


def _run(scene: Scene, values: Values) -> Mask:
    return remove_islands(scene.mask, scene.spacing, least_mm3=values["least_mm3"])


TOOL = Tool(
    "islands",
    "小さな島を除去",
    "Remove islands",
    _run,
    (Number("least_mm3", "残す最小の体積", "Smallest volume kept", "mm³", LEAST_MM3, 0.1, 1e6),),
)
