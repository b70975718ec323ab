"""The site folder: settings, keys, vault, spool, outbox, certificates; for its owner alone."""

import json
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from renkei.deid.pseudonym import PseudonymKey
from renkei.errors import ConflictError, DataRefusedError, NotFoundError
from renkei.proof.note import SigningKey

SETTINGS = "site.toml"
PSEUDONYM_KEY = "keys/pseudonym.key"
SIGNING_KEY = "keys/signing.key"
FORGOTTEN = "certificates/forgotten.note"
FOLDERS = ("keys", "spool", "pulling", "outbox", "certificates")


class SiteExistsError(ConflictError):
    """The folder is a site already; its key must not be drawn again."""


class NoSiteError(NotFoundError):
    """The folder is no site."""


class ForgottenSiteError(ConflictError):
    """Key and crosswalk were destroyed."""


class BadSiteError(DataRefusedError):
    """The site's settings cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One hospital's settings; dates bound what its ethics approval and opt-out notice cover.

    A study must lie within `period_start` and `period_end`; under opt-out also within the window of
    the notice. What is not set does not bound, but an opt-out without a window covers nothing.
    `known_hosts` are addresses that may send (none named: any), `tls_…` file names in the folder,
    `pacs` the archive to ask, `pull_rate` images per second at most, `pull_hours` such as
    "20:00-06:00", `find_cap` matches at which an answer is taken for a part of the whole,
    `deface` whether faces are cut out of head CT and MR. `connections`, `send_mbit` (megabits per
    second at most), `ca_file` and `proxy` are of the way to the platform, `wire` the lossless
    compression on it. `watch` names folders, whose files are taken when they rest for `watch_rest`
    seconds. Until `live`, only small batches that a person has signed are sent.
    """

    folder: Path
    site: UUID
    server: str
    approval: str
    agreement: str
    profile: str = "basic"
    period_start: date | None = None
    period_end: date | None = None
    opt_out_start: date | None = None
    opt_out_end: date | None = None
    ae_title: str = "RENKEI"
    port: int = 11112
    listen_on: str = "0.0.0.0"  # noqa: S104  the PACS is another machine
    known_aes: tuple[str, ...] = field(default=())
    known_hosts: tuple[str, ...] = field(default=())
    tls_certificate: str = ""
    tls_key: str = ""
    tls_ca: str = ""
    pacs: str = ""
    pull_rate: float = 0.0
    pull_hours: str = ""
    find_cap: int = 100
    deface: bool = False
    connections: int = 4
    send_mbit: float = 0.0
    wire: str = "none"
    ca_file: str = ""
    proxy: str = ""
    watch: tuple[str, ...] = field(default=())
    watch_rest: float = 30.0
    live: bool = True

    @property
    def spool(self) -> Path:
        """Return where received files wait, still identified."""
        return self.folder / "spool"

    @property
    def pulling(self) -> Path:
        """Return where the files of a series stand until it is whole."""
        return self.folder / "pulling"

    @property
    def outbox(self) -> Path:
        """Return where clean files wait to be sent."""
        return self.folder / "outbox"

    @property
    def certificates(self) -> Path:
        """Return where the certificates of sent batches stand."""
        return self.folder / "certificates"

    def key(self) -> PseudonymKey:
        """Return the key that makes pseudonyms.

        Raises:
            ForgottenSiteError: It was destroyed.
        """
        if (self.folder / FORGOTTEN).exists():
            raise ForgottenSiteError(
                "Key and crosswalk of this folder were destroyed; make a new site folder."
            )
        return PseudonymKey.read(self.folder / PSEUDONYM_KEY)

    def signer(self) -> SigningKey:
        """Return the key that signs certificates."""
        return SigningKey.read(self.folder / SIGNING_KEY)


def create_site(site: Site) -> Site:
    """Make the folder with new keys.

    Raises:
        SiteExistsError: It is a site already.
    """
    if (site.folder / SETTINGS).exists():
        raise SiteExistsError("This folder is a site already; use it, or name another folder.")
    site.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    site.folder.chmod(0o700)
    for name in FOLDERS:
        (site.folder / name).mkdir(mode=0o700, exist_ok=True)
    PseudonymKey.new().write(site.folder / PSEUDONYM_KEY)
    SigningKey.new(f"hospital-{site.site}").write(site.folder / SIGNING_KEY)
    save_site(site)
    return site


def save_site(site: Site) -> None:
    """Write the settings, whole or not at all."""
    part = site.folder / f".{SETTINGS}.part"
    part.write_text(_toml(site), "utf-8")
    part.replace(site.folder / SETTINGS)


def open_site(folder: Path) -> Site:
    """Return the site in a folder.

    Raises:
        NoSiteError: It is none.
        BadSiteError: Its settings are incomplete.
    """
    try:
        raw = tomllib.loads((folder / SETTINGS).read_text("utf-8"))
        raw["site"] = UUID(raw["site"])
        for name in ("known_aes", "known_hosts", "watch"):
            raw[name] = tuple(raw.get(name, ()))
        return Site(folder=folder, **raw)
    except FileNotFoundError as error:
        raise NoSiteError(
            "This folder is no site; make one with 'renkei hospital init'."
        ) from error
    except (
        tomllib.TOMLDecodeError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise BadSiteError(f"{SETTINGS} cannot be read: {type(error).__name__}.") from error


def _toml(site: Site) -> str:
    values: dict[str, object] = {
        "site": str(site.site),
        "server": site.server,
        "approval": site.approval,
        "agreement": site.agreement,
        "profile": site.profile,
        "period_start": site.period_start,
        "period_end": site.period_end,
        "opt_out_start": site.opt_out_start,
        "opt_out_end": site.opt_out_end,
        "ae_title": site.ae_title,
        "port": site.port,
        "listen_on": site.listen_on,
        "known_aes": list(site.known_aes),
        "known_hosts": list(site.known_hosts),
        "tls_certificate": site.tls_certificate,
        "tls_key": site.tls_key,
        "tls_ca": site.tls_ca,
        "pacs": site.pacs,
        "pull_rate": site.pull_rate,
        "pull_hours": site.pull_hours,
        "find_cap": site.find_cap,
        "deface": site.deface,
        "connections": site.connections,
        "send_mbit": site.send_mbit,
        "wire": site.wire,
        "ca_file": site.ca_file,
        "proxy": site.proxy,
        "watch": list(site.watch),
        "watch_rest": site.watch_rest,
        "live": site.live,
    }
    # TOML writes dates bare; its other values are written as JSON writes them.
    lines = [
        f"{name} = {value.isoformat() if isinstance(value, date) else json.dumps(value)}"
        for name, value in values.items()
        if value is not None
    ]
    return "\n".join(lines) + "\n"
