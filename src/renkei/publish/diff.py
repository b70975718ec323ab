"""Compare two versions by their manifests, without any pixel."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from renkei.errors import UsageError
from renkei.proof.version import SHARED, FileLine

NUMBER = re.compile(r"(\d+)\.(\d+)\.(\d+)")


class BadNumberError(UsageError):
    """A version number is not MAJOR.MINOR.PATCH."""


@dataclass(frozen=True, slots=True)
class Change:
    """A subject whose files differ, and in what."""

    subject: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed between two versions, per subject."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Change, ...]
    moved: tuple[str, ...]

    @property
    def step(self) -> str:
        """Return the least step of the number: major, minor or patch (Croissant's rule)."""
        if self.removed or self.changed or self.moved:
            return "major"
        return "minor" if self.added else "patch"

    def as_json(self) -> dict[str, Any]:
        """Return the diff as plain data."""
        return asdict(self) | {"step": self.step}


def diff_versions(old: Iterable[FileLine], new: Iterable[FileLine]) -> Diff:
    """Compare manifest lines by subject.

    Released subjects are named anew in every version: pass lines whose `subject` is comparable.
    """
    before, after = _by_subject(old), _by_subject(new)
    both = sorted(before.keys() & after.keys())
    changed = [Change(s, what) for s in both if (what := _changes(before[s], after[s]))]
    moved = tuple(s for s in both if _sides(before[s]) != _sides(after[s]))
    return Diff(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(changed),
        moved=moved,
    )


def next_number(number: str, step: str) -> str:
    """Return the number after `number` by a step of major, minor or patch.

    Raises:
        BadNumberError: It is not MAJOR.MINOR.PATCH.
    """
    match = NUMBER.fullmatch(number)
    if match is None:
        raise BadNumberError("Write a version number in the form 1.0.0.")
    major, minor, patch = (int(part) for part in match.groups())
    if step == "major":
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if step == "minor" else f"{major}.{minor}.{patch + 1}"


def _by_subject(lines: Iterable[FileLine]) -> dict[str, dict[tuple[str, str], FileLine]]:
    subjects: dict[str, dict[tuple[str, str], FileLine]] = {}
    for line in lines:
        # A case is renamed in every version; its first source is not.
        case = line.sources[0] if line.sources else line.path.rsplit("/", 1)[0]
        subjects.setdefault(line.subject or SHARED, {})[line.role, case] = line
    return subjects


def _changes(
    before: Mapping[tuple[str, str], FileLine], after: Mapping[tuple[str, str], FileLine]
) -> tuple[str, ...]:
    what = {
        key[0] for key in before.keys() & after.keys() if before[key].sha256 != after[key].sha256
    }
    return tuple(sorted(what | ({"files"} if before.keys() != after.keys() else set())))


def _sides(lines: Mapping[tuple[str, str], FileLine]) -> set[str | None]:
    return {line.split for line in lines.values()}
