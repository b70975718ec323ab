"""What the readers do: two blinded readings of each case, disputes, signatures, a report."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
from scipy import ndimage

from renkei.annotate.reports.sections import RADIOLOGY
from renkei.client import API, Client
from renkei.demo.cases import FIRST_MADE, answer_file
from renkei.demo.credentials import give_credentials, proved
from renkei.demo.hospitals import HOSPITALS, folder_of
from renkei.demo.inputs import CT, MADE, reference_labels
from renkei.demo.organise import Cast
from renkei.demo.persons import FIRST, Person, at_followup, person
from renkei.demo.tell import Teller
from renkei.demo.wait import until_idle
from renkei.hospital.site import open_site
from renkei.hospital.vault import opened
from renkei.imaging.labels import LabelSet, Segment, pack, unpack
from renkei.imaging.volume import read_series

VOCABULARY, SLIDES = "abdomen-ct@1", "slide-tissue@1"
READERS = ("reader_1", "reader_2")
# Cases in which the second reader overlooks the lesions.
OVERLOOKED = {FIRST_MADE + 6, FIRST_MADE + 10}


def who_is_who(data: Path) -> dict[str, Person]:
    """Return the patients by pseudonym, as only the hospitals' own vaults know them."""
    found = {}
    for part, hospital in HOSPITALS.items():
        site = open_site(folder_of(data, part) / "site")
        # The second hospital's real CT comes without reference labels.
        labelled = [CT] if hospital is FIRST else []
        numbers = [*labelled, *range(FIRST_MADE, FIRST_MADE + MADE)]
        with opened(site.folder) as vault:
            for number in numbers:
                patient = person(hospital, number)
                found[vault.assign(site.key(), patient.patient_id)[0]] = patient
    return found


def reference_of(data: Path, patient: Person) -> LabelSet:
    """Return the reference labels of a patient's CT."""
    here = folder_of(data, next(part for part, h in HOSPITALS.items() if h is patient.hospital))
    if patient.number >= FIRST_MADE:
        return unpack(answer_file(here, patient).read_bytes())
    files = sorted((here / "originals" / "pacs" / "001").glob("0*.dcm"))
    return reference_labels(read_series(files))


def as_read(labels: LabelSet, reader: str, *, overlooked: bool) -> LabelSet:
    """Return what a reader draws: the reference, changed in a known way.

    The second reader draws the liver one voxel smaller on every fourth slice, and in some cases
    overlooks the lesions.
    """
    if reader == READERS[0]:
        return labels
    segments = []
    for segment in labels.segments:
        mask = segment.mask.copy()
        if segment.name == "liver":
            mask[::4] = ndimage.binary_erosion(mask[::4], np.ones((1, 3, 3)))
        if segment.name == "lesion" and overlooked:
            mask[:] = False
        segments.append(Segment(segment.number, segment.name, segment.code, mask))
    return replace(labels, segments=tuple(segments))


def read(data: Path, cast: Cast, teller: Teller) -> None:
    """Hand out the accepted abdominal CTs, read each twice, decide what is disputed, sign."""
    with (
        teller.step("annotate", "two blinded readers, an adjudicator, signatures") as step,
        cast.client("curator") as curator,
        cast.client("operator") as operator,
    ):
        patients = who_is_who(data)
        if not curator.get("/annotate/tasks", limit=1)["total"]:
            give_credentials(curator, cast)
            _hand_out(curator, cast)
            until_idle(operator)
        # Readers are not told which image is behind a task.
        owners = _owners(curator, patients)
        tasks = {t["id"]: owners.get(t["series_id"]) for t in curator.pages("/annotate/tasks")}
        with ThreadPoolExecutor(len(READERS)) as pool:
            list(pool.map(lambda reader: _draw(data, cast, reader, tasks), READERS))
        until_idle(operator)
        step.more["adjudicated"] = _adjudicate(cast, operator)
        until_idle(operator)
        states = Counter(
            "left_open" if task["state"] in {"ready", "reading"} else task["state"]
            for task in curator.pages("/annotate/tasks")
        )
        step.came, step.out = sum(states.values()), states.pop("signed", 0)
        step.reject(states)
        step.more["report"] = _report(cast)


def _hand_out(curator: Client, cast: Cast) -> None:
    """Make tasks of all accepted abdominal CTs and of the slide.

    The slide and the CT without reference labels stay open for whoever opens the web app.
    """
    team = {
        "readers": [cast.people[reader].id for reader in READERS],
        "adjudicator": cast.people["adjudicator"].id,
    }
    accepted = list(curator.pages("/select/cases", standing="accept"))
    cts = [c["id"] for c in accepted if (c["modality"], c["body_part"]) == ("CT", "ABDOMEN")]
    slides = [c["id"] for c in accepted if c["modality"] == "SM"]
    curator.post("/annotate/tasks", {"series_ids": cts, "vocabulary": VOCABULARY, **team})
    curator.post("/annotate/tasks", {"slide_ids": slides, "vocabulary": SLIDES, **team})


