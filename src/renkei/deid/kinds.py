"""Tell what a file is by its bytes; a name says nothing that can be relied on."""

import csv
import io
import json
from pathlib import Path

from renkei.deid.genes import expand
from renkei.deid.result import Kind

HEAD = 1 << 16
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
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
    if head.startswith(b"##fileformat=VCF"):
        return Kind.VCF
    return _text_kind(path, head)


def _bare(head: bytes) -> bool:
    """Tell whether a data set begins at once, without preamble: (0002,xxxx) or (0008,xxxx)."""
    return head[:2] in {b"\x02\0", b"\x08\0"} and head[3:4] == b"\0"


def _text_kind(path: Path, head: bytes) -> Kind | None:
    if b"\0" in head:
        return None
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}:
        try:
            root = json.loads(path.read_text("utf-8-sig"))
        except (ValueError, RecursionError):
            return None
        if isinstance(root, list) or root.get("type") == "FeatureCollection":
            return Kind.LABEL
        return Kind.FHIR if "resourceType" in root else None
    lines = [line for line in head.splitlines() if not line.startswith(b"#")]
    if lines and b"Tumor_Sample_Barcode" in lines[0] and b"\t" in lines[0]:
        return Kind.MAF
    return Kind.TABLE if lines and _is_csv(head) else None


def _is_csv(head: bytes) -> bool:
    for codec in ("utf-8-sig", "cp932"):
        try:
            text = head.decode(codec, "strict" if len(head) < HEAD else "ignore")
            return len(next(csv.reader(io.StringIO(text)), [])) > 1
        except (UnicodeDecodeError, csv.Error):
            continue
    return False
