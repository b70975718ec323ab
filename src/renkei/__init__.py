"""Renkei (連携): from hospital scans to lawful, ready-to-use datasets for medical AI."""

__version__ = "0.1.0"
