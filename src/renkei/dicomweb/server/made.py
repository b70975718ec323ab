"""Objects that were made for a root, such as what its holder has drawn, as a search tells them."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from renkei.dicomweb.attributes import Attributes, attribute
from renkei.dicomweb.server.below import Place, Scope, made_at
from renkei.dicomweb.server.tables import RootObject


async def search_made(
    session: AsyncSession, scope: Scope, place: Place, matches: Mapping[str, str]
) -> list[Attributes]:
    """Return the objects made for a root at an address that match, one in each series."""
    current = made_at(scope, place).where(RootObject.current)
    told = [_told(scope, one) for one in await session.scalars(current)]
    return [one for one in told if all(_fits(one, *match) for match in matches.items())]


def _told(scope: Scope, one: RootObject) -> Attributes:
    patient = scope.alias(one.subject_id)
    url = f"{scope.path}/studies/{one.study_uid}/series/{one.series_uid}"
    return {
        "00080005": attribute("CS", "ISO_IR 192"),
        "00080016": attribute("UI", one.sop_class_uid),
        "00080018": attribute("UI", one.sop_uid),
        "00080020": attribute("DA"),
        "00080060": attribute("CS", one.modality),
        "0008103E": attribute("LO", one.description),
        "00081190": attribute("UR", url),
        "00100010": attribute("PN", patient),
        "00100020": attribute("LO", patient),
        "0020000D": attribute("UI", one.study_uid),
        "0020000E": attribute("UI", one.series_uid),
        "00200013": attribute("IS", 1),
        "00201209": attribute("IS", 1),
    }


def _fits(told: Attributes, key: str, wanted: str) -> bool:
    if wanted in {"", "*"}:
        return True
    values = [_text(value) for value in told.get(key, {}).get("Value", ())]
    kinds: Sequence[str] = wanted.replace("\\", ",").split(",")
    return any(fnmatchcase(value, kind.upper()) for value in values for kind in kinds)


def _text(value: Any) -> str:
    return str(value.get("Alphabetic", "") if isinstance(value, dict) else value).upper()
