"""Variant files: check the header of a VCF, and part a MAF by tumour sample."""

import re

from renkei.collect.clinical import decode
from renkei.collect.genome import is_code_maf, is_code_vcf
from renkei.collect.kinds import (
    MalformedError,
    SeveralSubjectsError,
    TruncatedError,
    UnknownSubjectError,
)
from renkei.collect.part import Part, Sent, inflate, refuse_archive

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
        MalformedError: Its header is not that of a VCF.
        TruncatedError: A line has too few columns.
        SeveralSubjectsError: It holds samples of several subjects.
        UnknownSubjectError: A sample is not in the manifest.
    """
    refuse_archive(sent.data)
    lines = _text(sent.data).splitlines()
    if not lines or not lines[0].startswith("##fileformat=VCFv4"):
        raise MalformedError("The file does not begin as a VCF 4 does.")
    start = next((i for i, line in enumerate(lines) if line.startswith("#CHROM")), None)
    if start is None or lines[start].split("\t")[:8] != VCF_COLUMNS:
        raise MalformedError("The VCF lacks its line of column names.")
    header = lines[start].split("\t")
    body = [line for line in lines[start + 1 :] if line]
    if any(line.count("\t") != len(header) - 1 for line in body):
        raise TruncatedError("A line of the VCF has too few or too many columns.")
    if not all(line.split("\t", 2)[1].isdecimal() for line in body):
        raise MalformedError("A position of the VCF is not a number.")
    owner = _owner(header[9:], sent)
    summary = {"variants": len(body), "samples": len(header[9:])}
    code = is_code_vcf(line.split("\t") for line in body)
    return [Part(owner, sent.data, "vcf", summary, gene_code=code)]


def part_maf(sent: Sent) -> list[Part]:
    """Part a MAF by Tumor_Sample_Barcode; comment lines go to each part.

    Raises:
        MalformedError: A column that GDC's MAF needs is missing.
        TruncatedError: A line has too few columns.
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
    summary = {"variants": len(rows)}
    return Part(owner, text.encode(), "maf", summary, gene_code=is_code_maf(header, rows))


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
