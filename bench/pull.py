"""Fetch a series of 150 CT from Orthanc: C-GET, C-MOVE and WADO-RS of this tool, getscu beside."""

import subprocess
import tempfile
import time
from pathlib import Path

from tests.hospital.pacs import MISSING, TOOL, ct, dcmtk, orthanc
from tests.hospital.site_made import make_site

from bench.measure import Row
from renkei.hospital.find import open_archive

FILES = 150
STUDY, SERIES = "1.2.9", "1.2.9.1"


def _ours(site, peer, folder, *, move=False):
    folder.mkdir()
    with open_archive(site, peer, move=move) as archive:
        began = time.perf_counter()
        archive.fetch(STUDY, SERIES, folder)
        taken = time.perf_counter() - began
    assert len(list(folder.iterdir())) == FILES
    return taken


def _getscu(pacs, folder):
    folder.mkdir()
    command = [
        dcmtk("getscu"), "-aet", TOOL, "-aec", "ORTHANC", "-S", "-od", str(folder),
        "-k", "QueryRetrieveLevel=SERIES", "-k", f"StudyInstanceUID={STUDY}",
        "-k", f"SeriesInstanceUID={SERIES}", "127.0.0.1", str(pacs.port),
    ]  # fmt: skip
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    assert len(list(folder.iterdir())) == FILES
    return time.perf_counter() - began


def run():
    if MISSING or dcmtk("getscu") is None:
        print("pull: apt-get install orthanc orthanc-dicomweb dcmtk")
        return
    with tempfile.TemporaryDirectory() as name, orthanc(Path(name, "pacs")) as pacs:
        root = Path(name)
        slices = [ct(n, study=STUDY, series=SERIES) for n in range(FILES)]
        for data in slices:
            pacs.keep(data)
        megabytes = sum(map(len, slices)) / 1e6
        site = make_site(root / "site", port=pacs.move_port)
        peer = megabytes / _getscu(pacs, root / "getscu")
        ways = {
            "C-GET": _ours(site, pacs.dimse, root / "get"),
            "C-MOVE": _ours(site, pacs.dimse, root / "move", move=True),
            "WADO-RS": _ours(site, pacs.web, root / "web"),
        }
    for way, seconds in ways.items():
        case = f"{way} of {FILES} CT, {megabytes:.0f} MB"
        yield Row("pull", case, megabytes / seconds, "dcmtk getscu", peer, "MB/s", higher=True)
