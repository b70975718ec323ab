"""What a wheel carries beside the Python sources: the migrations and the built web app."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PARTS = {"migrations": "renkei/migrations", "web/dist": "renkei/web"}


class CustomBuildHook(BuildHookInterface[Any]):
    """Add the parts that are there; say which are missing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a wheel is built; an editable install uses the tree itself."""
        if version == "editable":
            return
        for source, target in PARTS.items():
            if Path(self.root, source).is_dir():
                build_data["force_include"][source] = target
            else:
                self.app.display_warning(f"{source} is missing: the wheel comes without it.")
