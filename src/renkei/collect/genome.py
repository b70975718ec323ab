"""The genome gate: which variant files count as an individual identification code in Japan.

個人情報の保護に関する法律施行令 第1条1号イ; 個人情報保護委員会 ガイドライン(通則編) 2-2:
sequence data by which a person is identified: whole genome, exome, genome-wide SNPs, 40 or more
independent SNPs, or 9 or more loci of four-base short tandem repeats. Whether sites are
independent is not tested: each counts, so that the gate errs on the safe side. Somatic variants
are of the tumour and do not count; what is not said to be somatic does.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAST_SITES = 40
LEAST_REPEATS = 9
_SOMATIC = re.compile(r"(?:^|;)(?:SOMATIC(?:;|=1|=true|$)|SS=2(?:;|$))", re.IGNORECASE)
# Mutect2 keeps what it takes for the person's own in the file, and says so in FILTER.
_GERMLINE = re.compile(
    r"(?:^|;)(?:germline|panel_of_normals|alt_allele_in_normal)\b", re.IGNORECASE
)
# The unit of a repeat, as HipSTR, GangSTR and ExpansionHunter write it.
_FOUR_BASES = re.compile(r"(?:^|;)(?:RU=[ACGT]{4}(?:;|$)|PERIOD=4(?:;|$))", re.IGNORECASE)
_UNIT = re.compile(r"([ACGT]{4})\1\1", re.IGNORECASE)
_END = re.compile(r"(?:^|;)END=(\d+)(?:;|$)")
_REFERENCE_BLOCK = frozenset({".", "<NON_REF>", "<*>"})
_MISSING = frozenset({"", ".", "none", "na", "unknown"})


@dataclass(frozen=True, slots=True)
class Sites:
    """How much of a person a file tells: germline or unknown sites, and four-base repeats."""

    sites: int = 0
    repeats: int = 0

    def __add__(self, other: "Sites") -> "Sites":
        """Return what two files tell together; a site in both counts twice, on the safe side."""
        return Sites(self.sites + other.sites, self.repeats + other.repeats)

    @property
    def is_code(self) -> bool:
        """Tell whether that counts as an individual identification code."""
        return self.sites >= LEAST_SITES or self.repeats >= LEAST_REPEATS


NOTHING_TOLD = Sites()


def count_vcf(rows: Iterable[Sequence[str]]) -> Sites:
    """Count the rows of a VCF; a block of reference calls (gVCF) counts each site that it covers.

    A repeat counts although it is said to be somatic: its length in the tumour is near its length
    in the person.
    """
    sites: set[tuple[str, str]] = set()
    repeats: set[tuple[str, str]] = set()
    covered = 0
    for row in rows:
        if not _carried(row):
            continue
        if _FOUR_BASES.search(row[7]) or _repeats(row[3]):
            repeats.add((row[0], row[1]))
        if not _SOMATIC.search(row[7]) or _GERMLINE.search(row[6]):
            sites.add((row[0], row[1]))
            end = _END.search(row[7])
            if end and row[4] in _REFERENCE_BLOCK:
                covered += max(int(end[1]) - int(row[1]), 0)
    return Sites(len(sites) + covered, len(repeats))


def _repeats(bases: str) -> bool:
    """Tell whether an allele runs through a unit of four bases three times."""
    found = _UNIT.search(bases)
    # AAAA and ATAT are units of one and of two bases.
    return found is not None and found[1][:2].upper() != found[1][2:].upper()


def _carried(row: Sequence[str]) -> bool:
    """Tell whether a sample has a call; without genotypes it counts.

    A reference call tells as much of a person as a variant: only a missing call tells nothing.
    """
    if len(row) < 10 or row[8].split(":", 1)[0] != "GT":
        return True
    calls = (cell.partition(":")[0] for cell in row[9:])
    return any(any(letter.isdecimal() for letter in call) for call in calls)


def count_maf(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Sites:
    """Count the rows of a MAF that are not somatic against a normal sample of the same person.

    Without a Mutation_Status all of them count; a row whose normal sample is left empty was called
    in the tumour alone, and what is the person's own is still among such rows.
    """
    at = {name: n for n, name in enumerate(header)}
    status, normal = at.get("Mutation_Status"), at.get("Matched_Norm_Sample_Barcode")
    chromosome, start = at["Chromosome"], at["Start_Position"]
    sites = {
        (row[chromosome], row[start])
        for row in rows
        if status is None
        or row[status].strip().lower() != "somatic"
        or (normal is not None and row[normal].strip().lower() in _MISSING)
    }
    return Sites(len(sites))
