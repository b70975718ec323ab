"""Plug-ins by name, from inside and outside."""

from dataclasses import dataclass
from importlib.metadata import EntryPoint

import pytest

from renkei import plugins
from renkei.errors import MissingExtraError


@dataclass(frozen=True)
class Fruit:
    name: str


def test_an_outside_package_adds_a_member(monkeypatch):
    outside = EntryPoint("pear", "tests.test_plugins:PEAR", "renkei.fruit")
    monkeypatch.setattr(
        plugins, "entry_points", lambda group: [outside] * (group == "renkei.fruit")
    )
    assert [f.name for f in plugins.collect((Fruit("apple"),), "fruit")] == ["apple", "pear"]


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(plugins.NoSuchPluginError, match="apple, fig"):
        plugins.by_name((Fruit("apple"), Fruit("fig")), "pear")


def test_a_missing_extra_is_named():
    with pytest.raises(MissingExtraError, match=r"renkei\[ml\]"):
        plugins.need_extra("ml", "no_such_module_anywhere")


PEAR = Fruit("pear")
