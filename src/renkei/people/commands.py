"""Commands of people: sign in to a platform from a shell, and see who is there."""

import json as jsonlib
from typing import Annotated

import typer

from renkei.client import Client, save_token
from renkei.errors import UsageError
from renkei.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Organisations, users and invitations.")
Server = Annotated[str | None, typer.Option(help="Address of the platform.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")]


class NoTokenError(UsageError):
    """No token was given."""


def login(*, server: Server = None) -> None:
    """Keep a token for a platform; it is asked for, or read from standard input.

    Tokens are made on the platform's page "API tokens"; a secret never stands in a flag.
    """
    token = typer.prompt("Token", hide_input=True, err=True).strip()
    if not token:
        raise NoTokenError("Give the token that the platform's page showed.")
    address = load_settings(server=server).server
    with Client(server=address, token=token) as client:
        me = client.get("/people/me")
    save_token(address, token)
    typer.echo(f"{me['name']} · {me['role']} · {me['organisation']['name']}", err=True)


def logout(*, server: Server = None) -> None:
    """Forget the token of a platform; revoke it on the platform's page if it may have leaked."""
    save_token(load_settings(server=server).server, None)


def whoami(*, server: Server = None, json: AsJson = False) -> None:
    """Say who the token belongs to."""
    with Client(server=server) as client:
        me = client.get("/people/me")
    if json:
        typer.echo(jsonlib.dumps(me, ensure_ascii=False))
    else:
        typer.echo(f"{me['name']}\t{me['role']}\t{me['organisation']['name']}")


@app.command("users")
def list_users(*, server: Server = None, json: AsJson = False) -> None:
    """List the users that you may see."""
    with Client(server=server) as client:
        for row in client.pages("/people/users"):
            shown = jsonlib.dumps(row, ensure_ascii=False) if json else _user(row)
            typer.echo(shown)


@app.command()
def invite(organisation: str, email: str, role: str, *, server: Server = None) -> None:
    """Invite somebody into an organisation; prints the secret, which works once."""
    body = {"organisation_id": organisation, "email": email, "role": role}
    with Client(server=server) as client:
        typer.echo(client.post("/people/invitations", body)["secret"])


def _user(row: dict[str, object]) -> str:
    return f"{row['id']}\t{row['role']}\t{row['name']}\t{row['email']}"
