"""The formats that a version leaves in; one file each."""

from renkei.publish.exporter import Exporter
from renkei.publish.exporters import dicom, nnunet

EXPORTERS: tuple[Exporter, ...] = (nnunet.EXPORTER, dicom.EXPORTER)
