"""The genome gate: 40 germline or unknown sites, or 9 repeats of four bases."""

import pytest

from renkei.collect.genes import part_maf, part_vcf
from renkei.collect.genome import LEAST_REPEATS, LEAST_SITES
from renkei.collect.part import Sent

KNOWN = frozenset({"P1", "P2"})
HEAD = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tP1\n"


def vcf(count: int, *, info=".", call="0/1", ref="A", alt="C", passed="PASS", form="GT") -> bytes:
    cells = f".\t{ref}\t{alt}\t.\t{passed}\t{info}\t{form}\t{call}"
    rows = [f"1\t{n}\t{cells}" for n in range(1, count + 1)]
    return (HEAD + "\n".join(rows) + "\n").encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (vcf(LEAST_SITES - 1), False),
        (vcf(LEAST_SITES), True),
        (vcf(LEAST_SITES, info="SOMATIC"), False),
        (vcf(LEAST_SITES, info="DP=9;SOMATIC;AF=0.2"), False),
        (vcf(LEAST_SITES, info="SS=2"), False),
        (vcf(LEAST_SITES, info="SS=1"), True),
        (vcf(LEAST_SITES, info="NOTSOMATIC=3"), True),
        (vcf(LEAST_SITES, call="./."), False),
        (vcf(LEAST_SITES, call="0/0"), True),
        (vcf(LEAST_REPEATS, info="RU=AGAT"), True),
        (vcf(LEAST_REPEATS - 1, info="RU=AGAT"), False),
        (vcf(LEAST_REPEATS, info="RU=AG"), False),
        (vcf(LEAST_REPEATS, info="END=40;RU=agat;PERIOD=4"), True),
        (vcf(LEAST_REPEATS, info="RU=AGAT", call="./."), False),
        (vcf(LEAST_REPEATS, info="RU=AGAT;SOMATIC"), True),
        (vcf(LEAST_REPEATS, ref="TAGATAGATAGAT"), True),
        (vcf(LEAST_REPEATS, ref="AGATAGAT"), False),
        (vcf(LEAST_REPEATS, ref="ATATATATATATATAT"), False),
        (vcf(LEAST_REPEATS, ref="AAAAAAAAAAAAAAAA"), False),
        # One line of a gVCF stands for every site of its block.
        (vcf(1, info="END=60", alt="<NON_REF>", call="0/0"), True),
        (vcf(1, info="END=60", alt="<DEL>"), False),
        (vcf(LEAST_SITES, info="SOMATIC", passed="germline;weak_evidence"), True),
        (vcf(LEAST_SITES, info="SOMATIC", passed="panel_of_normals"), True),
        (vcf(LEAST_SITES, form="GTX:GT", call=".:."), True),
    ],
)
def test_a_vcf(data, code):
    (part,) = part_vcf(Sent(data, None, KNOWN))
    assert part.genes.is_code is code


@pytest.mark.parametrize(
    ("status", "code"), [("Somatic", False), ("Germline", True), ("", True), (None, True)]
)
def test_a_maf_counts_by_subject(status, code):
    names = ["Hugo_Symbol", "Chromosome", "Start_Position", "Reference_Allele"]
    names.append("Tumor_Sample_Barcode")
    names += [] if status is None else ["Mutation_Status"]
    rows = [
        ["TP53", "17", str(n), "C", who, *([] if status is None else [status])]
        for who, count in (("P1", LEAST_SITES), ("P2", LEAST_SITES - 1))
        for n in range(count)
    ]
    data = "\n".join("\t".join(row) for row in [names, *rows]).encode()
    parts = part_maf(Sent(data, None, KNOWN))
    assert [part.genes.is_code for part in parts] == [code, False]


@pytest.mark.parametrize(("normal", "code"), [("P1-N", False), ("", True), ("NA", True)])
def test_somatic_calls_without_a_normal_sample_count(normal, code):
    names = ["Hugo_Symbol", "Chromosome", "Start_Position", "Reference_Allele"]
    names += ["Tumor_Sample_Barcode", "Mutation_Status", "Matched_Norm_Sample_Barcode"]
    rows = [["TP53", "17", str(n), "C", "P1", "Somatic", normal] for n in range(LEAST_SITES)]
    data = "\n".join("\t".join(row) for row in [names, *rows]).encode()
    (part,) = part_maf(Sent(data, None, KNOWN))
    assert part.genes.is_code is code
