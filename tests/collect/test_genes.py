"""VCF and MAF: headers checked, samples are pseudonyms."""

import gzip

import pytest

from renkei.collect.genes import part_maf, part_vcf
from renkei.collect.kinds import (
    MalformedError,
    SeveralSubjectsError,
    TruncatedError,
    UnknownSubjectError,
)
from renkei.collect.part import Sent

KNOWN = frozenset({"P1", "P-2"})
HEAD = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
LINE = "17\t7674220\t.\tC\tT\t.\tPASS\t.\tGT"
COLUMNS = "Hugo_Symbol\tChromosome\tStart_Position\tReference_Allele\tTumor_Sample_Barcode"


def vcf(*samples: str, line: str = LINE) -> bytes:
    cells = "\t0/1" * len(samples)
    return f"{HEAD}\t{chr(9).join(samples)}\n{line}{cells}\n".encode()


@pytest.mark.parametrize("samples", [["P1"], ["P1", "P1_2"], ["P1.tumour", "P1.normal"]])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_vcf_of_one_subject_keeps_its_bytes(samples, pack):
    data = pack(vcf(*samples))
    (part,) = part_vcf(Sent(data, None, KNOWN))
    assert (part.pseudonym, part.data) == ("P1", data)
    assert part.summary == {"variants": 1, "samples": len(samples)}


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (vcf("P1", "P-2"), SeveralSubjectsError),
        (vcf("NA12878"), UnknownSubjectError),
        (vcf("P1", line="17\tx\t.\tC\tT\t.\tPASS\t.\tGT"), MalformedError),
        (vcf("P1") + b"17\t1\n", TruncatedError),
        (b"##fileformat=VCFv4.2\n", MalformedError),
        (b"chr1\t5\n", MalformedError),
    ],
)
def test_another_vcf_is_refused(data, error):
    with pytest.raises(error):
        part_vcf(Sent(data, None, KNOWN))


def test_a_maf_is_parted_by_sample_and_every_row_is_in_one_part():
    rows = [f"TP53\t17\t{n}\tC\t{'P1' if n % 3 else 'P-2'}" for n in range(9)]
    data = "\n".join(["#version 2.4", COLUMNS, *rows]).encode()
    parts = part_maf(Sent(data, None, KNOWN))
    assert [p.pseudonym for p in parts] == ["P-2", "P1"]
    found = [line for p in parts for line in p.data.decode().splitlines()[2:]]
    assert sorted(found) == sorted(rows)


def test_a_maf_with_a_stranger_is_refused():
    data = f"{COLUMNS}\nTP53\t17\t1\tC\tTCGA-AB-1234\n".encode()
    with pytest.raises(UnknownSubjectError):
        part_maf(Sent(data, None, KNOWN))