def _owners(curator: Client, patients: Mapping[str, Person]) -> dict[str, Person]:
    """Return the patients by series, on the day of each."""
    later = {series for _, series in followups(curator)}
    owners = {}
    for case in curator.pages("/select/cases", modality="CT"):
        if patient := patients.get(case["pseudonym"]):
            owners[case["id"]] = at_followup(patient) if case["id"] in later else patient
    return owners


def followups(curator: Client) -> list[tuple[str, str]]:
    """Return the first and the second CT series of each patient who was scanned twice."""
    dated: dict[str, list[tuple[str, str]]] = {}
    for series in curator.pages("/subjects/series", modality="CT"):
        day = series["study_date"] or ""
        dated.setdefault(series["subject_id"], []).append((day, series["id"]))
    twice = [sorted(found) for found in dated.values() if len(found) > 1]
    return [(found[0][1], found[1][1]) for found in twice]


def _draw(data: Path, cast: Cast, reader: str, tasks: Mapping[str, Person | None]) -> None:
    with cast.client(reader) as client:
        waiting = [a for a in client.pages("/annotate/attempts") if a["state"] == "assigned"]
        for attempt in waiting:
            patient = tasks[attempt["task_id"]]
            if patient is None:
                continue
            labels = reference_of(data, patient)
            missed = patient.hospital is FIRST and patient.number in OVERLOOKED
            _hand_in(client, attempt["id"], as_read(labels, reader, overlooked=missed))


def _hand_in(client: Client, attempt: str, labels: LabelSet) -> None:
    path = f"/annotate/attempts/{attempt}"
    lease = client.post(f"{path}/open", {})["lease"]
    query = urlencode({"lease": lease, "format": "packed"})
    headers = {"Content-Type": "application/octet-stream"}
    client.send("POST", f"{API}{path}/labels?{query}", content=pack(labels), headers=headers)
    said = {
        segment.name: {"said": "present" if segment.mask.any() else "absent"}
        for segment in labels.segments
    }
    client.post(f"{path}/submit", {"lease": lease, "said": said})


def _adjudicate(cast: Cast, operator: Client) -> int:
    """Decide each dispute for the reading that shows more, then sign every task."""
    decided = 0
    with cast.client("adjudicator") as client:
        mine = {a["task_id"]: a for a in client.pages("/annotate/attempts")}
        for task in list(client.pages("/annotate/tasks")):
            if task["state"] == "disputed":
                decided += 1
                _decide(client, task["id"], mine[task["id"]])
        waiting = [t for t in client.pages("/annotate/tasks") if t["state"] in {"agreed", "review"}]
        if waiting:
            with proved(client, operator, cast.people["adjudicator"].id):
                for task in waiting:
                    client.post(f"/annotate/tasks/{task['id']}/sign")
    return decided


def _decide(client: Client, task: str, attempt: dict[str, Any]) -> None:
    comparison = client.get(f"/annotate/tasks/{task}/comparison")
    for dispute in comparison["disputes"]:
        shows_more = "a" if len(dispute["lesions_a"]) >= len(dispute["lesions_b"]) else "b"
        body = {"choice": shows_more, "reason": "The lesion is there: hypodense and round."}
        client.post(f"/annotate/disputes/{dispute['id']}/decisions", body)
    opened = client.post(f"/annotate/attempts/{attempt['id']}/open", {})
    client.post(f"/annotate/attempts/{attempt['id']}/propose", {"lease": opened["lease"]})


def _report(cast: Cast) -> str:
    """Draft one report from the labels' facts, and have somebody else sign it."""
    with cast.client(READERS[0]) as writer, cast.client("adjudicator") as second:
        reports = writer.get("/annotate/reports", limit=1)["items"]
        if not reports:
            task = next(t for t in writer.pages("/annotate/tasks") if t["state"] == "signed")
            reports = [writer.post(f"/annotate/tasks/{task['id']}/reports")]
        path = f"/annotate/reports/{reports[0]['id']}"
        report = writer.get(path)
        if report["state"] == "draft":
            texts = {name: report[name] for name in ("revision", "text_ja", "text_en")}
            report = writer.put(path, {**texts, "confirmed": list(RADIOLOGY)})
            writer.post(f"{path}/sign", {"revision": report["revision"]})
            report = second.post(f"{path}/sign", {"revision": report["revision"]})
        return str(report["state"])
