"""De-identify: remove who it is, keep what it shows, and prove it or hold the file."""

from renkei.deid.identifiers import Identifiers, known
from renkei.deid.profile import Profile, load_profile
from renkei.deid.pseudonym import PseudonymKey, map_uid, pseudonym, shift_days
from renkei.deid.result import Kind, Result, State
from renkei.deid.series import Series, deidentify

__all__ = [
    "Identifiers",
    "Kind",
    "Profile",
    "PseudonymKey",
    "Result",
    "Series",
    "State",
    "deidentify",
    "known",
    "load_profile",
    "map_uid",
    "pseudonym",
    "shift_days",
]
