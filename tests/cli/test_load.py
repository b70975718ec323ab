"""What a folder's command offers when it is loaded on call."""

import pytest
import typer

from renkei import cli


@pytest.mark.parametrize("name", [*cli.VERBS, *cli.FOLDERS])
def test_a_command_offers_its_own_options_only(name):
    command = cli.load(name)
    command.rich_markup_mode = None
    text = command.get_help(typer.Context(command, info_name=name, **cli.CONTEXT))
    assert "--help" in text
    assert "completion" not in text
