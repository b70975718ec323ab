"""Labels that come along, checked for what they are and for which image they say they are of."""

from renkei.collect.claims import read_dicom_label, read_json_label, read_nifti_label
from renkei.collect.kinds import MalformedError, UnknownSubjectError
from renkei.collect.part import GZIP, Part, Sent, inflate, refuse_archive

NIFTI_MAGIC = (b"n+1\0", b"n+2\0")


def part_label(sent: Sent) -> list[Part]:
    """Take a label of one subject; what it means is read when it is imported into a task.

    Raises:
        UnknownSubjectError: It was sent for nobody.
        MalformedError: It is none of the formats that are taken.
        NothingMarkedError: It marks nothing.
        DataRefusedError: It cannot be read.
    """
    refuse_archive(sent.data)
    if sent.subject is None:
        raise UnknownSubjectError("A label must be sent for one subject.")
    content = inflate(sent.data) if sent.data.startswith(GZIP) else sent.data
    if content[128:132] == b"DICM":
        found = read_dicom_label(content)
    elif content.lstrip()[:1] in {b"{", b"["}:
        found = read_json_label(content)
    elif content[344:348] in NIFTI_MAGIC or content[4:8] in NIFTI_MAGIC:
        found = read_nifti_label(content)
    else:
        raise MalformedError("A label is NIfTI, DICOM, GeoJSON or COCO.")
    data = sent.data if found.format == "nifti" else content
    return [Part(sent.subject, data, found.format, found.summary, claim=found.claim)]
