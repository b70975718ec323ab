"""Every package that is installed with Renkei has a licence that a company may use."""

import json
import re
from importlib.metadata import distributions

from tests.shape.source import ROOT

ALLOWED = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|0BSD|Zlib|CC0|HPND|"
    r"LGPL|Lesser General Public|Public Domain|BlueOak|CC-BY-[34]\.0|Zope|PostgreSQL|MIT-0|WTFPL|"
    r"Python-2|IPA|OFL|Artistic|Historical Permission",
    re.IGNORECASE,
)
REFUSED = re.compile(
    r"(?<!L)(?<!Lesser )\bA?GPL|GNU General Public|Affero|NonCommercial|-NC", re.IGNORECASE
)
# Their metadata say nothing; the licence was read in their sources.
READ = {
    "pylibjpeg-openjpeg": "MIT",
    "pyjpegls": "MIT",
    "surface-distance": "Apache-2.0",
    "mlcroissant": "Apache-2.0",
}
# combine-errors comes with tus-js-client; its readme says MIT.
READ_WEB = {"node_modules/combine-errors": "MIT"}
# Used for development alone, never distributed.
DEVELOPMENT = {"pip-licenses", "renkei", "pip", "setuptools", "uv"}


def licence(package):
    data = package.metadata
    classifiers = [c for c in data.get_all("Classifier") or [] if c.startswith("License ::")]
    words = [data.get("License-Expression"), *classifiers, (data.get("License") or "")[:200]]
    return " | ".join(w for w in words if w and w != "License :: OSI Approved")


def test_every_python_package_has_an_allowed_licence():
    wrong, seen = {}, 0
    for package in distributions():
        name = package.metadata["Name"].lower()
        if name in DEVELOPMENT:
            continue
        seen += 1
        found = READ.get(name) or licence(package)
        # "GPL or MIT" is MIT.
        if not ALLOWED.search(found) or (REFUSED.search(found) and " or " not in found.lower()):
            wrong[name] = found
    assert seen > 100
    assert wrong == {}


def test_every_web_package_has_an_allowed_licence():
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text())
    packages = {p: v for p, v in lock["packages"].items() if p}
    assert len(packages) > 100
    found = {p: READ_WEB.get(p) or str(v.get("license", "")) for p, v in packages.items()}
    assert {p: x for p, x in found.items() if not ALLOWED.search(x) or REFUSED.search(x)} == {}
