"""Serve images by DICOMweb: search, retrieve, render and store below roots made for one purpose."""
