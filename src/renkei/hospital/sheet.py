"""The recovery sheet: the pseudonym key on paper, in groups whose every line checks itself."""

import base64
import hashlib
import re
from collections.abc import Iterable

from renkei.deid.pseudonym import KEY_BYTES, PseudonymKey, pseudonym
from renkei.errors import DataRefusedError
from renkei.hospital.site import PSEUDONYM_KEY, Site
from renkei.hospital.vault import Vault

LINES, PART = 4, KEY_BYTES // 4
_CHECK = 2
_LINE = re.compile(r"(\d{1,6})-([1-4])[\s:]+((?:[A-Z2-7]{4}[\s-]*){4})")
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})


class WrongSheetError(DataRefusedError):
    """What was typed is not a whole sheet of this site."""


def sheet_lines(key: PseudonymKey) -> list[str]:
    """Return four lines per epoch, such as `1-1 ABCD EFGH IJKL MNOP`."""
    return [
        f"{epoch}-{n + 1} {_grouped(_packed(epoch, n, secret[n * PART : (n + 1) * PART]))}"
        for epoch, secret in sorted(key.secrets.items())
        for n in range(LINES)
    ]


def read_sheet(lines: Iterable[str], fingerprint: str) -> PseudonymKey:
    """Return the key of a sheet as somebody typed it.

    Raises:
        WrongSheetError: A line is mistyped or lacks, or the fingerprint is another key's.
    """
    parts: dict[int, dict[int, bytes]] = {}
    for line in filter(str.strip, lines):
        epoch, n, part = _read(line)
        parts.setdefault(epoch, {})[n] = part
    if not parts or any(len(found) != LINES for found in parts.values()):
        raise WrongSheetError("A line of the sheet is missing; type every line from 1-1 on.")
    key = PseudonymKey({e: b"".join(found[n] for n in range(LINES)) for e, found in parts.items()})
    if key.fingerprint != fingerprint.strip().lower():
        raise WrongSheetError("The fingerprint does not fit these lines; look at the sheet again.")
    return key


def restore_key(site: Site, vault: Vault, key: PseudonymKey) -> None:
    """Write the key of a sheet into the site folder, if it is the key of this site's vault.

    Raises:
        WrongSheetError: The vault's pseudonyms were made with another key.
        KeyExistsError: The folder has its key.
    """
    for patient, name, epoch in vault.sample():
        if epoch not in key.secrets or pseudonym(key.at(epoch), "patient", patient) != name:
            raise WrongSheetError("This sheet is of another site or older than its vault.")
    key.write(site.folder / PSEUDONYM_KEY)


def _packed(epoch: int, n: int, part: bytes) -> bytes:
    check = hashlib.sha256(b"renkei.sheet\0" + f"{epoch}-{n}".encode() + part).digest()
    return part + check[:_CHECK]


def _grouped(data: bytes) -> str:
    text = base64.b32encode(data).decode()
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def _read(line: str) -> tuple[int, int, bytes]:
    head, _, rest = line.strip().upper().partition(" ")
    match = _LINE.fullmatch(f"{head} {rest.translate(_MISREAD)}".rstrip(" -"))
    if match is None:
        raise WrongSheetError(
            "A line of the sheet is not readable; type it as '1-1 ABCD EFGH IJKL MNOP'."
        )
    epoch, n = int(match[1]), int(match[2]) - 1
    data = base64.b32decode(re.sub(r"[\s-]", "", match[3]))
    if data != _packed(epoch, n, data[:PART]):
        raise WrongSheetError(f"Line {epoch}-{n + 1} of the sheet is mistyped; type it again.")
    return epoch, n, data[:PART]
