"""Tell what a file is by its bytes; a name says nothing that can be relied on."""

import csv
import io
import itertools
import json
from pathlib import Path

from renkei.deid.excel import MAGIC, is_workbook
from renkei.deid.genes import expand
from renkei.deid.hl7 import is_message
from renkei.deid.result import Kind, Result, held

HEAD = 1 << 16
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_INDEX = (b"TBI\1", b"CSI\1")
_NIFTI = {344: (b"n+1\0", b"ni1\0"), 4: (b"n+2\0",)}


def kind_of(path: Path) -> Kind | None:
    """Return the kind of a file, or None when it is none that this tool takes."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head[128:132] == b"DICM" or _bare(head):
        return Kind.DICOM
    if head[:4] in _TIFF:
        return Kind.SLIDE
    if head[:2] == b"\x1f\x8b":
        head = (expand(path.read_bytes()) or b"")[:HEAD]
    if any(head[at : at + 4] in marks for at, marks in _NIFTI.items()):
        return Kind.NIFTI
    return _text_kind(path, head)


def hold_unknown(path: Path) -> Result:
    """Say why a file that is none of the kinds is held."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        return held(Kind.REPORT, "empty")
    # It tells places in the compressed VCF, which is written anew: the user makes it again.
    if head[:2] == b"\x1f\x8b" and (expand(path.read_bytes()) or b"")[:4] in _INDEX:
        return held(Kind.VCF, "index_not_taken")
    return held(Kind.REPORT, "unknown_format")


def _bare(head: bytes) -> bool:
    """Tell whether a data set begins at once, without preamble: (0002,xxxx) or (0008,xxxx)."""
    return head[:2] in {b"\x02\0", b"\x08\0"} and head[3:4] == b"\0"


def _text_kind(path: Path, head: bytes) -> Kind | None:
    if head.startswith(b"##fileformat=VCF"):
        return Kind.VCF
    if is_message(head):
        return Kind.FHIR
    if b"\0" in head:
        return Kind.TABLE if head.startswith(MAGIC) and is_workbook(path.read_bytes()) else None
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        return _json_kind(path)
    lines = [line for line in head.splitlines() if not line.startswith(b"#")]
    if lines and b"Tumor_Sample_Barcode" in lines[0] and b"\t" in lines[0]:
        return Kind.MAF
    return _plain_kind(head) if lines else None


def _json_kind(path: Path) -> Kind | None:
    try:
        root = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if isinstance(root, list) or root.get("type") == "FeatureCollection":
        return Kind.LABEL
    return Kind.FHIR if "resourceType" in root else None


def _plain_kind(head: bytes) -> Kind | None:
    """Tell a table, whose first lines have as many cells, from a report in prose."""
    if b"\x1b" in head:
        return Kind.REPORT
    for codec in ("utf-8-sig", "cp932", "euc_jp"):
        try:
            text = head.decode(codec, "strict" if len(head) < HEAD else "ignore")
        except UnicodeDecodeError:
            continue
        first = text.split("\n", 1)[0]
        rows = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in first else ",")
        try:
            cells = {len(row) for row in itertools.islice(filter(None, rows), 2)}
        except csv.Error:
            return Kind.REPORT
        return Kind.TABLE if cells and min(cells) > 1 else Kind.REPORT
    return None
