"""Every row of a seed cites where it stands; masses follow from the formula."""

import re

import pytest

from renkei.preprocess.clinical.codes import seed_map
from renkei.preprocess.clinical.seeds import seed, seed_version

NAMES = ("units", "analytes", "molar", "ranges", "codes", "concepts", "omop54")
# IUPAC, abridged standard atomic weights 2021.
WEIGHTS = {"H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "Ca": 40.078}


@pytest.mark.parametrize("name", NAMES)
def test_each_row_cites_something_and_none_repeats(name) -> None:
    table = seed(name)
    assert table.height > 5
    assert all(len(cite) > 10 for cite in table["citation"])
    assert table.is_unique().all()
    assert seed_version(name).startswith("seed-")


def test_molar_masses_follow_from_the_formulas() -> None:
    for _, formula, mass, _ in seed("molar").iter_rows():
        atoms = re.findall(r"([A-Z][a-z]?)(\d*)", formula)
        assert sum(WEIGHTS[e] * int(n or 1) for e, n in atoms) == pytest.approx(
            float(mass), abs=1e-3
        )


def test_codes_have_one_meaning_in_every_system() -> None:
    assert seed("analytes")["code"].is_unique().all()
    assert seed("units")["written"].is_unique().all()


def test_the_seed_maps_are_many_to_one_and_say_where_not() -> None:
    labs = seed_map("jlac10", "jpclins")
    assert len(labs.targets) > 100
    assert labs.targets["3D010000002327101"].code == "BS"
    # The source lists this code under both blood sugar and fasting blood sugar.
    assert labs.targets["3D010000001999901"].several
    body = seed_map("medis_observation", "loinc")
    assert body.targets["31000298"].code == "8302-2"
    assert body.targets["31000299"].relation == "wider"
