"""`renkei backup`: the whole platform into a folder and back, its keys in a file of their own."""

from pathlib import Path
from typing import Annotated

import typer

from renkei.cli.platform import Config, Data, ready

app = typer.Typer(help="Back the platform up, and bring it back.", no_args_is_help=True)


@app.command()
def make(
    out: Annotated[Path, typer.Argument(help="A new folder.")],
    *,
    data: Data = None,
    config: Config = None,
) -> None:
    """Write rows, stored bodies and, apart from them, the wrapped keys."""
    settings = ready(config, data=data)
    from renkei.server.backup import make_backup

    count = make_backup(settings, out)
    typer.echo(f"The backup holds {count} bodies. Keep the data folder's `keys` elsewhere, too.")


@app.command()
def restore(
    backup: Annotated[Path, typer.Argument(help="The folder of a backup.")],
    *,
    keys: Annotated[
        Path | None,
        typer.Option(help="The key file of a later backup: what was erased since stays erased."),
    ] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Bring a backup into an empty platform; put the folder `keys` into its data folder first."""
    settings = ready(config, data=data)
    from renkei.server.backup import restore_backup

    count = restore_backup(settings, backup, keys=keys)
    typer.echo(f"{count} bodies are back.")
