"""What the platform computes for reports, bytes in and bytes out, so that it runs elsewhere."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from renkei.annotate.facts import Facts
from renkei.annotate.files import read_dicom
from renkei.annotate.reports.fhir import write_fhir
from renkei.annotate.reports.figure import key_images
from renkei.annotate.reports.markdown import write_json, write_markdown
from renkei.annotate.reports.pdf import write_pdf
from renkei.annotate.reports.sr import write_objects
from renkei.annotate.reports.status import Written
from renkei.annotate.view import read_task_image
from renkei.imaging.labels import unpack
from renkei.imaging.structured import Reader, StructuredRefusedError

Image = tuple[Sequence[bytes], str, str]
STAMP = (1980, 1, 1, 0, 0, 0)


class Form(StrEnum):
    """How a report is written outside; `dicom` is its SR and the SEG that it refers to."""

    PDF = "pdf"
    DICOM = "dicom"
    FHIR = "fhir"
    JSON = "json"
    MARKDOWN = "markdown"


SUFFIX: Mapping[Form, str] = {
    Form.PDF: ".pdf",
    Form.DICOM: ".zip",
    Form.FHIR: ".fhir.json",
    Form.JSON: ".json",
    Form.MARKDOWN: ".md",
}


def draw_figures(packed: bytes, facts: Mapping[str, Any], image: Image) -> tuple[bytes, ...]:
    """Return the key images of packed labels on their image, as PNG."""
    return key_images(Facts.from_json(facts), unpack(packed), read_task_image(*image))


def write_text(facts: Mapping[str, Any], written: Written, form: str) -> bytes:
    """Return a report as PDF, FHIR, JSON or Markdown."""
    known = Facts.from_json(facts)
    if form == Form.PDF:
        return write_pdf(written)
    if form == Form.FHIR:
        bundle = write_fhir(known, written)
        return json.dumps(bundle, ensure_ascii=False, indent=2).encode()
    text = write_json(known, written) if form == Form.JSON else write_markdown(written)
    return text.encode()


def write_dicom(
    packed: bytes, facts: Mapping[str, Any], image: Image, sha256: str, reader: Reader
) -> bytes:
    """Return a ZIP of a report's SR and SEG; the same report gives the same UIDs.

    Raises:
        StructuredRefusedError: The image did not come as DICOM.
    """
    files, source, _ = image
    if source == "nifti":
        raise StructuredRefusedError("The image came as NIfTI; a structured report needs DICOM.")
    objects = write_objects(
        Facts.from_json(facts), unpack(packed), read_dicom(files)[1], report=sha256, reader=reader
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (("report.dcm", objects.report), ("labels.dcm", objects.segmentation)):
            if data:
                archive.writestr(zipfile.ZipInfo(name, STAMP), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
