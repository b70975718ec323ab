"""The bundle of the tool: signed, installs without network, and holds what Windows needs."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from renkei.hospital.bundle import (
    PLATFORMS,
    BadTargetError,
    BadWheelError,
    PackagesUnreachableError,
    make_bundle,
)
from renkei.hospital.commands import app
from renkei.hospital.lock import BadLockError, holds, locked_for
from renkei.proof.bundle import BadBundleError, verify_bundle, version_order
from renkei.proof.note import NoteRefusedError, SigningKey

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "hospital.txt"


def wheel_of(folder, name, version, code, script=None):
    """Write a wheel of one module."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    content = {
        f"{name}.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if script:
        content[f"{info}/entry_points.txt"] = f"[console_scripts]\n{script}\n"
    content[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in content)
    with zipfile.ZipFile(path, "w") as archive:
        for place, text in content.items():
            archive.writestr(place, text)
    return path


def lock_of(*wheels):
    return "".join(
        f"{w.name.split('-')[0]}=={w.name.split('-')[1]} \\\n"
        f"    --hash=sha256:{hashlib.sha256(w.read_bytes()).hexdigest()}\n    # via nothing\n"
        for w in wheels
    )


@pytest.fixture(scope="module")
def key():
    return SigningKey.new("operator")


@pytest.fixture(scope="module")
def made(tmp_path_factory, key):
    """A bundle of a small tool with one package, fetched from a folder in place of the index."""
    folder = tmp_path_factory.mktemp("bundle")
    leaf = wheel_of(folder / "index", "leaf", "1.0", "WORD = 'leaf 1.0'\n")
    code = "import sys\ndef main():\n    import leaf\n    print(leaf.WORD, *sys.argv[1:])\n"
    tool = wheel_of(folder, "renkei", "9.9.9", code, "renkei = renkei:main")
    (folder / "lock.txt").write_text(lock_of(leaf))
    patch = pytest.MonkeyPatch()
    patch.setenv("PIP_NO_INDEX", "1")
    patch.setenv("PIP_FIND_LINKS", str(folder / "index"))
    make_bundle("linux_x86_64", folder / "lock.txt", tool, key, folder / "out.zip")
    patch.undo()
    return folder


def test_it_installs_in_the_users_folder_without_network_and_starts_the_tool(made, tmp_path):
    with zipfile.ZipFile(made / "out.zip") as archive:
        archive.extractall(tmp_path / "stick")
    environment = {
        "PATH": os.environ["PATH"],
        "RENKEI_HOME": str(tmp_path / "own"),
        "RENKEI_PYTHON": sys.executable,
        "PIP_NO_INDEX": "1",
    }
    command = ["sh", str(tmp_path / "stick" / "renkei.sh"), "hospital", "status"]
    for _ in range(2):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout == "leaf 1.0 hospital status\n"
    assert (tmp_path / "own" / "installed").read_text().startswith("renkei-9.9.9")


def test_every_byte_is_what_was_signed(made, key, tmp_path):
    facts = verify_bundle(made / "out.zip", [key.verifier])
    assert (facts.version, facts.target) == ("9.9.9", "linux_x86_64")
    with pytest.raises(NoteRefusedError):
        verify_bundle(made / "out.zip", [SigningKey.new("operator").verifier])
    for change in ("wheels/leaf-1.0-py3-none-any.whl", "renkei.sh", "bundle.json", "added.whl"):
        with zipfile.ZipFile(made / "out.zip") as old:
            content = {name: old.read(name) for name in old.namelist()}
        content[change] = content.get(change, b"") + b" "
        with zipfile.ZipFile(tmp_path / "bad.zip", "w") as new:
            for name, data in content.items():
                new.writestr(name, data)
        with pytest.raises(BadBundleError):
            verify_bundle(tmp_path / "bad.zip", [key.verifier])
    (tmp_path / "half.zip").write_bytes((made / "out.zip").read_bytes()[:1000])
    with pytest.raises(BadBundleError):
        verify_bundle(tmp_path / "half.zip", [key.verifier])


def test_the_commands_make_and_check_one(made, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(made / "index"))
    run, out = CliRunner(), str(tmp_path / "own.zip")
    answer = run.invoke(
        app,
        ["bundle", "--target", "win_amd64", "--lock", str(made / "lock.txt"), "--wheel",
         str(made / "renkei-9.9.9-py3-none-any.whl"), "--key", str(tmp_path / "k"), "--out", out],
        catch_exceptions=False,
    )  # fmt: skip
    trust = answer.stdout.strip()
    answer = run.invoke(app, ["verify-bundle", out, "--trust", trust], catch_exceptions=False)
    assert answer.stdout == "9.9.9 win_amd64: intact\n"
    with zipfile.ZipFile(out) as archive:
        assert "renkei.cmd" in archive.namelist()
        assert b"\r\n" in archive.read("renkei.cmd")


def test_a_package_with_another_hash_is_not_bundled(made, key, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(made / "index"))
    bad = re.sub("sha256:.{8}", "sha256:00000000", (made / "lock.txt").read_text())
    (tmp_path / "lock.txt").write_text(bad)
    tool = made / "renkei-9.9.9-py3-none-any.whl"
    with pytest.raises(PackagesUnreachableError):
        make_bundle("linux_x86_64", tmp_path / "lock.txt", tool, key, tmp_path / "o.zip")
    assert not (tmp_path / "o.zip").exists()
    with pytest.raises(BadWheelError):
        make_bundle("linux_x86_64", tmp_path / "lock.txt", tmp_path / "x", key, tmp_path / "o.zip")
    with pytest.raises(BadTargetError):
        make_bundle("amiga", tmp_path / "lock.txt", tool, key, tmp_path / "o.zip")


