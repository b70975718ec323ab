"""Gene files: headers, sample names and barcodes; VCF and MAF."""

import gzip
import io
import re
import zlib
from collections.abc import Callable

from renkei.deid.identifiers import Identifiers
from renkei.deid.pseudonym import PseudonymKey, name_file, pseudonym
from renkei.deid.residual import scan
from renkei.deid.result import Kind, Result, State, held
from renkei.deid.text import clean_text

MAX_TEXT = 1 << 30
FIXED, INFO = 9, 7  # VCF columns before the samples; the place of INFO
_VERSION = re.compile(r"##fileformat=VCFv4\.\d")
_HEADER = re.compile(r"##(INFO|FORMAT|FILTER|ALT|contig)=<(.*)>")
# Of a header line these stay; source, assembly and the like hold paths of the machine that ran.
_FIELD = re.compile(r"(ID|Number|Type|Description|length)=((?:\"[^\"]*\")|[^,\"]*)(?:,|$)")
_PATH = re.compile(r"(?:[A-Za-z]:)?[/\\][\w.+-]+[/\\]\S*|\S+\.(?:bam|cram|fastq|fq|vcf)\b")
_BARCODE = re.compile(r"TCGA-[A-Z0-9]{2}-[A-Z0-9]{4}")
_SAMPLES = ("Tumor_Sample_Barcode", "Matched_Norm_Sample_Barcode")
# Germline alleles of the patient, paths, centres and identifiers of the sample.
_DROPPED = re.compile(
    r"(?:Match_Norm_.*|.*_UUID|BAM_File|Center|.*[Bb]arcode|Sequencer|n_(?:ref|alt|depth).*|"
    r"src_vcf_id|case_id|.*sample.*|normal_bam_uuid|tumor_bam_uuid)"
)


def expand(data: bytes) -> bytes | None:
    """Return the text, unpacked when it is gzip; None when that is damaged or too large."""
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            plain = file.read(MAX_TEXT + 1)
    except (OSError, EOFError, zlib.error):
        return None
    return plain if len(plain) <= MAX_TEXT else None


def vcf_samples(data: bytes) -> list[str]:
    """Return the sample names in a VCF."""
    for line in (expand(data) or b"").splitlines():
        if line.startswith(b"#CHROM"):
            return line.decode("utf-8", "replace").split("\t")[FIXED:]
    return []


def deidentify_vcf(
    data: bytes,
    key: PseudonymKey,
    *,
    patient: str | None = None,
    known: Identifiers | None = None,
) -> Result:
    """Return the VCF of one patient with listed header lines and new sample names."""
    plain = expand(data)
    if plain is None or not plain.startswith(b"##fileformat=VCFv4"):
        return held(Kind.VCF, "malformed")
    samples = vcf_samples(data)
    if patient is None and len(samples) != 1:
        return held(Kind.VCF, "samples_not_linked")
    person = patient or samples[0]
    subject = pseudonym(key, "patient", person)
    theirs = (known or Identifiers()) | Identifiers(numbers=frozenset({person, *samples}))
    out: list[str] = []
    dropped = 0
    # Not splitlines: it parts at characters that may stand inside a value.
    for line in plain.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        if line.startswith("##"):
            if kept := _header_line(line, theirs):
                out.append(kept)
            else:
                dropped += 1
        elif line.startswith("#"):
            names = [f"{subject}{f'.{n + 1}' if n else ''}" for n in range(len(samples))]
            out.append("\t".join([*line.split("\t")[:FIXED], *names]))
        elif line:
            if line.count("\t") != FIXED + len(samples) - 1 and samples:
                return held(Kind.VCF, "malformed", subject=subject)
            out.append(_without_paths(line) if "/" in line or "\\" in line else line)
    clean = ("\n".join(out) + "\n").encode("utf-8")
    if scan(clean, theirs):
        return held(Kind.VCF, "identifier_left", subject=subject)
    return Result(
        Kind.VCF,
        State.CLEAN,
        data=clean,
        name=name_file(key, clean, ".vcf"),
        reasons=("header_lines_dropped",) if dropped else (),
        counts={"header_lines_dropped": dropped, "variants": sum(ln[0] != "#" for ln in out)},
        subject=subject,
    )


def _header_line(line: str, known: Identifiers) -> str | None:
    if _VERSION.fullmatch(line):
        return line
    found = _HEADER.fullmatch(line)
    if not found:
        return None
    fields = dict(_FIELD.findall(found[2]))
    if "Description" in fields:
        fields["Description"] = _PATH.sub(" ", clean_text(fields["Description"], known)[0])
    return f"##{found[1]}=<{','.join(f'{name}={value}' for name, value in fields.items())}>"


def _without_paths(line: str) -> str:
    """Drop INFO entries that hold a path; genotypes (`0/1`) are none."""
    cells = line.split("\t", INFO + 1)
    if len(cells) > INFO:
        entries = [e for e in cells[INFO].split(";") if not _PATH.search(e.partition("=")[2])]
        cells[INFO] = ";".join(entries) or "."
    return "\t".join(cells)


def patient_of_barcode(barcode: str) -> str:
    """Return the patient's part of a TCGA barcode; another barcode is the patient's whole."""
    found = _BARCODE.match(barcode)
    return found.group() if found else barcode


def deidentify_maf(
    data: bytes,
    key: PseudonymKey,
    *,
    link: Callable[[str], str | None] = patient_of_barcode,
    key_of: Callable[[str], PseudonymKey] | None = None,
) -> Result:
    """Return the MAF with barcodes replaced; `link` finds the patient of a barcode.

    Rows without a patient are left out and counted; germline columns are dropped.
    """
    plain = expand(data)
    lines = [ln for ln in (plain or b"").decode("utf-8", "replace").splitlines() if ln]
    body = [ln for ln in lines if not ln.startswith("#")]
    header = body[0].split("\t") if body else []
    if _SAMPLES[0] not in header:
        return held(Kind.MAF, "malformed")
    at = header.index(_SAMPLES[0])
    columns = [
        n for n, name in enumerate(header) if name in _SAMPLES[:1] or not _DROPPED.fullmatch(name)
    ]
    out = ["\t".join(header[n] for n in columns)]
    subjects: set[str] = set()
    barcodes: set[str] = set()
    left_out = 0
    for line in body[1:]:
        cells = line.split("\t")
        if len(cells) != len(header):
            return held(Kind.MAF, "ragged")
        person = link(cells[at])
        if not person:
            left_out += 1
            continue
        barcodes |= {cells[header.index(s)] for s in _SAMPLES if s in header} | {person}
        subject = pseudonym(key_of(person) if key_of else key, "patient", person)
        subjects.add(subject)
        cells[at] = subject
        out.append("\t".join(cells[n] for n in columns))
    if not subjects:
        return held(Kind.MAF, "no_rows")
    clean = ("\n".join(out) + "\n").encode("utf-8")
    if scan(clean, Identifiers(numbers=frozenset(barcodes - {""}))):
        return held(Kind.MAF, "identifier_left")
    return Result(
        Kind.MAF,
        State.CLEAN,
        data=clean,
        name=name_file(key, clean, ".maf"),
        reasons=("rows_left_out",) if left_out else (),
        counts={
            "rows": len(out) - 1,
            "rows_left_out": left_out,
            "columns_dropped": len(header) - len(columns),
        },
        subject=next(iter(subjects)) if len(subjects) == 1 else None,
        subjects=tuple(sorted(subjects)),
    )
