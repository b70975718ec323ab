"""Make a bundle of this tool for a ward PC without network: wheels, a launcher, a signed list."""

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.resources import files
from pathlib import Path

from renkei.errors import MissingExtraError, PeerUnreachableError, UsageError
from renkei.hospital.lock import PYTHON, locked_for
from renkei.proof.bundle import FACTS, LIST, BundleFacts, sums_of
from renkei.proof.note import SigningKey, sign_note

# The oldest Linux that every wheel of the lock runs on: glibc 2.28 (2018).
_LINUX = ("linux_x86_64", "manylinux1_x86_64", "manylinux2010_x86_64", "manylinux2014_x86_64")
PLATFORMS = {
    "win_amd64": ("win_amd64",),
    "linux_x86_64": (*_LINUX, *(f"manylinux_2_{n}_x86_64" for n in range(5, 29))),
}
LAUNCHERS = {"win_amd64": ("renkei.cmd",), "linux_x86_64": ("renkei.sh",)}
SECONDS = 1800


class NoPipError(MissingExtraError):
    """pip is not there to fetch packages."""


class PackagesUnreachableError(PeerUnreachableError):
    """The index of packages does not answer, or lacks one for the target."""


class BadTargetError(UsageError):
    """There are no bundles for such a computer."""


class BadWheelError(UsageError):
    """The file is no wheel of this tool."""


def bundle_key(path: Path) -> SigningKey:
    """Return the key that signs bundles, drawn when there is none."""
    if not path.exists():
        SigningKey.new("hospital-tool").write(path)
    return SigningKey.read(path)


def make_bundle(
    target: str, lock: Path, wheel: Path, key: SigningKey, out: Path, python: Path | None = None
) -> BundleFacts:
    """Write a bundle whose every package has the hash that the lock names.

    Raises:
        BadTargetError: There is no such kind of computer.
        BadWheelError: `wheel` is not one of this tool.
        BadLockError: The lock cannot be used.
        PackagesUnreachableError: A package cannot be fetched.
    """
    if target not in PLATFORMS:
        raise BadTargetError("A bundle is for win_amd64 or linux_x86_64.")
    name, _, rest = wheel.name.partition("-")
    if name != "renkei" or not wheel.name.endswith("-none-any.whl") or not wheel.is_file():
        raise BadWheelError("Name a wheel of this tool, such as renkei-1.2.0-py3-none-any.whl.")
    facts = BundleFacts(rest.partition("-")[0], target)
    packages = locked_for(lock.read_text("utf-8"), target)
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder, "wheels")
        fetch_wheels(packages, target, wheels)
        content: dict[str, bytes | Path] = {f"wheels/{p.name}": p for p in wheels.iterdir()}
        content[f"wheels/{wheel.name}"] = wheel
        content["requirements.txt"] = (packages + _line(wheel, facts)).encode()
        content[FACTS] = json.dumps(facts.to_json()).encode()
        for launcher in LAUNCHERS[target]:
            content[launcher] = (files("renkei.hospital") / "launchers" / launcher).read_bytes()
        if python is not None:
            content[f"python/{python.name}"] = python
        _write(out, content, sign_note(sums_of(content), key))
    return facts


def fetch_wheels(packages: str, target: str, folder: Path) -> None:
    """Download the wheels of a lock for the target, each checked against its hashes.

    Raises:
        NoPipError: pip is missing.
        PackagesUnreachableError: The index does not answer, or has no wheel for the target.
    """
    if importlib.util.find_spec("pip") is None:
        raise NoPipError("pip is missing; install it beside this tool: python -m ensurepip.")
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder.parent / "requirements.txt"
    listed.write_text(packages, "utf-8")
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--only-binary=:all:", "--require-hashes", "--implementation=cp",
        f"--python-version={PYTHON}", f"--dest={folder}", f"--requirement={listed}",
        *(f"--platform={name}" for name in PLATFORMS[target]),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    if done.returncode:
        raise PackagesUnreachableError(
            "A package cannot be fetched for this target; check the network and the lock."
        )


def _line(wheel: Path, facts: BundleFacts) -> str:
    with wheel.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return f"renkei=={facts.version} --hash=sha256:{digest}\n"


def _write(out: Path, content: dict[str, bytes | Path], note: str) -> None:
    part = out.with_name(f".{out.name}.part")
    # Wheels are compressed already.
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(content):
            one = content[name]
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o755 if name.endswith(".sh") else 0o644) << 16
            with archive.open(entry, "w", force_zip64=True) as file:
                if isinstance(one, bytes):
                    file.write(one)
                else:
                    with one.open("rb") as source:
                        shutil.copyfileobj(source, file, 1 << 20)
        archive.writestr(LIST, note)
    part.replace(out)
