"""How the images of a plan's runs are spread before and after it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.preprocess.histogram import Histogram, cohort
from renkei.preprocess.plan import Plan as Parsed
from renkei.preprocess.plan import parse_plan
from renkei.preprocess.server.plans import find_plan
from renkei.preprocess.server.tables import PlanRun, RunState

MOST_RUNS = 2000


async def cohort_histograms(session: AsyncSession, *, plan: UUID) -> dict[str, Any]:
    """Return, for each result of a plan, its input's and its own histogram over the newest runs.

    Raises:
        NoSuchKeptPlanError: There is no such plan.
    """
    parsed = parse_plan((await find_plan(session, plan=plan)).toml)
    newest = (
        select(PlanRun.record)
        .where(PlanRun.plan_id == plan, PlanRun.state == RunState.DONE)
        .order_by(PlanRun.id.desc())
        .limit(MOST_RUNS)
    )
    records = [record for record in await session.scalars(newest) if record is not None]
    pairs = []
    for result in parsed.results:
        role = input_of(parsed, result)
        before = [found for record in records for found in _of_input(record, role)]
        after = [found for record in records for found in _of_output(record, result)]
        if before and after:
            sides = {"before": cohort(before), "after": cohort(after)}
            pairs.append({"role": role, "result": result, **sides})
    return {"runs": len(records), "pairs": pairs}


def input_of(plan: Parsed, result: str) -> str:
    """Return the input that a result is made of."""
    made = {planned.output: planned.inputs[0] for planned in plan.steps}
    while result in made:
        result = made[result]
    return result


def _of_input(record: dict[str, Any], role: str) -> list[Histogram]:
    scans = record.get("inputs", {}).get(role, {}).get("scans", [])
    return [scan["histogram"] for scan in scans if "histogram" in scan]


def _of_output(record: dict[str, Any], result: str) -> list[Histogram]:
    outputs = record.get("outputs", {}).items()
    # Results of a time series are numbered: `ct_even.1`, `ct_even.2`.
    own = [one for name, one in outputs if name == result or name.startswith(f"{result}.")]
    return [one["histogram"] for one in own if "histogram" in one]
