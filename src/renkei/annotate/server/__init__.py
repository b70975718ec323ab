"""Annotation in the platform: tasks, readings, disputes, signatures, reports."""

from renkei import child

child.preload("renkei.annotate.work")
