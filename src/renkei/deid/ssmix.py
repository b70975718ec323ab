"""SS-MIX2 storage (HS026): names of files and folders are identities, and say what is in force.

patient / day / type / PATIENT_DAY_TYPE_KEY_TIME_DEPARTMENT_FLAG, each file one HL7 message.
"""

import re
from collections.abc import Iterable
from pathlib import PurePath

from renkei.deid.pseudonym import normal_id

_NAME = re.compile(
    r"(?P<patient>[^_]+)_(?:\d{8}|-)_(?P<type>[A-Z]{2,4}-\d{2}[A-Z]?)_[^_]*_\d{8,17}_[^_]*_(?P<flag>\d)"
)
ACTIVE = "1"


def refuse(path: PurePath, patients: Iterable[str]) -> str | None:
    """Return why a file of the storage may not go, or None; other files are none of its matter.

    `patients` are the identifiers that the message itself carries.
    """
    found = _NAME.fullmatch(path.name)
    if not found:
        return None
    if found["flag"] != ACTIVE:
        return "withdrawn_in_storage"
    named = normal_id(found["patient"])
    return None if named in {normal_id(p) for p in patients} else "path_names_another"
