"""Annotate: people delineate and report, two of them blinded, a third decides, a fourth signs."""

from renkei.annotate.compare import Choice, Comparison, Dispute, compare, settle
from renkei.annotate.facts import Facts, facts_of_slide, facts_of_volume
from renkei.annotate.files import Format, read_labels, write_labels
from renkei.annotate.reports.check import Problem, check_report
from renkei.annotate.reports.draft import draft
from renkei.annotate.sign import Statement, sign_statement, verify_chain, verify_labels
from renkei.annotate.vocabulary import Vocabulary, load_vocabulary, vocabularies

__all__ = [
    "Choice",
    "Comparison",
    "Dispute",
    "Facts",
    "Format",
    "Problem",
    "Statement",
    "Vocabulary",
    "check_report",
    "compare",
    "draft",
    "facts_of_slide",
    "facts_of_volume",
    "load_vocabulary",
    "read_labels",
    "settle",
    "sign_statement",
    "verify_chain",
    "verify_labels",
    "vocabularies",
    "write_labels",
]
