"""Send 200,000 small CT in one batch: flat memory of both sides, and rows = files at the end.

RENKEI_BENCH_INSTANCES says another number of them.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
from blake3 import blake3
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from tests.hospital.site_made import read_through

from bench.measure import Row
from bench.sending import HOSPITAL, receiving
from renkei.hospital.vault import NewItem, opened
from renkei.server.opening import locate
from renkei.settings import Settings

INSTANCES = int(os.environ.get("RENKEI_BENCH_INSTANCES", "200000"))
IN_SERIES, SERIES_OF_SUBJECT, SIDE = 50, 2, 64
SHARES, EVERY_SECONDS = (0.1, 0.5, 1.0), 0.5
# Resident memory when all has come, beside that when a tenth had.
GOAL = 1.2
TABLES = ("instance", "rendition", "stored_object")
CONSENT = {"basis": "opt_in", "version": "1.0", "commercial": True, "data_types": ["image"]}
# Replaced in the bytes, so each is as long as what comes in its place.
SUBJECT, STUDY, SERIES, SOP = "P" * 16, "2.25.1000000001", "2.25.2000000002", "2.25.3000000003"


def _template():
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, CTImageStorage
    meta.MediaStorageSOPInstanceUID = SOP
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    told = {
        "SOPClassUID": CTImageStorage, "SOPInstanceUID": SOP, "StudyInstanceUID": STUDY,
        "SeriesInstanceUID": SERIES, "PatientID": SUBJECT, "Modality": "CT",
        "BodyPartExamined": "ABDOMEN", "StudyDate": "20240219", "InstanceNumber": "00",
        "SliceThickness": "3", "Rows": SIDE, "Columns": SIDE, "BitsAllocated": 16,
        "BitsStored": 16, "HighBit": 15, "PixelRepresentation": 0, "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
    }  # fmt: skip
    for name, value in told.items():
        setattr(dataset, name, value)
    dataset.PixelData = bytes(2 * SIDE * SIDE)
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()[: -2 * SIDE * SIDE]


def _slice(head, n, subject):
    """Return the file number `n`; its pixels are noise, so that no two are equal."""
    series = n // IN_SERIES
    for before, now in (
        (SUBJECT, subject),
        (STUDY, f"2.25.1{series // SERIES_OF_SUBJECT:09d}"),
        (SERIES, f"2.25.2{series:09d}"),
        (SOP, f"2.25.3{n:09d}"),
    ):
        head = head.replace(before.encode(), now.encode())
    return head + os.urandom(2 * SIDE * SIDE), f"2.25.3{n:09d}"


def _fill(site):
    """Put the files into the outbox, as the tool's own de-identification leaves them there."""
    head, key, facts = _template(), site.key(), {"sex": "F", "age": 61, "year": 2024, "adult": True}
    with opened(site.folder) as vault:
        for n in range(INSTANCES):
            if n % (IN_SERIES * SERIES_OF_SUBJECT) == 0:
                patient = f"{n:010d}"
                subject, _ = vault.assign(key, patient)
                vault.note_facts(patient, facts, json.dumps(CONSENT))
            data, sop = _slice(head, n, subject)
            (site.outbox / f"{sop}.dcm").write_bytes(data)
            mark = blake3(data).hexdigest()
            item = NewItem(
                name=f"{sop}.dcm", kind="dicom", blake3=mark, sha256=mark, bytes=len(data),
                subject=subject, subjects=(subject,), sop_uid=sop, refers=None, counts={},
                reasons=(),
            )  # fmt: skip
            vault.keep(mark, item)
    read_through(site)


def _sent(here, url):
    """Send by the tool's own command; return seconds, its counts, and memory by what had come."""
    command = [sys.executable, "-m", "renkei", "hospital", "send", "--json"]
    server, held = psutil.Process(here.running.process.pid), []
    began = time.perf_counter()
    with subprocess.Popen(
        [*command, "--site", str(here.site.folder)],
        env={**os.environ, **here.cast.environment(HOSPITAL)}, stdout=subprocess.PIPE, text=True,
    ) as sender, psycopg.connect(url, autocommit=True) as database:  # fmt: skip
        tool = psutil.Process(sender.pid)
        while sender.poll() is None:
            (came,) = database.execute("SELECT count(*) FROM rendition").fetchone()
            sizes = [process.memory_info().rss / 2**20 for process in (tool, server)]
            held.append((came / INSTANCES, *sizes))
            time.sleep(EVERY_SECONDS)
        counts = json.loads(sender.stdout.read())
        seconds = time.perf_counter() - began
        rows = {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in TABLES
        }
    # A process that has ended holds nothing.
    return seconds, counts, [one for one in held if one[1]], rows


def _at(held, share):
    """Return the memory of sender and server when this share had come, or last before it."""
    return next((one for one in held if one[0] >= share), held[-1])[1:]


def run():
    with (
        tempfile.TemporaryDirectory(prefix="rk", ignore_cleanup_errors=True) as name,
        receiving(Path(name)) as here,
    ):
        _fill(here.site)
        url = locate(Settings(data=here.data)).url
        seconds, counts, held, rows = _sent(here, url)
    told = counts["sent"], counts["stored"], counts["quarantined"]
    assert told == (INSTANCES, INSTANCES, {}), told
    wrong = sum(abs(count - INSTANCES) for count in rows.values())
    case = f"{INSTANCES:,} CT of {SIDE}²"
    yield Row("load", f"{case}, one batch", INSTANCES / seconds, None, None, "files/s")
    yield Row("load", f"{case}, rows that are no file", wrong, None, None, "rows", 0)
    for side, who in enumerate(("sender", "server")):
        first, half, last = (_at(held, share)[side] for share in SHARES)
        yield Row("load", f"{who}'s memory, 50 % come", half, "10 % come", first, "MB", GOAL)
        yield Row("load", f"{who}'s memory, 100 % come", last, "10 % come", first, "MB", GOAL)
