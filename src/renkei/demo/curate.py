"""What the curators do with verdicts, and with the plan that standardises what was kept."""

from collections import Counter

from renkei.client import Client
from renkei.demo.organise import Cast
from renkei.demo.tell import Teller
from renkei.demo.wait import until_idle

PLAN, PAIR_PLAN = "ct_standard", "ct_mr_pair"


def select(cast: Cast, teller: Teller) -> None:
    """Wait for the verdicts; a person accepts one case that the machine sent to review."""
    with (
        teller.step(
            "select", "a verdict with reasons for each case, one decided by a person"
        ) as step,
        cast.client("curator") as curator,
        cast.client("operator") as operator,
    ):
        until_idle(operator)
        step.more["overrides"] = _decide(curator)
        standing: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for case in curator.pages("/select/cases"):
            standing[case["standing"]] += 1
            if case["standing"] != "accept":
                reasons[f"{case['standing']}:{(case['reason_codes'] or ['unknown'])[0]}"] += 1
        step.came = sum(standing.values())
        step.out = standing["accept"]
        step.reject(reasons)


def _decide(curator: Client) -> int:
    decided = 0
    for case in curator.get("/select/queue")["items"]:
        if case["made"] or case["modality"] in {"CT", "SM"}:
            body = {"outcome": "accept", "reason": "Looked at: the anatomy is clearly visible."}
            curator.post(f"/select/cases/{case['id']}/overrides", body)
            decided += 1
            break
    return decided
