"""What the worker runs for DICOMweb."""

from renkei.dicomweb.server import recall

__all__ = ["recall"]
