"""Where a setting comes from, and what is refused."""

import pytest

from renkei.settings import BadSettingError, load_settings, sources, unknown_variables


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def source_of(name, **flags):
    return next((s.value, s.source) for s in sources(**flags) if s.name == name)


def test_each_layer_wins_over_the_one_below(tmp_path, monkeypatch):
    assert source_of("port") == (8600, "default")
    user = tmp_path / "config" / "renkei" / "renkei.toml"
    user.parent.mkdir(parents=True)
    user.write_text("port = 1")
    assert source_of("port") == (1, str(user))
    (tmp_path / "renkei.toml").write_text("port = 2")
    assert source_of("port") == (2, "renkei.toml")
    monkeypatch.setenv("RENKEI_PORT", "3")
    assert source_of("port") == (3, "environment")
    assert source_of("port", port=4) == (4, "flag")


def test_a_setting_that_nobody_knows_is_named(tmp_path):
    (tmp_path / "renkei.toml").write_text("prot = 2")
    with pytest.raises(BadSettingError, match="prot"):
        load_settings()


@pytest.mark.parametrize(("name", "value"), [("port", "x"), ("demo", "perhaps"), ("port", "-1")])
def test_a_value_of_the_wrong_type_is_refused(monkeypatch, name, value):
    monkeypatch.setenv(f"RENKEI_{name.upper()}", value)
    with pytest.raises(BadSettingError, match=name):
        load_settings()


def test_a_mistyped_variable_is_found(monkeypatch):
    monkeypatch.setenv("RENKEI_PROT", "1")
    assert unknown_variables() == ["RENKEI_PROT"]
