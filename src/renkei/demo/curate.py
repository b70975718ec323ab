"""What the curators do with verdicts, and with the plan that standardises what was kept."""

import csv
import io
from collections import Counter
from typing import Any

from renkei.client import API, Client
from renkei.demo.cases import GREW_MM
from renkei.demo.inputs import MISFILED
from renkei.demo.organise import Cast
from renkei.demo.reading import followups
from renkei.demo.tell import Teller
from renkei.demo.wait import until_idle

PLAN, PAIR_PLAN, TIME_PLAN = "ct_standard", "ct_mr_pair", "ct_followup"
GROWTH = "growth.csv"


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
    """Run the standard plan on every signed case, align a pair, and follow a patient over time.

    The real CT and MR of one head fit; the head that was filed under the wrong number does not.
    """
    with (
        teller.step("preprocess", "standard form, a CT/MR pair, a lesion that grew") as step,
        cast.client("curator") as curator,
        cast.client("operator") as operator,
    ):
        tasks = curator.pages("/annotate/tasks")
        signed = [task["series_id"] for task in tasks if task["state"] == "signed"]
        refused = curator.post("/preprocess/runs", {"plan": PLAN, "series_ids": signed})["refused"]
        ct, *others = _heads(curator)
        body = {"plan": PAIR_PLAN, "series_ids": [ct], "with_labels": False}
        pairs = [curator.post("/preprocess/runs", body | {"pairs": {ct: mr}}) for mr in others]
        [(first, second)] = followups(curator)
        body = {"plan": TIME_PLAN, "series_ids": [first], "times": {first: [second]}}
        followed = curator.post("/preprocess/runs", body)
        until_idle(operator)
        states = Counter(run["state"] for run in curator.pages("/preprocess/runs"))
        # A second telling finds runs of a subject who has withdrawn and is signed no more.
        step.came = len(signed) + len(pairs) + 1 + states["recalled"]
        step.out = states.pop("done", 0)
        for rejected in (states, refused, followed["refused"], *(one["refused"] for one in pairs)):
            step.reject(rejected)
        own, misfiled = (
            [curator.get(f"/preprocess/runs/{run}") for run in one["runs"]] for one in pairs
        )
        step.more["pair"] = [run["state"] for run in own]
        step.more["misfiled"] = [run["code"] for run in misfiled]
        step.more["growth"] = [_growth(curator, run) for run in followed["runs"]]


def _heads(curator: Client) -> list[str]:
    """Return the CT, the MR and the misfiled MR of the head, found by the patient they share."""
    heads: dict[str, dict[tuple[str, str], str]] = {}
    for series in curator.pages("/subjects/series"):
        if series["body_part"] in {"HEAD", MISFILED}:
            what = series["modality"], series["body_part"]
            heads.setdefault(series["subject_id"], {})[what] = series["id"]
    wanted = ("CT", "HEAD"), ("MR", "HEAD"), ("MR", MISFILED)
    return next([found[one] for one in wanted] for found in heads.values() if {*wanted} <= {*found})


def _growth(curator: Client, run: str) -> dict[str, float]:
    """Return how much the lesion grew that grew most, in percent, beside what it truly grew."""
    path = f"/preprocess/runs/{run}/files"
    table = next(one for one in curator.get(path) if one["name"].endswith(GROWTH))
    text = curator.send("GET", f"{API}{path}/{table['id']}").text
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["change_percent"]]
    most = max(rows, key=lambda row: float(row["change_percent"]))
    before, after = GREW_MM
    return {
        "percent": float(most["change_percent"]),
        "error": float(most["change_error_percent"]),
        "truth": round(100 * ((after / before) ** 3 - 1), 1),
    }


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
