"""Subjects: the facts about persons and their scans, and one timeline for each of them."""

from renkei.subjects.events import events_of
from renkei.subjects.timeline import Entry, Lane, in_order

__all__ = ["Entry", "Lane", "events_of", "in_order"]
