"""Units by UCUM: what a laboratory wrote, as UCUM, and the factor to another unit or a refusal.

ucumvert drops text in braces and gives `[IU]`, `eq` and `mol` the dimensions of bare numbers or
of each other, so those are compared as text before it is asked.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from renkei.errors import DataRefusedError
from renkei.preprocess.clinical.seeds import seed

LONGEST_UNIT = 40
_BRACES = re.compile(r"\{[^}]*\}")
_BRACKETS = re.compile(r"\[[^\]]*\]")
_AMOUNT = re.compile(r"(?<![A-Za-z])[a-zA-Z]{0,2}(eq|osm|mol)(?![A-Za-z])")
_MASS = re.compile(r"(?<![A-Za-z])[a-zA-Z]{0,2}g(?![A-Za-z])")
# UCUM reads K/uL as kelvin, MG/L as megagauss, C as coulomb; laboratories mean something else.
_TWO_MEANINGS = re.compile(r"(?<![A-Za-z])(?:[A-Za-z]?[GTFCK]|M)(?![A-Za-z])")
_VOLUME = re.compile(r"(?<![A-Za-z])[a-zA-Z]?[lL](?![A-Za-z])")
PHYSICAL = frozenset({"[Hg]", "[H2O]", "[degF]", "[lb_av]", "[oz_av]", "[in_i]", "[ft_i]"})


class UnitRefusedError(DataRefusedError):
    """The unit is unknown, means two things, or leads to no other; `code` says which."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A linear rule: value in `unit` = value x factor + offset."""

    unit: str
    factor: float = 1.0
    offset: float = 0.0


@lru_cache(maxsize=4096)
def read_unit(written: str) -> str:
    """Return what was written as UCUM.

    Raises:
        UnitRefusedError: `unit_missing`, `unit_ambiguous` or `unit_unknown`.
    """
    plain = unicodedata.normalize("NFKC", written).strip()
    if not plain:
        raise UnitRefusedError("The value has no unit.", code="unit_missing")
    if found := _written().get(plain):
        return found
    if _TWO_MEANINGS.search(_bare(plain)):
        raise UnitRefusedError(
            "The unit can be read in two ways; write it in UCUM.", code="unit_ambiguous"
        )
    if plain in _known() or (plain.isascii() and _parses(plain)):
        return plain
    raise UnitRefusedError("The unit is not UCUM and has no known alias.", code="unit_unknown")


@lru_cache(maxsize=4096)
def conversion(given: str, wanted: str, grams_per_mole: float | None = None) -> Conversion:
    """Return the rule from one UCUM unit to another.

    Raises:
        UnitRefusedError: `annotation_differs`, `arbitrary_unit`, `valence_needed`,
            `molar_mass_needed` or `dimension_differs`.
    """
    if given == wanted:
        return Conversion(wanted)
    _check_text(given, wanted)
    one, other = _quantity(given), _quantity(wanted)
    if one.dimensionality != other.dimensionality:
        return _through_moles(given, wanted, grams_per_mole)
    if _kinds(given) != _kinds(wanted) and one.dimensionless:
        raise UnitRefusedError(
            "Both are ratios, of different things; no factor leads from one to the other.",
            code="dimension_differs",
        )
    zero, first = (type(one)(x, one.units).to(other.units).magnitude for x in (0.0, 1.0))
    return Conversion(wanted, _short(first - zero), _short(zero))


def _check_text(given: str, wanted: str) -> None:
    if _BRACES.findall(given) != _BRACES.findall(wanted):
        raise UnitRefusedError(
            "The units differ in what stands in braces, such as {FEU} and {DDU}.",
            code="annotation_differs",
        )
    if _arbitrary(given) != _arbitrary(wanted):
        raise UnitRefusedError(
            "An arbitrary unit such as [IU] leads to no other unit.", code="arbitrary_unit"
        )
    amounts = [set(_AMOUNT.findall(_bare(unit))) for unit in (given, wanted)]
    if amounts[0] != amounts[1] and amounts[0] and amounts[1]:
        raise UnitRefusedError(
            "From equivalents to moles the valence is needed.", code="valence_needed"
        )


def _through_moles(given: str, wanted: str, grams_per_mole: float | None) -> Conversion:
    one, other = _quantity(given), _quantity(wanted)
    left = one.dimensionality / other.dimensionality
    names = {str(name): power for name, power in left.items()}
    if names not in ({"[mass]": 1, "[substance]": -1}, {"[mass]": -1, "[substance]": 1}):
        raise UnitRefusedError("The units measure different things.", code="dimension_differs")
    if set(_AMOUNT.findall(given + " " + wanted)) != {"mol"}:
        raise UnitRefusedError(
            "From equivalents to grams the valence is needed.", code="valence_needed"
        )
    # The molar mass is the analyte's, so it must be the analyte that is weighed or counted.
    below = [_bare(unit).partition("/")[2] for unit in (given, wanted)]
    if any(_AMOUNT.search(one) or _MASS.search(one) for one in below):
        raise UnitRefusedError("The units measure different things.", code="dimension_differs")
    if grams_per_mole is None:
        raise UnitRefusedError(
            "From grams to moles the analyte's molar mass is needed.", code="molar_mass_needed"
        )
    ratio, molar = one / other, _quantity("g/mol") * grams_per_mole
    factor = (ratio / molar if names["[mass]"] == 1 else ratio * molar).to("dimensionless")
    return Conversion(wanted, _short(factor.magnitude))


def _arbitrary(unit: str) -> list[str]:
    found = [one for one in _BRACKETS.findall(_BRACES.sub("", unit)) if one not in PHYSICAL]
    return sorted("[IU]" if one == "[iU]" else one for one in found)


def _kinds(unit: str) -> tuple[bool, bool, bool]:
    plain = _bare(unit)
    return bool(_AMOUNT.search(plain)), bool(_MASS.search(plain)), bool(_VOLUME.search(plain))


def _bare(unit: str) -> str:
    return _BRACKETS.sub("", _BRACES.sub("", unit))


def _short(value: float) -> float:
    # The registry's prefixes are products of floats: 0.01 comes out as 0.009999999999999998.
    return float(f"{value:.13g}")


@cache
def _written() -> dict[str, str]:
    return dict(seed("units").select("written", "ucum").iter_rows())


@cache
def _known() -> frozenset[str]:
    """Return units that need no parser; a test parses each."""
    names = [seed("units")["ucum"], seed("analytes")["unit"], seed("ranges")["unit"]]
    return frozenset(unit for column in names for unit in column)


def _parses(unit: str) -> bool:
    if len(unit) > LONGEST_UNIT:
        return False
    from lark.exceptions import LarkError
    from ucumvert import InvalidUcumError

    try:
        _quantity(unit)
    except (InvalidUcumError, LarkError, UnitRefusedError):
        return False
    return True


@lru_cache(maxsize=4096)
def _quantity(unit: str) -> Any:
    from ucumvert import parse_ucum

    parser, transformer = _library()
    found = transformer.transform(parse_ucum(_BRACES.sub("", unit) or "1", parser))
    if not hasattr(found, "dimensionality"):
        raise UnitRefusedError("The unit has no size.", code="unit_unknown")
    return found


@cache
def _library() -> tuple[Any, Any]:
    # A second of CPU: only where a unit is not in the seed, or values change.
    from ucumvert import UcumToPintTransformer, get_ucum_parser

    return get_ucum_parser(), UcumToPintTransformer()
