"""Which reader parts which kind of upload; called in a process that may be killed."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from renkei.collect.clinical import part_table
from renkei.collect.fhir import part_fhir
from renkei.collect.genes import part_maf, part_vcf
from renkei.collect.labels import part_label
from renkei.collect.part import Part, Sent
from renkei.collect.reports import part_report

READERS: Mapping[str, Callable[[Sent], list[Part]]] = MappingProxyType(
    {
        "table": part_table,
        "fhir": part_fhir,
        "vcf": part_vcf,
        "maf": part_maf,
        "label": part_label,
        "report": part_report,
    }
)


def part_file(kind: str, sent: Sent) -> list[Part]:
    """Part a file by subject.

    Raises:
        DataRefusedError: It cannot be taken; `code` says why.
    """
    return READERS[kind](sent)
