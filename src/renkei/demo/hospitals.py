"""What the two hospitals do: take in, hold back, send; and what the platform made of it."""

from collections import Counter
from pathlib import Path
from uuid import UUID

from renkei.demo.inputs import write_hospital
from renkei.demo.organise import Cast, make_hospital
from renkei.demo.persons import FIRST, SECOND
from renkei.demo.processes import run_tool
from renkei.demo.tell import Teller

HOSPITALS = {"first": FIRST, "second": SECOND}


def folder_of(data: Path, part: str) -> Path:
    """Return the folder of a hospital: its originals and, beside them, its own tool's site."""
    return data / "hospitals" / part


def write_inputs(data: Path) -> int:
    """Write both hospitals' originals once; return how many files there are."""
    for part, hospital in HOSPITALS.items():
        originals = folder_of(data, part) / "originals"
        if not (originals / "consent.csv").exists():
            write_hospital(hospital, originals)
    control = {"consent.csv", "links.csv", "clinical.columns.toml"}
    return sum(
        path.is_file() and path.name not in control
        for part in HOSPITALS
        for path in (folder_of(data, part) / "originals").rglob("*")
    )


def de_identify(data: Path, cast: Cast, sites: dict[str, UUID], teller: Teller) -> None:
    """Take the originals in with each hospital's own tool; what is not clean stays there."""
    with teller.step("deid", "each hospital removes identities with its own tool") as step:
        step.came = write_inputs(data)
        held: Counter[str] = Counter()
        for part in HOSPITALS:
            here = folder_of(data, part)
            site = here / "site"
            if not site.exists():
                run_tool(*make_hospital(cast, part, sites[part], site))
            lines = run_tool("hospital", "add", here / "originals", "--site", site, "--json")
            for line in lines:
                if line["state"] == "held":
                    held[next(iter(line["reasons"]), "held")] += 1
                else:
                    step.out += 1
        step.reject(held)
        step.more["hospitals"] = len(HOSPITALS)


def send(data: Path, cast: Cast, teller: Teller) -> None:
    """Send each outbox over the network; the platform counts what it stored."""
    with teller.step("collect", "STOW-RS and tus, checked against the sender's manifest") as step:
        for part in HOSPITALS:
            site = folder_of(data, part) / "site"
            run_tool(
                "hospital", "send", "--site", site, "--json", environment=cast.environment(part)
            )
            with cast.client(part) as hospital:
                for batch in hospital.pages("/collect/batches"):
                    step.came += batch["sent"]
                    step.out += batch["stored"]
                    step.reject(batch["quarantined"])
