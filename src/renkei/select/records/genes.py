"""Variants: a VCF against its own header, a MAF against GDC's columns."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from renkei.collect.contigs import contigs_of
from renkei.errors import DataRefusedError
from renkei.select.metric import Metric
from renkei.select.records.fault import Checked, Fault, sum_up
from renkei.select.records.frame import broken_rows, frame_of, text_of

VCF = frozenset({"VCF"})
MAF = frozenset({"MAF"})
VCF_COLUMNS = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]
MAF_COLUMNS = (
    "Hugo_Symbol",
    "Chromosome",
    "Start_Position",
    "Reference_Allele",
    "Tumor_Seq_Allele2",
    "Tumor_Sample_Barcode",
)
BASES = r"^[ACGTNacgtn]+$"
ALT = r"^(?:[ACGTNacgtn]+|\*|\.|<[^<>\s]+>|.*[\[\]].*)$"
TRANSITIONS = ("AG", "GA", "CT", "TC")
HUMAN = r"^(?:chr)?(?:[1-9]|1\d|2[0-2]|X|Y|M|MT)$"


def look_vcf(path: Path) -> Checked:
    """Check a VCF."""
    try:
        return check_vcf(text_of(path))
    except DataRefusedError as error:
        return Checked(0, (Fault(error.code),))


def check_vcf(text: str) -> Checked:
    """Check the text of a VCF; facts are Ti/Tv and the heterozygous share of variant calls."""
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith("#CHROM")), None)
    if start is None or not text.startswith("##fileformat=VCFv4"):
        return Checked(0, (Fault("no_vcf_header"),))
    header = lines[start].split("\t")
    if header[:8] != VCF_COLUMNS or len(set(header)) < len(header):
        return Checked(0, (Fault("bad_header"),))
    frame, ragged = frame_of(lines[start:], "\t")
    broken = _vcf_checks(contigs_of(lines[:start]), header[9:])
    faults = [Fault("ragged_row", rows=ragged)] if ragged else []
    faults += broken_rows(frame, broken)
    return Checked(len(frame) + len(ragged), tuple(faults), _vcf_facts(frame, header[9:]))


def _vcf_checks(
    contigs: Mapping[str, int | None], samples: list[str]
) -> dict[tuple[str, str], pl.Expr]:
    name, alt = pl.col("#CHROM"), pl.col("ALT")
    position = pl.col("POS").cast(pl.Int64, strict=False)
    checks = {
        ("wrong_type", "POS"): position.is_null() | (position < 0),
        ("no_bases", "REF"): ~pl.col("REF").str.contains(BASES),
        ("no_bases", "ALT"): ~alt.str.split(",")
        .list.eval(pl.element().str.contains(ALT))
        .list.all(),
        ("no_change", "ALT"): pl.col("REF").str.to_uppercase() == alt.str.to_uppercase(),
        ("repeated", "POS"): pl.struct("#CHROM", "POS", "REF", "ALT").is_duplicated(),
    }
    if contigs:
        lengths = {key: length for key, length in contigs.items() if length}
        # VCF 4.2, 1.6.1: telomeres stand at 0 and at the length plus one.
        end = name.replace_strict(lengths, default=None, return_dtype=pl.Int64) + 1
        checks["unknown_contig", "#CHROM"] = ~name.is_in(list(contigs))
        checks["behind_contig", "POS"] = position > end
    alleles = alt.str.count_matches(",", literal=True) + 1
    for sample in samples:
        genotype = pl.col(sample).str.split(":").list.first()
        highest = genotype.str.extract_all(r"\d+").list.eval(pl.element().cast(pl.Int64)).list.max()
        checks["no_such_allele", sample] = pl.col("FORMAT").str.starts_with("GT") & (
            highest > alleles
        )
    return checks


def _vcf_facts(frame: pl.DataFrame, samples: list[str]) -> dict[str, float]:
    change = (pl.col("REF") + pl.col("ALT")).str.to_uppercase()
    single = frame.select(change.alias("c")).filter(pl.col("c").str.contains("^[ACGT]{2}$"))["c"]
    transitions = int(single.is_in(list(TRANSITIONS)).sum())
    facts: dict[str, float] = {"samples": float(len(samples))}
    if len(single) > transitions:
        facts["ti_tv"] = round(transitions / (len(single) - transitions), 4)
    het = total = 0
    for sample in samples:
        calls = frame.select(pl.col(sample).str.extract_groups(r"^(\d+)[/|](\d+)").alias("g"))
        pairs = calls["g"].struct.unnest().drop_nulls()
        varied = pairs.filter((pl.col("1") != "0") | (pl.col("2") != "0"))
        total += len(varied)
        het += len(varied.filter(pl.col("1") != pl.col("2")))
    if total:
        facts["het_share"] = round(het / total, 4)
    return facts


def look_maf(path: Path) -> Checked:
    """Check a MAF."""
    try:
        return check_maf(text_of(path))
    except DataRefusedError as error:
        return Checked(0, (Fault(error.code),))


def check_maf(text: str) -> Checked:
    """Check the text of a MAF by the columns that GDC's format defines."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    names = lines[0].split("\t") if lines else []
    lacking = [name for name in MAF_COLUMNS if name not in names]
    if lacking or len(set(names)) < len(names):
        return Checked(0, tuple(Fault("column_missing", name) for name in lacking or ("",)))
    # Quotation marks are letters in a MAF.
    frame, ragged = frame_of([line.replace('"', "”") for line in lines], "\t")
    faults = [Fault("ragged_row", rows=ragged)] if ragged else []
    faults += broken_rows(frame, _maf_checks(frame))
    if "NCBI_Build" in names and frame["NCBI_Build"].n_unique() > 1:
        faults.append(Fault("several_references", "NCBI_Build"))
    if frame["Chromosome"].str.starts_with("chr").n_unique() > 1:
        faults.append(Fault("several_namings", "Chromosome"))
    facts = {"samples": float(frame["Tumor_Sample_Barcode"].n_unique())}
    return Checked(len(frame) + len(ragged), tuple(faults), facts)


