"""Names of the Data Use Ontology's codes (EBISPOT/DUO, 2021-02-23), by number."""

from collections.abc import Iterable
from types import MappingProxyType

from renkei.errors import UsageError

DUO = MappingProxyType(
    {
        4: "NRES: no restriction",
        6: "HMB: health, medical or biomedical research",
        7: "DS: disease-specific research",
        11: "POA: population origins or ancestry research only",
        12: "RS: research-specific restrictions",
        15: "NMDS: no general methods development",
        16: "GSO: genetic studies only",
        18: "NPUNCU: not-for-profit organisation and non-commercial use only",
        19: "PUB: publication required",
        20: "COL: collaboration required",
        21: "IRB: ethics approval required",
        22: "GS: geographical restriction",
        24: "MOR: publication moratorium",
        25: "TS: time limit on use",
        26: "US: user-specific restriction",
        27: "PS: project-specific restriction",
        28: "IS: institution-specific restriction",
        29: "RTN: return to database or resource",
        42: "GRU: general research use",
        43: "CC: clinical care use",
        44: "NPOA: population origins or ancestry research prohibited",
        45: "NPU: not-for-profit organisation use only",
        46: "NCU: non-commercial use only",
    }
)


class UnknownUseError(UsageError):
    """There is no such DUO code."""


def refuse_unknown(numbers: Iterable[int]) -> None:
    """Refuse numbers that are no DUO code.

    Raises:
        UnknownUseError: One of them is none.
    """
    if not set(numbers) <= set(DUO):
        raise UnknownUseError("A use is a number of the Data Use Ontology, such as 42.")


def code(number: int) -> str:
    """Return the code as ontologies write it.

    >>> code(42)
    'DUO:0000042'
    """
    return f"DUO:{number:07d}"
