"""What the curators do with verdicts, and with the plan that standardises what was kept."""

from collections import Counter
from typing import Any

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
        # The real scans have no stratum of their own here: a person looks and decides.
        marked = any("pen" in code for code in case["reason_codes"])
        if not case["made"] and not marked:
            body = {"outcome": "accept", "reason": "Looked at: the anatomy is clearly visible."}
            curator.post(f"/select/cases/{case['id']}/overrides", body)
            decided += 1
    return decided


def process(cast: Cast, teller: Teller) -> None:
    """Run the standard plan on every signed case, and align the real CT and MR of one head."""
    with (
        teller.step("preprocess", "standard orientation, spacing, window; a CT/MR pair") as step,
        cast.client("curator") as curator,
        cast.client("operator") as operator,
    ):
        tasks = curator.pages("/annotate/tasks")
        signed = [task["series_id"] for task in tasks if task["state"] == "signed"]
        refused = curator.post("/preprocess/runs", {"plan": PLAN, "series_ids": signed})["refused"]
        ct, mr = _pair(curator)
        body = {"plan": PAIR_PLAN, "series_ids": [ct], "pairs": {ct: mr}, "with_labels": False}
        pair = curator.post("/preprocess/runs", body)
        until_idle(operator)
        states = Counter(run["state"] for run in curator.pages("/preprocess/runs"))
        # A second telling finds runs of a subject who has withdrawn and is signed no more.
        step.came = len(signed) + 1 + states["recalled"]
        step.out = states.pop("done", 0)
        for rejected in (states, refused, pair["refused"]):
            step.reject(rejected)
        step.more["pair"] = [
            curator.get(f"/preprocess/runs/{run}")["state"] for run in pair["runs"]
        ]


def _pair(curator: Client) -> tuple[str, str]:
    """Return the CT and the MR series of the head, found by the patient that they share."""
    heads: dict[str, dict[str, Any]] = {}
    for series in curator.pages("/subjects/series", body_part="HEAD"):
        heads.setdefault(series["subject_id"], {})[series["modality"]] = series["id"]
    both = next(found for found in heads.values() if {"CT", "MR"} <= set(found))
    return both["CT"], both["MR"]


def publish(cast: Cast, teller: Teller) -> str:
    """Fill a draft with what is ready, freeze it, and wait for its receipt; return the version."""
    with (
        teller.step("publish", "patient-level split, leak check, card, a frozen version") as step,
        cast.client("curator") as curator,
        cast.client("operator") as operator,
    ):
        version, asked = _version(curator), None
        if version["state"] == "draft":
            filled = curator.post(f"/publish/versions/{version['id']}/cases", {"modality": "CT"})
            asked = filled["asked"]
            step.reject(filled["rejected"])
            curator.post(f"/publish/versions/{version['id']}/freeze")
            until_idle(operator)
        frozen = curator.get(f"/publish/versions/{version['id']}")
        step.out = frozen["cases"]
        # A second telling finds the version frozen, and asks for no case again.
        step.came = step.out if asked is None else asked
        step.more.update(
            version=frozen["number"],
            state=frozen["state"],
            id=str(frozen["version_hash"])[:16],
            patients=frozen["patients"],
            made=frozen["made"],
            sides=frozen["sides"],
        )
        return str(version["id"])


def _version(curator: Client) -> dict[str, Any]:
    known = curator.get("/publish/versions", sort="created_at", limit=1)["items"]
    if known:
        found: dict[str, Any] = known[0]
        return found
    body = {
        "name": "abdomen-ct-demo",
        "title_en": "Abdominal CT with organs and liver lesions (demo)",
        "title_ja": "腹部 CT 臓器・肝病変ラベル付き(デモ)",
        "description": "Made cases and one real CT; for showing the line, not for training.",
    }
    dataset = curator.post("/publish/datasets", body)
    draft: dict[str, Any] = curator.post(f"/publish/datasets/{dataset['id']}/drafts", {})
    return draft
