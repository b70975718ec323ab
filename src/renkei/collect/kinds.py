"""What may be sent, what consent calls it, and how large it may be."""

from types import MappingProxyType

from renkei.errors import DataRefusedError

MB = 1024 * 1024

# The words of consent, approval and manifest for the kinds of files.
DATA_TYPE = MappingProxyType(
    {
        "dicom": "image",
        "nifti": "image",
        "slide": "slide",
        "table": "clinical",
        "fhir": "clinical",
        "vcf": "genes",
        "maf": "genes",
        "label": "label",
        "report": "report",
    }
)
DATA_TYPES = tuple(sorted(set(DATA_TYPE.values())))

# Largest file per kind, as it arrives.
LIMIT = MappingProxyType(
    {
        "dicom": 2048 * MB,
        "nifti": 1024 * MB,
        "slide": 4096 * MB,
        "table": 256 * MB,
        "fhir": 256 * MB,
        "vcf": 1024 * MB,
        "maf": 512 * MB,
        "label": 512 * MB,
        "report": 4 * MB,
    }
)
# Half-sent files are kept so long; then the sender begins again.
DAYS_TO_KEEP = 5
# Largest content once unpacked; a gzip of zeros grows a thousandfold.
INFLATED_LIMIT = 1024 * MB


class EmptyFileError(DataRefusedError):
    """The file holds no bytes."""


class TruncatedError(DataRefusedError):
    """The file ends before its own header says so."""


class MalformedError(DataRefusedError):
    """The file is not what it was sent as."""


class InflatesTooFarError(DataRefusedError):
    """The file unpacks to more than is taken."""


class ArchiveError(DataRefusedError):
    """The file is an archive; its members must be sent one by one."""


class UnknownSubjectError(DataRefusedError):
    """The file names somebody who is not in the manifest, or nobody."""


class SeveralSubjectsError(DataRefusedError):
    """The file holds several subjects and cannot be parted."""
