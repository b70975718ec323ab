"""A subject withdraws: what is found by lineage, what is erased, who is told, what verify says."""

from typing import Any

from renkei.client import Client
from renkei.demo.organise import Cast
from renkei.demo.processes import run_tool
from renkei.demo.sell import Bought, verify
from renkei.demo.tell import Teller
from renkei.demo.wait import until_idle
from renkei.proof.verify import TRUST


def withdraw(cast: Cast, version: str, bought: Bought, teller: Teller) -> None:
    """Recall one subject of the version, and check the licensee's folder again."""
    with (
        teller.step("withdraw", "one subject withdraws; lineage, key, notices, verify") as step,
        cast.client("first") as hospital,
        cast.client("operator") as operator,
        cast.client("licensee") as buyer,
    ):
        step.came = 1
        recall = _recall(cast, hospital, version)
        until_idle(operator)
        recall = hospital.get(f"/consent/recalls/{recall['id']}")
        step.out = int(recall["certificate"] is not None)
        step.reject({"waiting": 1 - step.out})
        effects = {
            f"{e['folder']}.{e['what']}": e["count"] for e in recall["effects"] if e["count"]
        }
        run_tool("ledger", "trust", bought.folder / TRUST, environment=cast.environment("licensee"))
        step.more.update(
            effects=effects,
            licensees_told=buyer.get("/market/notices", limit=1)["total"],
            verify=verify(bought.folder)["cases"],
        )


def _recall(cast: Cast, hospital: Client, version: str) -> dict[str, Any]:
    known = hospital.get("/consent/recalls", limit=1)["items"]
    if known:
        found: dict[str, Any] = known[0]
        return found
    with cast.client("curator") as curator:
        home = cast.people["first"].organisation
        case = next(
            c
            for c in curator.pages(f"/publish/versions/{version}/cases")
            if c["site_id"] == home and c["split"] == "train"
        )
    made: dict[str, Any] = hospital.post(
        "/consent/recalls",
        {"subject_id": case["subject_id"], "kind": "withdrawal", "reason": "同意撤回の申し出"},
    )
    return made
