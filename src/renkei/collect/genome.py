"""The genome gate: which variant files count as an individual identification code in Japan.

個人情報の保護に関する法律施行令 第1条1号イ; 個人情報保護委員会 ガイドライン(通則編) 2-2:
sequence data by which a person is identified: whole genome, exome, genome-wide SNPs, 40 or more
independent SNPs, or 9 or more loci of four-base short tandem repeats. Whether sites are
independent is not tested: each counts, so that the gate errs on the safe side. Somatic variants
are of the tumour and do not count; what is not said to be somatic does.
"""

import re
from collections.abc import Iterable, Sequence

LEAST_SITES = 40
LEAST_REPEATS = 9
_SOMATIC = re.compile(r"(?:^|;)(?:SOMATIC(?:;|=1|=true|$)|SS=2(?:;|$))", re.IGNORECASE)
# The unit of a repeat, as HipSTR and ExpansionHunter write it.
_FOUR_BASES = re.compile(r"(?:^|;)(?:RU=[ACGT]{4}(?:;|$)|PERIOD=4(?:;|$))")
_ALTERNATIVE = re.compile(r"[1-9]")


def is_code_vcf(rows: Iterable[Sequence[str]]) -> bool:
    """Tell whether the rows of a VCF count as an individual identification code."""
    sites: set[tuple[str, str]] = set()
    repeats: set[tuple[str, str]] = set()
    for row in rows:
        if _FOUR_BASES.search(row[7]):
            repeats.add((row[0], row[1]))
        if not _SOMATIC.search(row[7]) and _carried(row):
            sites.add((row[0], row[1]))
    return len(sites) >= LEAST_SITES or len(repeats) >= LEAST_REPEATS


def _carried(row: Sequence[str]) -> bool:
    """Tell whether a sample has the variant; without genotypes it counts."""
    if len(row) < 10 or not row[8].startswith("GT"):
        return True
    calls = [cell.partition(":")[0] for cell in row[9:]]
    # A reference call tells as much of a person as a variant: only a missing call tells nothing.
    return any(_ALTERNATIVE.search(call) or "0" in call for call in calls)


def is_code_maf(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bool:
    """Tell whether the rows of a MAF count; without a Mutation_Status all of them do."""
    status = header.index("Mutation_Status") if "Mutation_Status" in header else None
    chromosome, start = header.index("Chromosome"), header.index("Start_Position")
    sites = {
        (row[chromosome], row[start])
        for row in rows
        if status is None or row[status].strip().lower() != "somatic"
    }
    return len(sites) >= LEAST_SITES
