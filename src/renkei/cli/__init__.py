"""The way in from the shell: `renkei <folder> <verb>`; a folder is imported when it is called."""

import importlib
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from renkei import __version__
from renkei.errors import RenkeiError

INTERRUPTED = 130
FOLDERS: Mapping[str, str] = {
    "deid": "Remove identities from files, without a platform.",
    "hospital": "The hospital's tool: take in, hold back, review, send.",
    "people": "Organisations, users and invitations.",
    "subjects": "Subjects and their timelines.",
    "consent": "Approvals, agreements, consents and recalls.",
    "collect": "Batches that hospitals sent.",
    "select": "Judge whether scans are fit, and why.",
    "annotate": "Compare, fill, convert and report labels.",
    "preprocess": "Run plans: orient, resample, denoise, align.",
    "publish": "Split, audit, export and describe versions.",
    "ledger": "Content ids, receipts and checkpoints.",
    "market": "Listings, orders, licences and deliveries.",
    "train": "Train a recipe on a version and report honestly.",
    "synthesize": "Make cases by code, marked and gated.",
}
# Verbs at the root: where the function stands, and the section of the help.
VERBS: Mapping[str, tuple[str, str]] = {
    "serve": ("renkei.cli.platform:serve", "Start the web server; with --all the worker too."),
    "work": ("renkei.cli.platform:work", "Start a worker."),
    "demo": ("renkei.demo:demo", "Carry the samples through the whole line."),
    "migrate": ("renkei.cli.platform:migrate", "Bring the database to this release's tables."),
    "backup": ("renkei.cli.backup:app", "Back the platform up, and bring it back."),
    "doctor": ("renkei.cli.doctor:doctor", "Check this installation and say what to do."),
    "config": ("renkei.cli.config:app", "Show the settings and where each came from."),
    "login": ("renkei.people.commands:login", "Sign in to a platform and keep a token."),
    "logout": ("renkei.people.commands:logout", "Forget the token."),
    "whoami": ("renkei.people.commands:whoami", "Say who the token belongs to."),
    "verify": ("renkei.ledger.commands:verify", "Check a dataset: intact, withdrawn or tampered."),
}


class LazyGroup(TyperGroup):
    """List the folders by name, and import one only when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the root verbs, then the folders in the order of the line."""
        del ctx
        return [*VERBS, *FOLDERS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command with name and help only, enough for the list."""
        del ctx
        text = FOLDERS.get(cmd_name) or VERBS.get(cmd_name, ("", None))[1]
        return text and TyperGroup(name=cmd_name, help=text)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Import the folder of the called command."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load(str(name)), rest


def load(name: str) -> Any:
    """Return the real command of a folder or root verb."""
    target = VERBS[name][0] if name in VERBS else f"renkei.{name}.commands:app"
    module, attribute = target.split(":")
    found = getattr(importlib.import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        single = typer.Typer(context_settings=CONTEXT, rich_markup_mode="rich")
        single.command(name)(found)
        found = single
    # Only the root could install completion; a folder alone is no program.
    found._add_completion = False  # noqa: SLF001  not every folder should have to say so
    command = typer.main.get_command(found)
    command.name = name
    command.context_settings.update(CONTEXT)
    return command


CONTEXT: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    # Rich would bring Markdown and syntax colours along: twice the time for the same list.
    rich_markup_mode=None,
    context_settings=CONTEXT,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:  # noqa: FBT001  Typer calls it with the value
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    *,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say errors only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the release.")
    ] = False,
) -> None:
    """Renkei (連携): from hospital scans to lawful datasets for medical AI."""
    del version
    from renkei import log

    log.configure("error" if quiet else "debug" if verbose else "info")


def main() -> None:
    """Run a command; a refusal is one sentence on stderr and its exit code."""
    try:
        app()
    except RenkeiError as error:
        sys.stderr.write(f"{error.sentence}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
