"""The volume desk in headless Chromium beside NiiVue: first slice, a move of the brush, saving.

A real CT, stretched to 512 × 512 × 300, is served to both by one small server. NiiVue is fetched
from npm into a temporary folder and is no part of the product; without network it is left out.
"""

import base64
import gzip
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import tarfile
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from bench.measure import Row
from bench.slide_polygons import ID, ROOT, Handler, _wheel, answers
from renkei.annotate.strokes import Run, pack_runs, stroke_hash
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import nifti_bytes
from renkei.imaging.volume import Volume, read_series

SLICES, SLAB = 300, 16
SCRIPT = Path(__file__).with_suffix(".mjs")
NIIVUE = "@niivue/niivue@0.69.0"
SHA512 = "YMjQvJgD1W2b7DuoxkwlC4VxbrgIePRJ5qyQzXKxi2v2MBVg285P/CIQyg46oDDGDIcaNlbd+MhtO/edMbXJkA=="
PAGE = """<!doctype html><canvas id=c style="width:1100px;height:800px"></canvas>
<script src="/niivue.umd.js"></script><script>
const nv = new niivue.Niivue({ show3Dcrosshair: false, dragAndDropEnabled: false });
(async () => {
  await nv.attachTo("c");
  nv.setSliceType(0);
  await nv.loadVolumes([{ url: "/ct.nii" }]);
  nv.createEmptyDrawing();
  nv.setDrawingEnabled(true);
  nv.setPenValue(1, false);
  requestAnimationFrame(() => requestAnimationFrame(() => (window.ready_ = performance.now())));
})();
</script>"""


def volume():
    """Return the sample CT with 300 slices, each a mean of its neighbours."""
    found = read_series(sorted((ROOT / "samples" / "ct_dicom").glob("*.dcm")))
    at = np.linspace(0, len(found.voxels) - 1, SLICES)
    low = np.floor(at).astype(int)
    share = (at - low)[:, None, None]
    high = found.voxels[np.minimum(low + 1, len(found.voxels) - 1)]
    voxels = (1 - share) * found.voxels[low] + share * high
    grid = Geometry(voxels.shape, (1.0, *found.geometry.spacing[1:]), (0.0, 0.0, 0.0))
    return Volume(voxels.astype(np.int16), grid, "CT")


class DeskHandler(Handler):
    """Answer also slabs, masks and strokes; a stroke is checked and hashed as on the server."""

    def do_GET(self):  # noqa: N802  as the library calls it
        path = urlsplit(self.path).path
        if path == "/niivue.html":
            return self._send(PAGE.encode(), "text/html")
        if path in self.server.files:
            return self._send(self.server.files[path], "application/octet-stream")
        if "/slabs/" in path:
            return self._zipped(self.server.slabs[int(path.rsplit("/", 1)[1])])
        if path.endswith("/mask"):
            return self._zipped(self.server.blank)
        return super().do_GET()

    def do_POST(self):  # noqa: N802  as the library calls it
        if not self.path.endswith("/strokes"):
            return super().do_POST()
        sent = json.loads(self._body())
        started = time.perf_counter()
        runs = (Run(**run) for run in sent["runs"])
        packed = pack_runs(runs, self.server.words, SLICES * 512 * 512)
        found = stroke_hash(ID, sent["seq"], sent["previous"], packed)
        self.server.saves.append(time.perf_counter() - started)
        return self._answer({"seq": sent["seq"], "hash": found})

    def _zipped(self, data):
        self.send_response(200)
        for name, value in (("type", "application/octet-stream"), ("encoding", "gzip")):
            self.send_header(f"content-{name}", value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def desk(held):
    """Return what the desk asks for, by path below the API."""
    words = asdict(load_vocabulary("abdomen-ct"))
    words |= {"reference": "abdomen-ct@1", "groups": list(load_vocabulary("abdomen-ct").groups)}
    found = answers([])
    task = found[f"annotate/tasks/{ID}"]
    task |= {"series_id": ID, "slide_id": None, "modality": "CT", "vocabulary": "abdomen-ct@1"}
    grid = held.geometry
    header = {"shape": grid.shape, "spacing": grid.spacing, "origin": grid.origin}
    header |= {"direction": grid.direction, "modality": "CT", "window": [40, 400], "slab": SLAB}
    task["image"] = header | {"slope": 1, "intercept": 0, "unit": "HU", "sop_uids": []}
    own = f"annotate/attempts/{ID}"
    return found | {
        "annotate/vocabularies/abdomen-ct@1": words,
        f"{own}/strokes": [],
        f"{own}/marks": [],
        f"{own}/progress": {"visited": [], "active_s": 0},
        f"annotate/tasks/{ID}/context": [],
    }


@contextmanager
def serving(files):
    """Serve the desk and NiiVue's page; gives the address and the seconds of each save."""
    held = volume()
    server = ThreadingHTTPServer(("127.0.0.1", 0), DeskHandler)
    server.answers, server.puts, server.saves = desk(held), [], []
    server.words = load_vocabulary("abdomen-ct")
    slabs = (held.voxels[z : z + SLAB].tobytes() for z in range(0, SLICES, SLAB))
    server.slabs = [gzip.compress(slab, 1) for slab in slabs]
    server.blank = gzip.compress(bytes(held.voxels.size), 1)
    server.files = files | {"/ct.nii": gzip.decompress(nifti_bytes(held))} if files else {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.saves
    finally:
        server.shutdown()
        server.server_close()


def niivue():
    """Return NiiVue's script by the path it is asked for; nothing when it cannot be fetched."""
    npm = _wheel().parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    with tempfile.TemporaryDirectory() as folder, suppress(OSError, subprocess.SubprocessError):
        command = (_node(), npm, "pack", "--silent", NIIVUE)
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
        (packed,) = Path(folder).glob("*.tgz")
        digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        if digest != SHA512:
            return {}
        with tarfile.open(packed) as files:
            return {"/niivue.umd.js": files.extractfile("package/dist/niivue.umd.js").read()}
    return {}


def _node():
    return shutil.which("node", path=f"{_wheel()}{os.pathsep}{os.environ['PATH']}")


def measured(kind, url):
    done = subprocess.run(
        (_node(), SCRIPT, kind, url),
        capture_output=True,
        text=True,
        cwd=ROOT / "web",
        timeout=150,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-500:])
    return json.loads(done.stdout)


def run():
    files = niivue()
    with serving(files) as (url, saves):
        ours = measured("desk", f"{url}/annotate/attempts/{ID}")
        peer = {}
        # On a machine without a graphics card it may not be ready in time: then it stands alone.
        with suppress(RuntimeError, subprocess.TimeoutExpired):
            peer = measured("niivue", f"{url}/niivue.html") if files else {}
        saved = statistics.median(saves) * 1e3
    case = "512 × 512 × 300"
    for key, about, unit, goal in (
        ("first_s", f"first slice, {case}", "s", 1),
        ("move_ms", f"a move of the brush, in its handlers, {case}", "ms", 1),
        ("stroke_s", f"a stroke of 30 moves, wall, {case}", "s", None),
    ):
        yield Row("annotate", about, ours[key], "", None, unit, goal=goal)
        if peer:
            yield Row("annotate", f"{about}, beside", ours[key], "NiiVue", peer[key], unit)
    yield Row("annotate", "save: check, pack and hash a stroke", saved, "", None, "ms", goal=50)
