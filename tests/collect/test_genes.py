"""VCF and MAF: headers checked, samples are pseudonyms."""

import gzip
import zlib

import pytest

from renkei.collect.contigs import ContigMismatchError, contigs_of, names_of, reference_of
from renkei.collect.genes import BGZF_END, part_maf, part_vcf
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
    assert (part.summary["variants"], part.summary["samples"]) == (1, len(samples))
    assert (part.summary["sites"], part.summary["reference"]) == (1, None)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (vcf("P1", "P-2"), SeveralSubjectsError),
        (vcf("NA12878"), UnknownSubjectError),
        (vcf("P1", line="17\tx\t.\tC\tT\t.\tPASS\t.\tGT"), MalformedError),
        (vcf("P1") + b"17\t1\n", TruncatedError),
        (b"##fileformat=VCFv4.2\n", MalformedError),
        (b"chr1\t5\n", MalformedError),
        (vcf("P1", "P1"), MalformedError),
        (vcf("P1", line=LINE.replace("\tC\tT", "\t<X>\tT")), MalformedError),
        (vcf("P1", line=LINE.replace("\tC\tT", "\tC\t")), MalformedError),
        (gzip.compress(vcf("P1"), mtime=0)[:10] + b"\x06\0BC" + bytes(40), TruncatedError),
        (vcf("P1", line=f"chr{LINE}\t0/1\n{LINE}"), ContigMismatchError),
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


def declared(contigs: str, line: str = LINE) -> bytes:
    return vcf("P1", line=line).replace(b"#CHROM", f"{contigs}\n#CHROM".encode())


@pytest.mark.parametrize(
    ("contigs", "line", "taken"),
    [
        ("##contig=<ID=17,length=83257441>", LINE, True),
        ("##contig=<ID=17>", LINE, True),
        ("##contig=<ID=chr17,length=83257441>", LINE, False),
        ("##contig=<ID=17,length=7674218>", LINE, False),
        ("##contig=<ID=17,length=7674219>", LINE, True),
        ("##contig=<ID=17>\n##contig=<ID=1,length=248956422>\n##reference=hg19.fa", LINE, False),
    ],
)
def test_places_lie_in_the_genome_that_the_header_declares(contigs, line, taken):
    data = declared(contigs, line)
    if taken:
        assert part_vcf(Sent(data, None, KNOWN))
    else:
        with pytest.raises(ContigMismatchError):
            part_vcf(Sent(data, None, KNOWN))


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (["##contig=<ID=chr1,length=248956422>"], "GRCh38"),
        (["##contig=<ID=1,length=249250621,assembly=b37>"], "GRCh37"),
        (["##contig=<assembly=x,ID=chr2,length=242696752>"], "T2T-CHM13"),
        (["##reference=file:///ref/GRCh38.p13.fa"], "GRCh38"),
        (["##contig=<ID=1,length=5>"], None),
        (["##reference=/data/hg38/hg19.fa"], "GRCh37"),
    ],
)
def test_the_reference_is_known_by_its_lengths_or_its_name(header, found):
    assert reference_of(contigs_of(header), names_of(header)) == found


def test_a_maf_of_two_builds_is_refused():
    rows = ["TP53\t17\t1\tC\tP1\tGRCh37", "TP53\t17\t2\tC\tP1\tGRCh38"]
    data = "\n".join([f"{COLUMNS}\tNCBI_Build", *rows]).encode()
    with pytest.raises(ContigMismatchError):
        part_maf(Sent(data, None, KNOWN))
    (part,) = part_maf(Sent(data.replace(b"37", b"38"), None, KNOWN))
    assert part.summary["reference"] == "GRCh38"


@pytest.mark.parametrize(
    ("places", "in_order"),
    [
        (["1\t5", "1\t5", "1\t9", "2\t1"], True),
        (["1\t9", "1\t5"], False),
        (["1\t5", "2\t1", "1\t9"], False),
    ],
)
def test_the_order_that_an_index_needs_is_told(places, in_order):
    rows = "\t0/1\n".join(f"{place}\t.\tC\tT\t.\tPASS\t.\tGT" for place in places)
    block = blocked(vcf("P1", line=rows))
    (part,) = part_vcf(Sent(block, None, KNOWN))
    assert (part.summary["sorted"], part.summary["bgzf"]) == (in_order, True)
    with pytest.raises(TruncatedError):
        part_vcf(Sent(block[: -len(BGZF_END)], None, KNOWN))


def blocked(data: bytes) -> bytes:
    """Return BGZF of one block (SAM/BAM specification 4.1)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    head = b"\x1f\x8b\x08\x04" + bytes(4) + b"\0\xff\x06\0BC\x02\0"
    size = (len(head) + 2 + len(body) + 8 - 1).to_bytes(2, "little")
    tail = zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    return head + size + body + tail + BGZF_END
