"""The demo: two hospitals, real scans, one command, the whole line."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from renkei.plugins import need_extra

DATA = Path(".renkei/demo")


def demo(
    *,
    end: Annotated[bool, typer.Option("--exit", help="Stop after the story.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per step.")] = False,
    data: Annotated[Path, typer.Option("--data", help="Folder of the demo's platform.")] = DATA,
    port: Annotated[int, typer.Option(help="Port of the web app; 0 = a free one.")] = 8600,
) -> None:
    """Carry the samples through the whole line, and leave the web app open on loopback."""
    need_extra("server", "fastapi", "sqlalchemy")
    from renkei.demo.story import tell

    # Whoever ends the demo ends its platform with it, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tell(data.absolute(), port, as_json=as_json, stay=not end)
