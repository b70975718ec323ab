"""Variant files: check header and rows of a VCF, and part a MAF by tumour sample."""

import re
from collections.abc import Sequence

from renkei.collect.clinical import decode
from renkei.collect.contigs import check_places, contigs_of, names_of, reference_of
from renkei.collect.genome import count_maf, count_vcf
from renkei.collect.kinds import (
    MalformedError,
    SeveralSubjectsError,
    TruncatedError,
    UnknownSubjectError,
)
from renkei.collect.part import GZIP, Part, Sent, inflate, refuse_archive

# SAM/BAM specification 4.1.2: the empty block that ends a BGZF file.
BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_REF = re.compile(r"[ACGTN]+", re.IGNORECASE)
_SUFFIX = re.compile(r"[._-][A-Za-z0-9]{1,16}$")
VCF_COLUMNS = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
MAF_COLUMNS = frozenset(
    {"Hugo_Symbol", "Chromosome", "Start_Position", "Reference_Allele", "Tumor_Sample_Barcode"}
)


def part_vcf(sent: Sent) -> list[Part]:
    """Take a VCF 4.x of one subject; the sample columns must be named by its pseudonym.

    A name such as P1.normal or P1_2 counts as P1. The bytes stay as they came, compressed
    or not.

    Raises:
        MalformedError: Its header is not that of a VCF, or a row holds no variant.
        TruncatedError: A line has too few columns, or BGZF's last block is missing.
        ContigMismatchError: Rows lie off the contigs, or off the reference that is named.
        SeveralSubjectsError: It holds samples of several subjects.
        UnknownSubjectError: A sample is not in the manifest.
    """
    refuse_archive(sent.data)
    blocked = sent.data.startswith(GZIP) and sent.data[12:14] == b"BC"
    if blocked and not sent.data.endswith(BGZF_END):
        raise TruncatedError("The BGZF file ends early; compress it again.")
    lines = _text(sent.data).splitlines()
    if not lines or not lines[0].startswith("##fileformat=VCFv4"):
        raise MalformedError("The file does not begin as a VCF 4 does.")
    start = next((i for i, line in enumerate(lines) if line.startswith("#CHROM")), None)
    if start is None or lines[start].split("\t")[:8] != VCF_COLUMNS:
        raise MalformedError("The VCF lacks its line of column names.")
    header = lines[start].split("\t")
    rows = [line.split("\t") for line in lines[start + 1 :] if line]
    _check_rows(header, rows)
    contigs = contigs_of(lines[:start])
    check_places((row[:2] for row in rows), contigs)
    owner = _owner(header[9:], sent)
    told = count_vcf(rows)
    summary = {
        "variants": len(rows),
        "samples": len(header[9:]),
        # Both together are what an index by position (tabix) needs.
        "bgzf": blocked,
        "sorted": _is_sorted(rows),
        "reference": reference_of(contigs, names_of(lines[:start])),
        "sites": told.sites,
        "repeats": told.repeats,
    }
    return [Part(owner, sent.data, "vcf", summary, genes=told)]


def _is_sorted(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether each chromosome stands in one piece with its positions rising."""
    seen: set[str] = set()
    before = ("", 0)
    for row in rows:
        here = (row[0], int(row[1]))
        if here[0] != before[0]:
            if here[0] in seen:
                return False
            seen.add(here[0])
        elif here[1] < before[1]:
            return False
        before = here
    return True


def _check_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if len(set(header)) != len(header):
        raise MalformedError("Two samples of the VCF have the same name.")
    for row in rows:
        if len(row) != len(header):
            raise TruncatedError("A line of the VCF has too few or too many columns.")
        if not row[1].isdecimal() or not _REF.fullmatch(row[3]) or not row[4]:
            raise MalformedError("A row of the VCF has no position, reference or variant.")


def part_maf(sent: Sent) -> list[Part]:
    """Part a MAF by Tumor_Sample_Barcode; comment lines go to each part.

    Raises:
        MalformedError: A column that GDC's MAF needs is missing.
        TruncatedError: A line has too few columns.
        ContigMismatchError: Rows are of two references, or chromosomes are named in two ways.
        UnknownSubjectError: A sample is not in the manifest.
    """
    refuse_archive(sent.data)
    lines = _text(sent.data).splitlines()
    comments = [line for line in lines if line.startswith("#")]
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    if not rows or not set(rows[0]) >= MAF_COLUMNS:
        raise MalformedError("The MAF lacks a column that it needs.")
    header = rows[0]
    if any(len(row) != len(header) for row in rows[1:]):
        raise TruncatedError("A line of the MAF has too few or too many columns.")
    column = header.index("Tumor_Sample_Barcode")
    groups: dict[str, list[list[str]]] = {}
    for row in rows[1:]:
        owner = _owner([row[column]], sent)
        groups.setdefault(owner, []).append(row)
    if not groups:
        raise MalformedError("The MAF has no variants.")
    return [_maf(name, comments, header, groups[name]) for name in sorted(groups)]


def _maf(owner: str, comments: list[str], header: list[str], rows: list[list[str]]) -> Part:
    lines = [*comments, *("\t".join(row) for row in [header, *rows])]
    text = "".join(f"{line}\n" for line in lines)
    at = {name: n for n, name in enumerate(header)}
    places = [(row[at["Chromosome"]], row[at["Start_Position"]]) for row in rows]
    if not all(position.isdecimal() for _, position in places):
        raise MalformedError("A position of the MAF is not a number.")
    check_places(places, {})
    builds = {row[at["NCBI_Build"]].strip() for row in rows} if "NCBI_Build" in at else set()
    told = count_maf(header, rows)
    summary = {
        "variants": len(rows),
        "reference": reference_of({}, [f"GRCh{b}" if b.isdecimal() else b for b in builds]),
        "sites": told.sites,
        "repeats": told.repeats,
    }
    return Part(owner, text.encode(), "maf", summary, genes=told)


def _text(data: bytes) -> str:
    return decode(inflate(data))


def _owner(samples: list[str], sent: Sent) -> str:
    names = {name if name in sent.known else _SUFFIX.sub("", name) for name in samples}
    if not names <= sent.known:
        raise UnknownSubjectError("A sample of the file is not in the manifest.")
    owners = names or ({sent.subject} if sent.subject else set())
    if len(owners) > 1:
        raise SeveralSubjectsError("Send the samples of each subject as a file of its own.")
    if not owners or sent.subject not in {None, *owners}:
        raise UnknownSubjectError("The file belongs to another subject than it was sent for.")
    return owners.pop()
