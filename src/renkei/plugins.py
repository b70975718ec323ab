"""Plug-ins: a tuple of frozen dataclasses per kind, more by entry points of the same shape."""

import importlib
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Protocol, TypeVar

from renkei.errors import MissingExtraError, NotFoundError


class Named(Protocol):
    """Anything that a plug-in tuple may hold."""

    @property
    def name(self) -> str:
        """The name that recipes, plans and commands use."""


P = TypeVar("P", bound=Named)


class NoSuchPluginError(NotFoundError):
    """Nothing of that name is installed."""


def collect(builtin: tuple[P, ...], group: str) -> tuple[P, ...]:
    """Return the built-in members and those that other packages bring under `renkei.<group>`."""
    outside = tuple(entry.load() for entry in entry_points(group=f"renkei.{group}"))
    return builtin + outside


def by_name(plugins: Sequence[P], name: str) -> P:
    """Return the member of that name.

    Raises:
        NoSuchPluginError: The sentence lists the names that there are.
    """
    for plugin in plugins:
        if plugin.name == name:
            return plugin
    raise NoSuchPluginError(
        f"Nothing is called that here; there are: {', '.join(p.name for p in plugins)}."
    )


def need_extra(extra: str, *modules: str) -> None:
    """Import `modules`, or say which extra brings them.

    Raises:
        MissingExtraError: One of them is not installed.
    """
    for module in modules:
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                f"This needs the extra {extra!r}: pip install 'renkei[{extra}]'."
            ) from error
