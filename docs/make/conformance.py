"""The DICOM conformance statement of the platform's services, from the code."""  # noqa: INP001

from pydicom.datadict import keyword_for_tag
from pydicom.uid import UID

from renkei.collect.kinds import LIMIT, MB
from renkei.dicomweb.frames import MEDIA_TYPES
from renkei.dicomweb.server import stow
from renkei.dicomweb.server.capabilities import RESOURCES, extra_keys, search_keys
from renkei.dicomweb.server.match import Level
from renkei.dicomweb.server.search import MOST
from renkei.imaging.pixels import NATIVE

# Newer than the dictionary of pydicom.
JPEG_XL = {
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
}
MATCHING = """\
| match | how |
|---|---|
| single value | as it is; names and text without regard to case |
| list of UIDs | with commas or backslashes |
| wildcard | `*` any text, `?` any character, in text, PatientID and PatientName |
| range | of StudyDate: `20240101-20241231`, open at either end |
| universal | an empty value or `*` |
| sequence | walked with dots; no sequence is kept for searching, so it is named in `Warning` |
| fuzzy | of PatientName: each word begins a word of the name |
"""


def conformance(note: str) -> str:
    """Return the page."""
    lines = [
        note,
        "# DICOM conformance statement: web services",
        "",
        "Origin server of PS3.18. Every address lies below a root, `/dicom-web/{root}`, that shows",
        "some images to one user until it ends. Patient name and ID are pseudonyms, or aliases of",
        "the root where it hides whose images they are.",
        "",
        "## Resources",
        "",
        "| method | below the root | answers with |",
        "|---|---|---|",
    ]
    for verb, path, kinds in RESOURCES:
        lines.append(f"| {verb} | `{path}` | {', '.join(kinds)} |")
    lines += ["| OPTIONS | | application/vnd.sun.wadl+xml: this list |", "", "## Search", ""]
    lines += ["| level | matching keys |", "|---|---|"]
    for level in Level:
        lines.append(f"| {level} | {', '.join(search_keys(level))} |")
    lines += [
        "",
        MATCHING,
        f"At most {MOST:,} answers a page, by `limit` and `offset`; `Warning: 299` says that more",
        "follow or that a key was not matched. 200 with answers, 204 without, 400 for a search",
        f"that cannot be read. `includefield` adds {', '.join(extra_keys())}, or all.",
        "",
        "## Transfer syntaxes",
        "",
        "Taken, and given back as they came. Frames come as stored, or decoded when Explicit VR",
        "Little Endian is asked for.",
        "",
        "| UID | name | frames as stored |",
        "|---|---|---|",
    ]
    for uid in sorted({*NATIVE, *MEDIA_TYPES}):
        kind = MEDIA_TYPES.get(uid, "application/octet-stream, decoded")
        lines.append(f"| {uid} | {JPEG_XL.get(uid, UID(uid).name)} | {kind} |")
    lines += ["", *_store()]
    return "\n".join(lines) + "\n"


def _store() -> list[str]:
    sequences = ("00081199", "00081198", "0008119A")
    referenced, failed, others = (keyword_for_tag(tag) for tag in sequences)
    return [
        "## Store",
        "",
        "`POST studies` below the id of an open batch, any SOP class.",
        f"A file has at most {LIMIT['dicom'] // MB:,} MiB. 200 all stored,",
        f"202 some, 409 none: {referenced} names what is stored, {failed} what is held,",
        f"{others} what could not be read. Held files stay in quarantine until a person decides.",
        "",
        "| FailureReason | when |",
        "|---|---|",
        f"| {stow.NOT_AUTHORISED:04X} | consent, approval, agreement or manifest forbids it |",
        f"| {stow.CANNOT_UNDERSTAND:04X} | the file cannot be read |",
        f"| {stow.FAILED:04X} | anything else, such as a conflict with a stored copy |",
    ]
