"""The values of like cases beside one case, for a plot that shows where it stands."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.plugins import by_name
from renkei.select.metrics import METRICS
from renkei.select.server.judge import of_case
from renkei.select.server.override import NotJudgedError
from renkei.select.server.tables import Verdict


async def peers_of(session: AsyncSession, *, case_id: UUID, metric: str) -> dict[str, Any]:
    """Return one value per patient in the case's stratum of a metric, and in its modality.

    The stratum is the one that the recipe held the case against; without one, the case's own.

    Raises:
        NoSuchPluginError: There is no such metric.
        NotJudgedError: There is no such case that is judged.
    """
    kind = by_name(METRICS, metric)
    verdict = await session.scalar(select(Verdict).where(of_case(case_id), Verdict.current))
    if verdict is None:
        raise NotJudgedError("There is no judged series or slide of that id; judge it first.")
    own = next((m for m in verdict.metrics if m["metric"] == metric), {})
    match = own.get("stratum") or verdict.stratum
    found = func.jsonb_path_query_first(
        Verdict.metrics,
        cast("$[*] ? (@.metric == $name).value", JSONPATH),
        cast({"name": metric}, JSONB),
    )
    rows = await session.execute(
        select(Verdict.subject_id, Verdict.stratum, found).where(
            Verdict.current, Verdict.modality == verdict.modality
        )
    )
    measured = [(who, keys, value) for who, keys, value in rows if value is not None]
    alike = [(w, v) for w, keys, v in measured if all(keys.get(k) == x for k, x in match.items())]
    return {
        "metric": metric,
        "unit": kind.unit,
        "scale": kind.scale,
        "value": own.get("value"),
        "stratum": match,
        "peers": _by_patient(alike),
        "pooled": _by_patient([(who, value) for who, _, value in measured]),
    }


def _by_patient(values: Sequence[tuple[UUID, float]]) -> list[float]:
    people: dict[UUID, list[float]] = defaultdict(list)
    for who, value in values:
        people[who].append(value)
    return sorted(median(own) for own in people.values())
