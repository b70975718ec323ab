"""VCF and MAF: new sample names, listed headers, no germline columns."""

import gzip

import pytest
from tests.deid.planted import SAMPLES

from renkei.deid import PseudonymKey, State, pseudonym
from renkei.deid.genes import deidentify_maf, deidentify_vcf
from renkei.deid.kinds import hold_unknown, kind_of
from renkei.deid.result import Kind
from renkei.hospital.pages.words import REASONS

KEY = PseudonymKey({1: bytes(range(32))})
VCF = (
    "##fileformat=VCFv4.2\n"
    "##fileDate=20230405\n"
    "##source=/home/yamadera/run.sh\n"
    "##SAMPLE=<ID=0090417723,Description=YAMADERA>\n"
    '##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">\n'
    "##contig=<ID=chr1,length=248956422>\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t0090417723\n"
    "chr1\t100\trs1\tA\tG\t50\tPASS\tDP=30\tGT\t0/1\n"
)


def test_a_vcf_keeps_its_variants_and_loses_its_names():
    for data in (VCF.encode(), gzip.compress(VCF.encode())):
        result = deidentify_vcf(data, KEY)
        assert result.state is State.CLEAN
        text = result.data.decode()
        assert "90417723" not in text
        assert "yamadera" not in text.lower()
        assert "20230405" not in text
        assert text.endswith("chr1\t100\trs1\tA\tG\t50\tPASS\tDP=30\tGT\t0/1\n")
        assert result.subject == pseudonym(KEY, "patient", "90417723")
        assert result.counts["header_lines_dropped"] == 3


def test_a_vcf_of_several_samples_needs_a_link():
    two = VCF.replace("FORMAT\t0090417723", "FORMAT\tA\tB").replace("0/1\n", "0/1\t0/0\n")
    assert deidentify_vcf(two.encode(), KEY).reasons == ("samples_not_linked",)
    assert deidentify_vcf(two.encode(), KEY, patient="7").state is State.CLEAN


def test_a_broken_vcf_is_held():
    assert deidentify_vcf(b"##fileformat=VCFv4.2\n", KEY).reasons == ("samples_not_linked",)
    assert deidentify_vcf(gzip.compress(VCF.encode())[:60], KEY).reasons == ("malformed",)
    ragged = VCF + "chr1\t5\n"
    assert deidentify_vcf(ragged.encode(), KEY).reasons == ("malformed",)


def test_a_real_maf_loses_barcodes_and_germline_columns():
    data = (SAMPLES / "genomics" / "example_multisample.maf").read_bytes()
    result = deidentify_maf(data, KEY)
    assert result.state is State.CLEAN
    text = result.data.decode()
    assert "TCGA-" in data.decode()
    assert "TCGA-" not in text
    header = text.splitlines()[0].split("\t")
    assert "Match_Norm_Seq_Allele1" not in header
    assert "Tumor_Sample_UUID" not in header
    assert {"Hugo_Symbol", "Tumor_Seq_Allele2", "Tumor_Sample_Barcode"} <= set(header)
    body = [ln for ln in data.decode().splitlines() if not ln.startswith("#")]
    assert result.counts["rows"] == len(body) - 1


def test_a_maf_row_without_a_patient_is_left_out():
    data = b"Hugo_Symbol\tTumor_Sample_Barcode\nTP53\tA1\nKRAS\tB2\n"
    result = deidentify_maf(data, KEY, link={"A1": "77"}.get)
    assert result.data.decode().splitlines()[1:] == [f"TP53\t{pseudonym(KEY, 'patient', '77')}"]
    assert result.counts["rows_left_out"] == 1
    assert result.reasons == ("rows_left_out",)


def test_a_maf_without_barcodes_is_held():
    assert deidentify_maf(b"a\tb\n1\t2\n", KEY).reasons == ("malformed",)


def test_paths_names_and_command_lines_go_from_header_and_info():
    told = VCF.replace(
        "##contig=<ID=chr1,length=248956422>\n",
        "##contig=<ID=chr1,length=248956422,assembly=file:///home/zyama/ref.fa>\n"
        "##bcftools_viewCommand=view -s ZSAMPLE /data/zbam.bam\n"
        "##INFO=<ID=SRC,Number=1,Type=String,"
        'Description="from 佐藤先生 /data/zdesc.bam",Source="Zs">\n',
    ).replace("DP=30", "DP=30;SRC=/data/zinfo/a.bam;AF=0.5")
    markers = ("zyama", "ZSAMPLE", "zbam", "佐藤", "zdesc", "Zs", "zinfo", "90417723", "yamadera")
    assert [m for m in markers if m not in told] == []
    # bgzip writes one gzip member after the other.
    data = gzip.compress(told[:500].encode()) + gzip.compress(told[500:].encode())
    text = deidentify_vcf(data, KEY).data.decode()
    assert [m for m in markers if m in text] == []
    assert "##contig=<ID=chr1,length=248956422>\n" in text
    assert "DP=30;AF=0.5\tGT\t0/1" in text


@pytest.mark.parametrize("magic", [b"TBI\x01", b"CSI\x01"])
def test_an_index_beside_a_vcf_is_held_with_what_to_do(tmp_path, magic):
    index = tmp_path / "P1.vcf.gz.tbi"
    index.write_bytes(gzip.compress(magic + bytes(60)))
    assert kind_of(index) is None
    found = hold_unknown(index)
    assert (found.state, found.kind, found.reasons) == (State.HELD, Kind.VCF, ("index_not_taken",))
    for language in ("ja", "en"):
        assert "tabix" in REASONS[language]["index_not_taken"]


def test_other_packed_bytes_and_empty_files_are_no_index(tmp_path):
    for name, data, reason in (
        ("a.gz", gzip.compress(b"TBI is a word\0", mtime=0), "unknown_format"),
        ("b.tbi", b"\x1f\x8b damaged", "unknown_format"),
        ("c.tbi", b"", "empty"),
    ):
        (tmp_path / name).write_bytes(data)
        assert hold_unknown(tmp_path / name).reasons == (reason,)
