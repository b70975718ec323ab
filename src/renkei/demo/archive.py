"""The second hospital's PACS, where Orthanc is installed: a rule finds and fetches from it."""

import io
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pydicom

from renkei.demo.inputs import ARCHIVED, PERIOD
from renkei.demo.persons import SECOND, person
from renkei.demo.processes import DidNotStartError, free_port, run_tool
from renkei.demo.tell import Step

TITLE = "ORTHANC"
READY_SECONDS = 30.0
# A second reconstruction of the first study, too thick for the rule.
THICK_MM, THICK_SERIES = 12.0, 9
RULE = f"""\
name = "腹部CT、造影を問わず、6 mm 以下"
modality = ["CT"]
study_from = {PERIOD[0]}
study_to = {PERIOD[1]}
body_part = ["ABDOMEN"]
slice_mm_max = 6.0
adult = true
"""


@dataclass(frozen=True, slots=True)
class Archive:
    """A running archive: its ports of DICOM and of the web."""

    port: int
    web_port: int

    @property
    def peer(self) -> str:
        """Return the archive as the hospital's tool names it."""
        return f"{TITLE}@127.0.0.1:{self.port}"

    def keep(self, files: Iterable[bytes]) -> None:
        """Store files; the same file again changes nothing."""
        address = f"http://127.0.0.1:{self.web_port}/instances"
        with httpx2.Client(timeout=60) as web:
            for data in files:
                web.post(address, content=data).raise_for_status()


def program() -> str | None:
    """Return Orthanc's program when it is installed."""
    return shutil.which("Orthanc", path=os.pathsep.join([os.environ["PATH"], "/usr/sbin"]))


@contextmanager
def running(command: str, folder: Path) -> Iterator[Archive]:
    """Start Orthanc on loopback in a folder, wait until it answers, end it by its own id.

    Raises:
        DidNotStartError: It ended, or took too long; its log lies in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = Archive(free_port(), free_port())
    settings = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "DicomAet": TITLE,
        "DicomPort": found.port,
        "HttpPort": found.web_port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomModalities": {"tool": {"AET": "RENKEI", "Host": "127.0.0.1", "Port": 11112}},
        "DicomCheckModalityHost": False,
    }
    (folder / "orthanc.json").write_text(json.dumps(settings), "utf-8")
    with (folder / "orthanc.log").open("ab") as log:
        process = subprocess.Popen(
            [command, str(folder / "orthanc.json")],
            stdout=log,
            stderr=log,
            env={**os.environ, "TCP_NODELAY": "1"},
        )
    try:
        _wait(process, found)
        yield found
    finally:
        process.terminate()
        process.wait(READY_SECONDS)


def _wait(process: "subprocess.Popen[bytes]", archive: Archive) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx2.get(f"http://127.0.0.1:{archive.web_port}/system", timeout=2).raise_for_status()
        except httpx2.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise DidNotStartError("The hospital's archive did not start; see orthanc.log in its folder.")


def extract(command: str, here: Path, scanner: Path, step: Step) -> None:
    """Fill the archive with what the scanner sent, then let the tool find and fetch by a rule."""
    rule = here / "rule.toml"
    rule.write_text(RULE, "utf-8")
    with running(command, here / "archive") as archive:
        archive.keep(path.read_bytes() for path in sorted(scanner.rglob("*.dcm")))
        archive.keep(_thick(scanner))
        find = ("hospital", "find", rule, "--site", here / "site", "--peer", archive.peer)
        (counts,) = run_tool(*find, "--json")
    step.came, step.out = counts["found"], counts["fetched"]
    step.reject(counts["reasons"])
    step.more["images"] = counts["images_fetched"]


def _thick(scanner: Path) -> Iterator[bytes]:
    """Yield the first archived study once more, as a reconstruction in thick slices."""
    whose = person(SECOND, min(ARCHIVED))
    folder = scanner / "pacs" / f"{whose.number:03d}"
    for number, path in enumerate(sorted(folder.glob("*.dcm"))[::2], 1):
        dataset = pydicom.dcmread(path)
        dataset.SeriesInstanceUID = whose.uid(1, THICK_SERIES)
        dataset.SOPInstanceUID = whose.uid(1, THICK_SERIES, number)
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.SliceThickness = THICK_MM
        out = io.BytesIO()
        dataset.save_as(out, enforce_file_format=True)
        yield out.getvalue()
