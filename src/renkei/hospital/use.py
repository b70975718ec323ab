"""What the platform did with this hospital's data: versions, licences and fees, asked of it."""

from dataclasses import dataclass
from typing import Any

from renkei.client import Client
from renkei.errors import RenkeiError
from renkei.hospital.platform import platform_of
from renkei.hospital.site import Site

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Use:
    """Rows as the platform answers them; `error` says why there are none."""

    versions: tuple[dict[str, Any], ...] = ()
    licences: tuple[dict[str, Any], ...] = ()
    statements: tuple[dict[str, Any], ...] = ()
    error: str = ""

    @property
    def yen(self) -> int:
        """Return the fees of all statements together."""
        return sum(int(row["yen"]) for row in self.statements)


def use_of(site: Site) -> Use:
    """Ask the platform with the token that `renkei login` kept."""
    try:
        with platform_of(site) as client:
            return Use(
                versions=_rows(client, "/publish/versions"),
                licences=_rows(client, "/market/licences"),
                statements=_rows(client, "/market/statements"),
            )
    except RenkeiError as error:
        return Use(error=error.sentence)


def _rows(client: Client, path: str) -> tuple[dict[str, Any], ...]:
    return tuple(client.get(path, limit=SHOWN)["items"])