def test_the_lock_of_the_tool_gives_each_computer_its_own_packages():
    lock = LOCK.read_text("utf-8")
    windows, linux = (locked_for(lock, target) for target in ("win_amd64", "linux_x86_64"))
    assert "colorama==" in windows
    assert "colorama==" not in linux
    assert "jsfetch" not in windows + linux
    assert ";" not in windows + linux
    heads = re.findall(r"^[a-z].*", linux, re.MULTILINE)
    assert len(heads) > 25
    assert linux.count("--hash") >= len(heads)


@pytest.mark.parametrize(
    ("marker", "truth"),
    [
        ("python_full_version >= '3.12' and sys_platform == 'emscripten'", False),
        ("python_full_version < '3.12'", True),
        ("python_version < '3.9' or sys_platform == 'win32'", True),
        ("sys_platform != 'win32'", False),
    ],
)
def test_markers_are_answered_for_the_target(marker, truth):
    assert holds(marker, "win_amd64") is truth


@pytest.mark.parametrize("lock", ["a==1 ; (x == 'y')\n --hash=sha256:00\n", "a==1\n", "a>1\n"])
def test_a_lock_that_is_not_understood_is_refused(lock):
    with pytest.raises(BadLockError):
        locked_for(lock, "win_amd64")


def test_versions_sort_by_number():
    assert version_order("0.10.0") > version_order("0.9.9")
    with pytest.raises(BadBundleError):
        version_order("1.0rc1")


def test_every_package_has_a_wheel_for_windows(tmp_path):
    """Resolve against the index as the target would; nothing is downloaded but descriptions."""
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if uv is None:
        pytest.skip("uv is not installed")
    listed = tmp_path / "windows.txt"
    listed.write_text(locked_for(LOCK.read_text("utf-8"), "win_amd64"), "utf-8")
    done = subprocess.run(
        [uv, "pip", "install", "--dry-run", "--no-deps", "--only-binary=:all:",
         "--require-hashes", "--python-platform=x86_64-pc-windows-msvc", "--python-version=3.11",
         f"--target={tmp_path / 'to'}", f"--requirement={listed}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if re.search(r"error sending request|dns error|Connection|timed out", done.stderr):
        pytest.skip("no index of packages")
    assert done.returncode == 0, done.stderr[-800:]
    assert len(re.findall(r"^ \+ ", done.stderr, re.MULTILINE)) > 25
    assert PLATFORMS["win_amd64"] == ("win_amd64",)


def test_the_launchers_need_no_rights():
    folder = files("renkei.hospital") / "launchers"
    for launcher, own in (("renkei.sh", "$HOME"), ("renkei.cmd", "%LOCALAPPDATA%")):
        text = (folder / launcher).read_text("utf-8")
        assert own in text
        assert not re.search(r"sudo|runas|/usr/|ProgramFiles|HKLM", text)


WINDOWS = """
import os, sys, stat
from pathlib import Path
real_fsync, real_open = os.fsync, os.open
import fcntl
flags = fcntl.fcntl
for name in ("copy_file_range", "sendfile", "fchmod", "fchown", "chown", "geteuid", "getuid",
             "getgid", "fork", "sysconf", "killpg", "setsid", "mkfifo", "statvfs", "O_DIRECTORY",
             "O_NOFOLLOW", "O_CLOEXEC", "posix_fadvise", "posix_fallocate", "pread", "pwrite"):
    if hasattr(os, name):
        delattr(os, name)
import signal
for name in ("SIGHUP", "SIGKILL", "SIGUSR1", "SIGALRM", "alarm", "setitimer", "pause"):
    if hasattr(signal, name):
        delattr(signal, name)
def fsync(handle):
    # Windows flushes only what was opened to write.
    if flags(handle, fcntl.F_GETFL) & (os.O_WRONLY | os.O_RDWR) == 0:
        raise OSError(9, "Bad file descriptor")
    real_fsync(handle)
def opened(path, *more, **also):
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied")
    return real_open(path, *more, **also)
os.fsync, os.open = fsync, opened
for name in ("fcntl", "resource", "pwd", "grp", "termios", "syslog"):
    sys.modules[name] = None

class WindowsOs:
    name = "nt"
    def __getattr__(self, name):
        return getattr(os, name)

from renkei.hospital import commands, listen, add, fetch, forget, send, masks, bundle
from renkei.deid import run, runs
from renkei.proof import keyfile
for module in (listen, add, fetch, forget, run, runs, keyfile):
    if hasattr(module, "os"):
        module.os = WindowsOs()
from tests.hospital.site_made import SAMPLES, make_data, make_site, read_through
from tests.hospital.test_add import added
from tests.hospital.platform_made import Platform
from renkei.client import Client
from renkei.hospital.vault import opened as vault_of
folder = Path(sys.argv[1])
site = make_site(folder / "site")
answers = added(site, make_data(folder / "ward"))
part = site.spool / ".one.part"
listen._write(part, b"received", site.spool / "one.dcm")
listen.sync_folder(site.spool)
fetch._durable(site.spool / "one.dcm")
client = Client("http://p", "t", transport=Platform().transport())
read_through(site)
with vault_of(site.folder) as vault, client:
    (sent,) = send.send(site, vault, client)
print(sent.sent, sent.stored, sum(sent.quarantined.values()))
"""


def test_the_tool_works_without_the_calls_that_windows_lacks(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WINDOWS, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split() == ["8", "8", "0"]
