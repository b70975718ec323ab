"""The licensee's commands on files."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from renkei.market.commands import PathRefusedError, WrongBytesError, app, decrypt_delivery
from renkei.proof.crypt4gh import (
    HeaderRefusedError,
    encrypt_body,
    make_header,
    new_data_key,
    new_key_pair,
    parse_public_key,
    public_of,
    read_private_key,
)
from renkei.proof.delivery import DeliveredFile, build_delivery
from renkei.proof.jcs import digest
from renkei.proof.verify import MANIFEST

PLAIN = b"volume" * 30_000


def downloaded(folder: Path, public: bytes, *, path: str = "s/image.nii.gz", sha: str = "") -> None:
    key = new_data_key()
    file = folder / f"{path}.c4gh"
    if ".." not in path:
        file.parent.mkdir(parents=True)
        file.write_bytes(make_header(key, public) + encrypt_body(PLAIN, key))
    row = DeliveredFile(path, len(PLAIN), sha or digest(PLAIN))
    manifest = build_delivery(
        licence="L", version="0" * 64, key_fingerprint="0" * 64, files=[row], cases=[]
    )
    (folder / MANIFEST).write_bytes(manifest.to_bytes())


def test_keygen_makes_a_private_file_and_a_public_one(tmp_path: Path) -> None:
    key = tmp_path / "firm.key"
    answer = CliRunner().invoke(app, ["keygen", str(key)])
    assert answer.exit_code == 0
    assert key.stat().st_mode & 0o777 == 0o600
    public = parse_public_key((tmp_path / "firm.key.pub").read_text())
    assert public_of(read_private_key(key)) == public


def test_decrypt_gives_the_plain_files_and_their_manifest(tmp_path: Path) -> None:
    private, public = new_key_pair()
    (tmp_path / "in").mkdir()
    downloaded(tmp_path / "in", public)
    assert decrypt_delivery(tmp_path / "in", tmp_path / "out", private) == 1
    assert (tmp_path / "out/s/image.nii.gz").read_bytes() == PLAIN
    assert (tmp_path / "out" / MANIFEST).exists()


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    downloaded(tmp_path, new_key_pair()[1])
    with pytest.raises(HeaderRefusedError):
        decrypt_delivery(tmp_path, tmp_path / "out", new_key_pair()[0])
    assert not (tmp_path / "out/s/image.nii.gz").exists()


def test_bytes_of_another_file_are_not_written(tmp_path: Path) -> None:
    private, public = new_key_pair()
    downloaded(tmp_path, public, sha="1" * 64)
    with pytest.raises(WrongBytesError):
        decrypt_delivery(tmp_path, tmp_path / "out", private)
    assert not (tmp_path / "out/s/image.nii.gz").exists()


def test_a_manifest_cannot_write_outside_the_folder(tmp_path: Path) -> None:
    private, public = new_key_pair()
    (tmp_path / "in").mkdir()
    downloaded(tmp_path / "in", public, path="../../x")
    with pytest.raises(PathRefusedError):
        decrypt_delivery(tmp_path / "in", tmp_path / "out", private)
