"""Subjects: the facts about persons and their scans, and one timeline for each of them."""

from renkei.subjects.timeline import Entry, in_order

__all__ = ["Entry", "in_order"]
