"""What is learned and made from the version: a baseline with an honest report, synthetic cases."""

from typing import Any

from renkei.client import Client
from renkei.demo.organise import Cast
from renkei.demo.tell import Teller
from renkei.demo.wait import until_idle


def train(cast: Cast, version: str, teller: Teller) -> None:
    """Train the light baseline on the version and score it once on the sealed part."""
    with (
        teller.step("train", "a baseline bound to the version, scored on the sealed part") as step,
        cast.client("curator") as curator,
        cast.client("operator") as operator,
    ):
        step.came = 1
        models = curator.get("/train/models", limit=1)["items"]
        if not models:
            body = {"version_id": version, "recipe": "voxel_forest", "structures": ["liver"]}
            curator.post("/train/runs", body)
            until_idle(operator)
            models = curator.get("/train/models", limit=1)["items"]
            curator.post(f"/train/models/{models[0]['id']}/looks")
            until_idle(operator)
        model = curator.get(f"/train/models/{models[0]['id']}")
        step.out = len(models)
        step.more.update(model=model["sha256"][:16], evaluations=len(model["evaluations"]))


def synthesize(cast: Cast, version: str, teller: Teller) -> None:
    """Make synthetic cases with lesions in real organs; the gate decides."""
    with (
        teller.step("synthesize", "lesions made in organs, marked and gated") as step,
        cast.client("curator") as curator,
        cast.client("operator") as operator,
    ):
        made = _set(curator, operator, version)
        step.came, step.out = made["wished"], made["made"] or 0
        step.reject(made["rejected"])
        step.more.update(gate=made["state"])


def _set(curator: Client, operator: Client, version: str) -> dict[str, Any]:
    sets = curator.get("/synthesize/sets", limit=1)["items"]
    if not sets:
        curator.post("/synthesize/sets", {"version_id": version, "count": 3, "organ": "liver"})
        until_idle(operator)
        sets = curator.get("/synthesize/sets", limit=1)["items"]
    found: dict[str, Any] = curator.get(f"/synthesize/sets/{sets[0]['id']}")
    return found
