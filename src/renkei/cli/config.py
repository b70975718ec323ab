"""`renkei config show`: every setting, its value and where it came from."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from renkei.settings import is_secret, sources

app = typer.Typer(help="Show the settings and where each came from.", no_args_is_help=True)


@app.callback()
def config() -> None:
    """Show the settings and where each came from."""


@app.command()
def show(
    *,
    file: Annotated[
        Path | None, typer.Option("--config", help="Read this file, not ./renkei.toml.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
) -> None:
    """Print every setting with its source; secrets are hidden."""
    rows = [
        (s.name, "set" if is_secret(s.name) and s.value else s.value, s.source, s.about)
        for s in sources(file)
    ]
    if as_json:
        for name, value, source, about in rows:
            shown = str(value) if isinstance(value, Path) else value
            typer.echo(json.dumps({"name": name, "value": shown, "source": source, "about": about}))
        return
    table = Table("setting", "value", "source", "why")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console().print(table)
