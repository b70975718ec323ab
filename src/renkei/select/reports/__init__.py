"""Findings in report texts, Japanese and English, with what is said of each and where."""

from renkei.select.reports.extract import TextFinding, findings_in, spoken_for

__all__ = ["TextFinding", "findings_in", "spoken_for"]
