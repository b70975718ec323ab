"""Conversions worked out by hand; what only looks convertible is refused by name."""

import pytest
from ucumvert import PintUcumRegistry

from renkei.preprocess.clinical.seeds import seed
from renkei.preprocess.clinical.units import UnitRefusedError, conversion, read_unit

GLUCOSE, CREATININE = 180.156, 113.120


@pytest.mark.parametrize(
    ("given", "wanted", "molar", "value", "expected"),
    [
        ("mg/dL", "mmol/L", GLUCOSE, 100.0, 100 * 10 / 180.156),  # 5.5507 mmol/L
        ("mmol/L", "mg/dL", GLUCOSE, 5.0, 5 * 180.156 / 10),
        ("umol/L", "mg/dL", CREATININE, 88.4, 88.4 * 113.120 / 10_000),  # 1.0 mg/dL
        ("g/L", "g/dL", None, 45.0, 4.5),
        ("10*4/mm3", "10*3/uL", None, 25.0, 250.0),
        ("m[IU]/mL", "[IU]/L", None, 4.2, 4.2),
        ("pg/mL", "ng/L", None, 7.0, 7.0),
        ("Cel", "[degF]", None, 37.0, 98.6),
        ("mm[Hg]", "kPa", None, 120.0, 120 * 0.133322387415),
        ("U/L", "ukat/L", None, 60.0, 1.0),
    ],
)
def test_a_value_is_what_the_hand_says(given, wanted, molar, value, expected) -> None:
    rule = conversion(given, wanted, molar)
    assert value * rule.factor + rule.offset == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    ("given", "wanted", "molar", "code"),
    [
        ("mg/dL", "mmol/L", None, "molar_mass_needed"),
        ("mL/min/{1.73_m2}", "mL/min", None, "annotation_differs"),
        ("ng/mL{FEU}", "ng/mL{DDU}", None, "annotation_differs"),
        ("ug/mL", "ug/mL{FEU}", None, "annotation_differs"),
        ("meq/L", "mmol/L", None, "valence_needed"),
        ("meq/L", "mg/dL", 40.078, "valence_needed"),
        ("[IU]/L", "10*3/uL", None, "arbitrary_unit"),
        ("[IU]/L", "U/L", None, "arbitrary_unit"),
        ("%", "mmol/mol", None, "dimension_differs"),  # NGSP and IFCC: an offset and a slope
        ("mg/g{Cr}", "mg/mmol{Cr}", 66.4, "dimension_differs"),  # the other substance's mole
        ("Cel", "mg/dL", GLUCOSE, "dimension_differs"),
        ("kg", "cm", None, "dimension_differs"),
    ],
)
def test_what_only_looks_convertible_is_refused(given, wanted, molar, code) -> None:
    with pytest.raises(UnitRefusedError) as refusal:
        conversion(given, wanted, molar)
    assert refusal.value.facts["code"] == code


def test_the_library_alone_would_take_them_for_equal() -> None:
    registry = PintUcumRegistry()
    for one, other in [
        ("mL/min/{1.73_m2}", "mL/min"),
        ("ng/mL{FEU}", "ng/mL{DDU}"),
        ("meq/L", "mmol/L"),
    ]:
        assert registry.from_ucum(one) == registry.from_ucum(other)


@pytest.mark.parametrize(
    ("written", "ucum"),
    [
        ("mEq/L", "meq/L"),
        ("IU/L", "[IU]/L"),
        ("10^3/uL", "10*3/uL"),
        ("×10^4/μL", "10*4/uL"),
        ("万/μL", "10*4/uL"),
        ("㎎/㎗", "mg/dL"),
        ("ｍｇ／ｄｌ", "mg/dL"),
        ("μIU/mL", "u[IU]/mL"),
        ("℃", "Cel"),
        ("mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("nmol/L", "nmol/L"),
    ],
)
def test_what_laboratories_write_is_read(written, ucum) -> None:
    assert read_unit(written) == ucum


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "unit_missing"),
        ("K/uL", "unit_ambiguous"),  # UCUM: kelvin per microlitre
        ("MG/L", "unit_ambiguous"),  # UCUM: megagauss per litre
        ("C", "unit_ambiguous"),  # UCUM: coulomb
        ("COI", "unit_unknown"),
        ("[pH]", "unit_unknown"),
        ("倍", "unit_unknown"),
        ("m" * 41, "unit_unknown"),
    ],
)
def test_what_is_no_unit_or_two_is_said_so(written, code) -> None:
    with pytest.raises(UnitRefusedError) as refusal:
        read_unit(written)
    assert refusal.value.facts["code"] == code


def test_every_unit_of_the_seeds_is_ucum() -> None:
    registry = PintUcumRegistry()
    found = {*seed("units")["ucum"], *seed("analytes")["unit"], *seed("ranges")["unit"]}
    for unit in found:
        registry.from_ucum(unit)
    assert len(found) > 40
