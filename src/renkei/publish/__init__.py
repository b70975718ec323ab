"""Publish: freeze cases into an immutable version, split by patient, audited, with a card."""

from renkei.publish.audit import Audit, LeakFoundError, audit_cases
from renkei.publish.cases import Case, Folder, check_files, read_folder
from renkei.publish.diff import Diff, diff_versions
from renkei.publish.represent import Representation, represent_cases
from renkei.publish.split import Member, Split, split_patients

__all__ = [
    "Audit",
    "Case",
    "Diff",
    "Folder",
    "LeakFoundError",
    "Member",
    "Representation",
    "Split",
    "audit_cases",
    "check_files",
    "diff_versions",
    "read_folder",
    "represent_cases",
    "split_patients",
]
