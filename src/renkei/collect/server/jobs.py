"""What the worker runs for intake: recalls, and the end of what nobody finished or committed."""

import asyncio
import time
from pathlib import Path

from renkei.collect.kinds import DAYS_TO_KEEP
from renkei.collect.server import recall
from renkei.server.runner import every
from renkei.server.sweep import sweep_bodies
from renkei.settings import load_settings

__all__ = ["recall", "sweep_bodies", "sweep_uploads"]


@every(seconds=3600)
async def sweep_uploads() -> int:
    """Remove what was half sent and not touched for days; return how many files went."""
    folder = load_settings().data.absolute() / "uploads"
    return await asyncio.to_thread(_sweep, folder, time.time() - DAYS_TO_KEEP * 86_400)


def _sweep(folder: Path, before: float) -> int:
    old = [path for path in folder.glob("*/*") if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
