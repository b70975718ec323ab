"""`renkei market …`: the licensee's side, over HTTP and on files."""

import base64
import json
import shutil
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import typer

from renkei.client import API, Client
from renkei.errors import DataRefusedError
from renkei.market.duo import Purpose
from renkei.proof.crypt4gh import (
    HEADER_BYTES,
    decrypt_body,
    format_public_key,
    new_key_pair,
    open_header,
    read_private_key,
    write_private_key,
)
from renkei.proof.delivery import DeliveryManifest, parse_delivery
from renkei.proof.jcs import digest
from renkei.proof.receipt import parse_receipt
from renkei.proof.trust import parse_trust
from renkei.proof.verify import MANIFEST, OWN_FILES, RECEIPT, TRUST, State, verify_folder

app = typer.Typer(help="Listings, orders, licences and deliveries.", no_args_is_help=True)
SEALED = ".c4gh"
PART = ".part"
Folder = Annotated[Path, typer.Argument(file_okay=False)]


class PathRefusedError(DataRefusedError):
    """The manifest names a file outside the folder."""


class WrongBytesError(DataRefusedError):
    """A decrypted file is not the one of the manifest."""


class NotUsableError(DataRefusedError):
    """Some of the data is withdrawn or tampered; do not use it."""


@app.command()
def keygen(key: Path) -> None:
    """Make a key pair: KEY for you alone (mode 0600), KEY.pub to hand over with an order."""
    private, public = new_key_pair()
    write_private_key(key, private)
    public_path = key.with_name(key.name + ".pub")
    public_path.write_text(format_public_key(public), "ascii")
    typer.echo(str(public_path))


@app.command()
def order(
    listing: str,
    *,
    key: Annotated[Path, typer.Option(exists=True, help="Public key file (KEY.pub).")],
    purpose: Purpose,
    country: str = "JP",
    commercial: bool = True,
    methods: bool = True,
    sealed: bool = False,
    message: str = "",
) -> None:
    """Ask for a licence; prints the id of the request."""
    body = {
        "listing_id": listing,
        "purpose": purpose.value,
        "country": country,
        "commercial_use": commercial,
        "develops_methods": methods,
        "wants_sealed": sealed,
        "key": key.read_text("ascii"),
        "message": message,
    }
    with Client() as client:
        made = client.post("/market/orders", body)
        client.post(f"/market/orders/{made['id']}/move", {"to": "submitted"})
    typer.echo(made["id"])


@app.command()
def sign(licence: str, terms_sha256: str) -> None:
    """Sign a licence by the hash of its terms, which you have read."""
    with Client() as client:
        signed = client.post(f"/market/licences/{licence}/sign", {"terms_sha256": terms_sha256})
    typer.echo(signed["state"])


@app.command()
def download(delivery: str, folder: Folder) -> None:
    """Fetch a delivery, encrypted; called again it goes on where it stopped."""
    with Client() as client:
        typer.echo(f"{fetch_delivery(client, delivery, folder)} files")


def fetch_delivery(client: Client, delivery: str, folder: Path) -> int:
    """Fetch what is missing of a delivery; return how many files it has.

    Raises:
        NotReadyError: It is being built.
        KeyRefusedError: The licence does not release keys now.
        PathRefusedError: The manifest names a path outside the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = f"/market/deliveries/{delivery}"
    manifest = client.send("GET", f"{API}{path}/manifest").content
    parse_delivery(manifest)
    (folder / MANIFEST).write_bytes(manifest)
    _write_json(folder / RECEIPT, client.get(f"{path}/receipt"))
    _write_json(folder / TRUST, client.get("/ledger/trust"))
    count = 0
    for file in client.pages(f"{path}/files"):
        count += 1
        target = _inside(folder, file["path"] + SEALED)
        if not target.exists() and not file["withdrawn"]:
            _fetch_file(client, f"{path}/files/{file['n']}", target)
    return count


def _fetch_file(client: Client, path: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + PART)
    if not part.exists() or part.stat().st_size < HEADER_BYTES:
        header = client.post(f"{path}/key", {"request": path})["header"]
        part.write_bytes(base64.b64decode(header))
    have = part.stat().st_size - HEADER_BYTES
    headers = {"Range": f"bytes={have}-"} if have else {}
    with client.stream(f"{API}{path}/body", headers) as answer, part.open("ab") as file:
        for chunk in answer.iter_bytes():
            file.write(chunk)
    part.replace(target)


@app.command()
def decrypt(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    out: Folder,
    *,
    key: Annotated[Path, typer.Option(exists=True, help="Private key file.")],
) -> None:
    """Decrypt a downloaded delivery into OUT, ready for `renkei verify` and for training."""
    typer.echo(f"{decrypt_delivery(folder, out, read_private_key(key))} files")


def decrypt_delivery(folder: Path, out: Path, private_key: bytes) -> int:
    """Decrypt every file that is there; return how many.

    Raises:
        HeaderRefusedError: The key is another's.
        BodyRefusedError: A body was changed.
        WrongBytesError: A file is not that of the manifest.
    """
    manifest: DeliveryManifest = parse_delivery((folder / MANIFEST).read_bytes())
    out.mkdir(parents=True, exist_ok=True)
    count = 0
    for row in manifest.files:
        source, target = _inside(folder, row.path + SEALED), _inside(out, row.path)
        if not source.exists():
            continue
        sealed = source.read_bytes()
        data_key = open_header(sealed[:HEADER_BYTES], private_key)
        plain = decrypt_body(sealed[HEADER_BYTES:], data_key)
        if digest(plain) != row.sha256:
            raise WrongBytesError("A decrypted file is not that of the manifest; download again.")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(plain)
        count += 1
    for name in OWN_FILES:
        if (folder / name).exists():
            shutil.copyfile(folder / name, out / name)
    return count


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    *,
    refresh: Annotated[
        bool, typer.Option(help="Fetch today's list of recalls first; else works offline.")
    ] = False,
) -> None:
    """Check a decrypted delivery with the receipt and trust bundle that came with it."""
    if refresh:
        with Client() as client:
            _write_json(folder / TRUST, client.get("/ledger/trust"))
    found = verify_folder(
        folder,
        parse_receipt((folder / RECEIPT).read_bytes()),
        parse_trust((folder / TRUST).read_bytes()),
    )
    for file in found.files:
        if file.state is not State.INTACT:
            typer.echo(f"{file.state}  {file.path}  {file.reason}")
    typer.echo(f"{found.state}; recalls as of {found.recalls_as_of:%Y-%m-%d %H:%M} UTC")
    if found.state is not State.INTACT:
        raise NotUsableError(f"The folder is {found.state}; see the lines above.")


def _inside(folder: Path, name: str) -> Path:
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name:
        raise PathRefusedError("The manifest names a file outside the folder.")
    return folder / pure


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
