"""What the two hospitals do: take in, hold back, send; and what the platform made of it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

from renkei.demo.archive import extract as extract_from
from renkei.demo.archive import program
from renkei.demo.inputs import write_hospital
from renkei.demo.organise import APPROVAL, EXPIRED_APPROVAL, Approval, Cast, make_hospital
from renkei.demo.persons import FIRST, SECOND, TOO_EARLY
from renkei.demo.processes import run_tool
from renkei.demo.tell import Teller
from renkei.hospital.review import OPEN, reviewing
from renkei.hospital.site import open_site
from renkei.hospital.vault import opened

REVIEWER = "Demo reviewer"
HOSPITALS = {"first": FIRST, "second": SECOND}
# The hospital that tries a study under an approval that has expired.
EARLIER = "first"
# The hospital whose newest studies lie in a PACS, where Orthanc is installed.
ARCHIVING = "second"


def folder_of(data: Path, part: str) -> Path:
    """Return the folder of a hospital: its originals and, beside them, its own tool's site."""
    return data / "hospitals" / part


def write_inputs(part: str, originals: Path) -> int:
    """Write a hospital's originals once; return how many files there are."""
    if not (originals / "consent.csv").exists():
        archived = part == ARCHIVING and program() is not None
        scanner = originals.with_name("scanner") if archived else originals
        write_hospital(HOSPITALS[part], originals, scanner)
    control = {"consent.csv", "links.csv", "clinical.columns.toml"}
    return sum(path.is_file() and path.name not in control for path in originals.rglob("*"))


def extract(data: Path, cast: Cast, sites: dict[str, UUID], teller: Teller) -> None:
    """Find what a rule wants in the hospital's PACS, and fetch it, where there is one."""
    here, command = folder_of(data, ARCHIVING), program()
    with ThreadPoolExecutor(len(HOSPITALS)) as pool:
        list(pool.map(lambda part: write_inputs(part, folder_of(data, part) / "originals"), sites))
    if command is None or not (here / "scanner").exists():
        return
    _prepare(cast, ARCHIVING, sites[ARCHIVING], here / "site", APPROVAL)
    with teller.step("extract", "a rule finds and fetches from a hospital's PACS") as step:
        extract_from(command, here, here / "scanner", step)


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
    _prepare(cast, part, site, here / "site", APPROVAL)
    lines = _add(here / "site", originals)
    if fetched := list((here / "site" / "spool").iterdir()):
        came += len(fetched)
        lines += _add(here / "site")
    if part == EARLIER:
        # The tool holds this study: it is older than the approval. Somebody tries it under the
        # earlier approval, and learns from the platform that this one has expired.
        old = originals / "pacs" / f"{TOO_EARLY:03d}"
        came += len(list(old.iterdir()))
        _prepare(cast, part, site, here / "site_earlier", EXPIRED_APPROVAL)
        lines += _add(here / "site_earlier", old)
    return came, lines


def _prepare(cast: Cast, part: str, site: UUID, folder: Path, approval: Approval) -> None:
    if not folder.exists():
        run_tool(*make_hospital(cast, part, site, folder, approval))


def _add(folder: Path, *originals: Path) -> list[dict[str, Any]]:
    """Take a folder of originals in, or what the tool has fetched."""
    consents = folder.parent / "originals" / "consent.csv"
    return run_tool(
        "hospital", "add", *originals, "--site", folder, "--consent", consents, "--json"
    )


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
        _read_texts(site)
        run_tool("hospital", "send", "--site", site, "--json", environment=cast.environment(part))


def _read_texts(folder: Path) -> None:
    """Approve every text that would leave, as somebody of the hospital does on the local pages."""
    site = open_site(folder)
    with opened(folder) as vault, reviewing(site, vault) as review:
        texts = [text.n for text in review.texts() if text.state == OPEN]
        review.decide(approved=texts, refused=[], reviewer=REVIEWER)
