"""The tools that compute on a drawn mask; packages add theirs under `renkei.tools`."""

from renkei.annotate.tool import Tool
from renkei.annotate.tools import fill, islands
from renkei.plugins import collect

TOOLS: tuple[Tool, ...] = collect((fill.TOOL, islands.TOOL), "tools")
