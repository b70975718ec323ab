"""Settings: flag › environment › ./renkei.toml › user config › default.

Each value knows its source.
"""

import dataclasses
import os
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import UnionType

from renkei.errors import UsageError

PREFIX = "RENKEI_"


class BadSettingError(UsageError):
    """A setting is unknown or has the wrong type."""


def _about(text: str, *, secret: bool = False) -> dict[str, object]:
    return {"about": text, "secret": secret}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one installation is told; every field says why it exists."""

    data: Path = field(
        default=Path("data"), metadata=_about("folder for database, objects and keys")
    )
    database_url: str | None = field(
        default=None, metadata=_about("postgresql://…; none = embedded PostgreSQL", secret=True)
    )
    objects: str | None = field(
        default=None, metadata=_about("s3://…, gs://… or az://…; none = a folder below `data`")
    )
    host: str = field(default="127.0.0.1", metadata=_about("address of the web server"))
    port: int = field(default=8600, metadata=_about("port of the web server; 0 = a free one"))
    public_url: str | None = field(
        default=None, metadata=_about("address that users type, behind a proxy")
    )
    compute: str = field(
        default="here",
        metadata=_about("`here` (killable processes) or a Dask scheduler, tcp://…"),
    )
    jobs: int = field(default=2, metadata=_about("jobs that one worker runs side by side"))
    max_upload_mb: int = field(default=8192, metadata=_about("largest upload in MB"))
    session_hours: int = field(default=12, metadata=_about("a sign-in ends after this many hours"))
    demo: bool = field(default=False, metadata=_about("one-click sign-in for the four roles"))
    oidc_issuer: str | None = field(default=None, metadata=_about("address of an OpenID provider"))
    oidc_client_id: str | None = field(default=None, metadata=_about("our name at the provider"))
    oidc_client_secret: str | None = field(
        default=None, metadata=_about("our secret at the provider", secret=True)
    )
    otlp_endpoint: str | None = field(
        default=None, metadata=_about("OpenTelemetry collector; none = no traces leave")
    )
    assist_models: Path | None = field(
        default=None, metadata=_about("folder of networks (.onnx with .json) that propose labels")
    )
    hospital_bundles: str | None = field(
        default=None, metadata=_about("folder with bundles of the hospital's tool to give out")
    )
    hospital_minimum: str | None = field(
        default=None, metadata=_about("oldest version of the hospital's tool that may send")
    )
    report_endpoint: str | None = field(
        default=None, metadata=_about("endpoint that words drafts of reports; none = templates")
    )
    report_model: str | None = field(
        default=None, metadata=_about("which of the endpoint's models words drafts")
    )
    report_key: str | None = field(
        default=None, metadata=_about("our key at the endpoint for drafts", secret=True)
    )
    server: str = field(
        default="http://127.0.0.1:8600", metadata=_about("platform that the commands talk to")
    )
    token: str | None = field(
        default=None, metadata=_about("API token of the commands", secret=True)
    )


@dataclass(frozen=True, slots=True)
class Sourced:
    """One setting as `renkei config show` prints it."""

    name: str
    value: object
    source: str
    about: str


def user_config() -> Path:
    """Return the path of the user's own file."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "renkei" / "renkei.toml"


def load_settings(config: Path | None = None, **flags: object) -> Settings:
    """Read the settings; a flag that is None was not given.

    Raises:
        BadSettingError: A name is unknown or a value has the wrong type.
    """
    return Settings(**{s.name: s.value for s in sources(config, **flags)})  # type: ignore[arg-type]


def sources(config: Path | None = None, **flags: object) -> list[Sourced]:
    """Return every setting with the place that it came from, secrets in clear."""
    layers = [
        ("flag", {k: v for k, v in flags.items() if v is not None}),
        ("environment", _environment()),
        *((str(path), _read(path)) for path in (config or Path("renkei.toml"), user_config())),
    ]
    known = {f.name for f in fields(Settings)}
    for source, values in layers:
        if unknown := sorted(set(values) - known):
            raise BadSettingError(f"{source}: no such setting: {', '.join(unknown)}.")
    types = typing.get_type_hints(Settings)
    found = []
    for f in fields(Settings):
        source, value = next(
            ((name, values[f.name]) for name, values in layers if f.name in values),
            ("default", f.default),
        )
        found.append(
            Sourced(f.name, _convert(f.name, value, types[f.name]), source, f.metadata["about"])
        )
    return found


def is_secret(name: str) -> bool:
    """Tell whether a value must not be shown."""
    return any(f.name == name and f.metadata["secret"] for f in dataclasses.fields(Settings))


def _environment() -> Mapping[str, object]:
    names = {f.name for f in fields(Settings)}
    found = {k.removeprefix(PREFIX).lower(): v for k, v in os.environ.items()}
    return {name: found[name] for name in names if f"{PREFIX}{name.upper()}" in os.environ}


def unknown_variables() -> list[str]:
    """Return RENKEI_* variables that no setting has: usually a typing mistake."""
    names = {f"{PREFIX}{f.name.upper()}" for f in fields(Settings)}
    return sorted(k for k in os.environ if k.startswith(PREFIX) and k not in names)


def _read(path: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise BadSettingError(f"{path} is not valid TOML: {error}.") from error


def _convert(name: str, value: object, kind: object) -> object:
    choices = typing.get_args(kind) if isinstance(kind, UnionType) else (kind,)
    if value is None and type(None) in choices:
        return None
    for choice in choices:
        if choice is bool:
            if isinstance(value, bool):
                return value
            if str(value).lower() in {"1", "true", "yes", "0", "false", "no"}:
                return str(value).lower() in {"1", "true", "yes"}
        elif choice is int and not isinstance(value, bool) and str(value).isdecimal():
            return int(str(value))
        elif choice in {str, Path} and isinstance(value, str | Path):
            return choice(value)
    wanted = " or ".join(getattr(c, "__name__", str(c)) for c in choices if c is not type(None))
    raise BadSettingError(f"Setting {name} must be {wanted}.")
