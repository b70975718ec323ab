"""What the two hospitals do: take in, hold back, send; and what the platform made of it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

from renkei.demo.inputs import write_hospital
from renkei.demo.organise import APPROVAL, EXPIRED_APPROVAL, Approval, Cast, make_hospital
from renkei.demo.persons import FIRST, SECOND, TOO_EARLY
from renkei.demo.processes import run_tool
from renkei.demo.tell import Teller

HOSPITALS = {"first": FIRST, "second": SECOND}
# The hospital that tries a study under an approval that has expired.
EARLIER = "first"


def folder_of(data: Path, part: str) -> Path:
    """Return the folder of a hospital: its originals and, beside them, its own tool's site."""
    return data / "hospitals" / part


def write_inputs(part: str, originals: Path) -> int:
    """Write a hospital's originals once; return how many files there are."""
    if not (originals / "consent.csv").exists():
        write_hospital(HOSPITALS[part], originals)
    control = {"consent.csv", "links.csv", "clinical.columns.toml"}
    return sum(path.is_file() and path.name not in control for path in originals.rglob("*"))


def de_identify(data: Path, cast: Cast, sites: dict[str, UUID], teller: Teller) -> None:
    """Take the originals in with each hospital's own tool; what is not clean stays there."""
    with (
        teller.step("deid", "each hospital removes identities with its own tool") as step,
        ThreadPoolExecutor(len(HOSPITALS)) as pool,
    ):
        held: Counter[str] = Counter()
        for came, lines in pool.map(lambda part: _take_in(data, cast, part, sites[part]), sites):
            step.came += came
            for line in lines:
                if line["state"] == "held":
                    held[next(iter(line["reasons"]), "held")] += 1
                else:
                    step.out += 1
        step.reject(held)
        step.more["hospitals"] = len(HOSPITALS)


def _take_in(data: Path, cast: Cast, part: str, site: UUID) -> tuple[int, list[dict[str, Any]]]:
    here = folder_of(data, part)
    originals = here / "originals"
    came = write_inputs(part, originals)
    lines = _add(cast, part, site, here / "site", originals, APPROVAL)
    if part == EARLIER:
        # The tool holds this study: it is older than the approval. Somebody tries it under the
        # earlier approval, and learns from the platform that this one has expired.
        old = originals / "pacs" / f"{TOO_EARLY:03d}"
        came += len(list(old.iterdir()))
        lines += _add(cast, part, site, here / "site_earlier", old, EXPIRED_APPROVAL)
    return came, lines


def _add(
    cast: Cast, part: str, site: UUID, folder: Path, originals: Path, approval: Approval
) -> list[dict[str, Any]]:
    consents = folder.parent / "originals" / "consent.csv"
    if not folder.exists():
        run_tool(*make_hospital(cast, part, site, folder, approval))
    add = ("hospital", "add", originals, "--site", folder, "--consent", consents, "--json")
    return run_tool(*add)


def send(data: Path, cast: Cast, teller: Teller) -> None:
    """Send each outbox over the network; the platform counts what it stored."""
    with (
        teller.step("collect", "STOW-RS and tus, checked against the sender's manifest") as step,
        ThreadPoolExecutor(len(HOSPITALS)) as pool,
    ):
        list(pool.map(lambda part: _send(data, cast, part), HOSPITALS))
        for part in HOSPITALS:
            with cast.client(part) as hospital:
                for batch in hospital.pages("/collect/batches"):
                    step.came += batch["sent"]
                    step.out += batch["stored"]
                    step.reject(batch["quarantined"])


def _send(data: Path, cast: Cast, part: str) -> None:
    for site in sorted(folder_of(data, part).glob("site*")):
        run_tool("hospital", "send", "--site", site, "--json", environment=cast.environment(part))
