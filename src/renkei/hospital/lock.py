"""Read a lock of packages with hashes, and keep what one computer needs (PEP 508 markers)."""

import re
from collections.abc import Iterator, Mapping

from renkei.errors import DataRefusedError

PYTHON = "3.11"
TARGETS: Mapping[str, Mapping[str, str]] = {
    "win_amd64": {
        "sys_platform": "win32", "os_name": "nt", "platform_system": "Windows",
        "platform_machine": "AMD64",
    },
    "linux_x86_64": {
        "sys_platform": "linux", "os_name": "posix", "platform_system": "Linux",
        "platform_machine": "x86_64",
    },
}  # fmt: skip
_EVERYWHERE = {
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.9",
}
_TEST = re.compile(r"([a-z_]+) (==|!=|<=|>=|<|>) '([^']*)'")


class BadLockError(DataRefusedError):
    """The list of packages is not one that this tool understands."""


def locked_for(lock: str, target: str) -> str:
    """Return the lines of a lock that hold on the target, without markers.

    Raises:
        BadLockError: A package has no hash, or a marker is not understood.
    """
    kept: list[str] = []
    for entry in _entries(lock):
        head, *hashes = entry
        package, _, marker = (part.strip() for part in head.partition(";"))
        if not hashes or not re.fullmatch(r"[A-Za-z0-9._-]+==[^\s=]+", package):
            raise BadLockError("Each package of the lock needs one version and its hashes.")
        if not marker or holds(marker, target):
            kept.append(" \\\n    ".join([package, *hashes]))
    return "\n".join(kept) + "\n"


def holds(marker: str, target: str) -> bool:
    """Tell whether a marker is true on the target.

    Raises:
        BadLockError: The marker is not understood.
    """
    facts = {**_EVERYWHERE, **TARGETS[target]}
    return any(
        all(_test(test.strip(), facts) for test in part.split(" and "))
        for part in marker.split(" or ")
    )


def _test(test: str, facts: Mapping[str, str]) -> bool:
    match = _TEST.fullmatch(test)
    if match is None or match[1] not in facts:
        raise BadLockError("A marker of the lock is not understood; make the lock with uv.")
    name, sign, value = match.groups()
    if not name.startswith("python"):
        if sign not in {"==", "!="}:
            raise BadLockError("A marker of the lock is not understood; make the lock with uv.")
        return (facts[name] == value) == (sign == "==")
    left, right = _numbers(facts[name]), _numbers(value)
    return {
        "==": left == right, "!=": left != right, "<": left < right, ">": left > right,
        "<=": left <= right, ">=": left >= right,
    }[sign]  # fmt: skip


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _entries(lock: str) -> Iterator[list[str]]:
    entry: list[str] = []
    for raw in lock.splitlines():
        line = raw.strip().removesuffix("\\").strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("--hash=sha256:"):
            entry.append(line)
            continue
        if entry:
            yield entry
        entry = [line]
    if entry:
        yield entry
