"""Chromosomes and reference genomes: whether the places in a gene file can be true."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from renkei.errors import DataRefusedError

# Lengths of chromosomes 1 and 2, which no two assemblies share.
REFERENCES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "GRCh37": (249250621, 243199373),
        "GRCh38": (248956422, 242193529),
        "T2T-CHM13": (248387328, 242696752),
    }
)
# How headers and MAF call the assemblies.
NAMED: Mapping[str, str] = MappingProxyType(
    {
        "hg19": "GRCh37",
        "b37": "GRCh37",
        "hs37d5": "GRCh37",
        "grch37": "GRCh37",
        "hg38": "GRCh38",
        "grch38": "GRCh38",
        "chm13": "T2T-CHM13",
        "hs1": "T2T-CHM13",
    }
)
_CONTIG = re.compile(r"##contig=<(?:.*,)?ID=([^,>]+)(?:.*?,length=(\d+))?")
_NAME = re.compile(r"##reference=(?:.*/)?([^/]+)$|##contig=<(?:.*,)?assembly=([^,>]+)")
_HUMAN = re.compile(r"(chr)?(?:[1-9]|1\d|2[0-2]|X|Y|M|MT)$")


class ContigMismatchError(DataRefusedError):
    """A place of the file lies outside the genome that it says it is of."""


def contigs_of(header: Iterable[str]) -> dict[str, int | None]:
    """Return the contigs that a VCF declares, with their lengths."""
    found = (_CONTIG.match(line) for line in header)
    return {m[1]: int(m[2]) if m[2] else None for m in found if m}


def names_of(header: Iterable[str]) -> list[str]:
    """Return what a VCF's header calls its reference."""
    found = (_NAME.match(line) for line in header)
    return [m[1] or m[2] for m in found if m]


def reference_of(contigs: Mapping[str, int | None], said: Iterable[str]) -> str | None:
    """Return the reference genome by its lengths, else by its name; None where nothing tells.

    Raises:
        ContigMismatchError: Name and lengths are of different genomes.
    """
    first = contigs.get("chr1") or contigs.get("1")
    second = contigs.get("chr2") or contigs.get("2")
    by_length = {n for n, (a, b) in REFERENCES.items() if first == a or second == b}
    words = {word for text in said for word in re.split(r"[^a-z0-9]+", text.lower())}
    by_name = {NAMED[word] for word in words if word in NAMED}
    if len(by_length) > 1 or len(by_name) > 1 or (by_length and by_name and by_length != by_name):
        raise ContigMismatchError("The file names one reference genome and holds another.")
    return next(iter(by_length or by_name), None)


def check_places(places: Iterable[Sequence[str]], contigs: Mapping[str, int | None]) -> None:
    """Refuse rows (chromosome, position) off the declared contigs, or under two ways of naming.

    Raises:
        ContigMismatchError: A row names another contig, or a place behind its end.
    """
    prefixes = set()
    for chromosome, position in places:
        if contigs and chromosome not in contigs:
            raise ContigMismatchError("A row names a chromosome that the header does not declare.")
        length = contigs.get(chromosome)
        # VCF 4.2, 1.6.1: telomeres stand at 0 and at the length plus one.
        if length is not None and int(position) > length + 1:
            raise ContigMismatchError("A row lies behind the end of its chromosome.")
        if human := _HUMAN.match(chromosome):
            prefixes.add(human[1])
    if len(prefixes) > 1:
        raise ContigMismatchError("Chromosomes are named with and without “chr”; name them alike.")
