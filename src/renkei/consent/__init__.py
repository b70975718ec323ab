"""Consent: what ethics approval, contract and the person allow, and how it is taken back."""

from renkei.consent.allow import Decision, Facts, Question, Use, decide

__all__ = ["Decision", "Facts", "Question", "Use", "decide"]
