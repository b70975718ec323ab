"""The tools that compute on a drawn mask; packages add theirs under `renkei.tools`."""

from renkei.annotate.tool import Tool
from renkei.annotate.tools import (
    add,
    fill,
    grow,
    holes,
    intersect,
    islands,
    smooth,
    subtract,
    watershed,
)
from renkei.plugins import collect

TOOLS: tuple[Tool, ...] = collect(
    (
        fill.TOOL,
        islands.TOOL,
        holes.TOOL,
        smooth.TOOL,
        grow.TOOL,
        watershed.TOOL,
        add.TOOL,
        subtract.TOOL,
        intersect.TOOL,
    ),
    "tools",
)