def _maf_checks(frame: pl.DataFrame) -> dict[tuple[str, str], pl.Expr]:
    start = pl.col("Start_Position").cast(pl.Int64, strict=False)
    before, after = pl.col("Reference_Allele"), pl.col("Tumor_Seq_Allele2")
    checks = {
        ("wrong_type", "Start_Position"): start.is_null() | (start < 1),
        ("unknown_contig", "Chromosome"): ~pl.col("Chromosome").str.contains(HUMAN),
        ("no_bases", "Reference_Allele"): ~before.str.contains(r"^(?:[ACGTN]+|-)$"),
        ("no_bases", "Tumor_Seq_Allele2"): ~after.str.contains(r"^(?:[ACGTN]+|-)$"),
        ("no_change", "Tumor_Seq_Allele2"): before == after,
        ("sample_missing", "Tumor_Sample_Barcode"): pl.col("Tumor_Sample_Barcode") == "",
        ("repeated", "Start_Position"): pl.struct(
            "Chromosome",
            "Start_Position",
            "Reference_Allele",
            "Tumor_Seq_Allele2",
            "Tumor_Sample_Barcode",
        ).is_duplicated(),
    }
    if "End_Position" in frame.columns:
        end = pl.col("End_Position").cast(pl.Int64, strict=False)
        checks["order", "End_Position"] = end.is_null() | (end < start)
    if "Variant_Type" in frame.columns:
        kind = pl.col("Variant_Type")
        lengths = before.str.len_chars() != after.str.len_chars()
        checks["wrong_kind", "Variant_Type"] = (
            ((kind == "SNP") & ((before.str.len_chars() != 1) | lengths))
            | ((kind == "DEL") & (after != "-"))
            | ((kind == "INS") & (before != "-"))
        )
    return checks


VARIANTS = Metric("vcf", "share", VCF, worse="high", sum_up=sum_up, look=look_vcf, aspect="content")
MUTATIONS = Metric(
    "maf", "share", MAF, worse="high", sum_up=sum_up, look=look_maf, aspect="content"
)
